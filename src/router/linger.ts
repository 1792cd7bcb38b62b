/**
 * Ends an answer that is given before the request's body has been read. Closing at once would reset the connection
 * under the client, which then may never see the answer (RFC 9112 section 9.6); reading on for ever would let anyone
 * keep the router busy. So the answer goes out, the body is thrown away for a while, and then the connection ends.
 */
import type { Exchange } from './exchange';
import type { ClientAnswer } from './http/client-answer';
import type { ClientRequest } from './http/client-request';

const LINGER_MILLISECONDS = 2_000;
/** A rest of this size is read to its end, and the connection stays usable. */
const READ_ON_BYTES_MOST = 65_536;

/** Whether the connection has to close after an answer that is given now. */
export function leavesBodyUnread(exchange: Exchange): boolean {
  const { request } = exchange;
  if (request.complete) return false;
  // Who let their body stand still may never send the rest (RFC 9110 section 15.5.9).
  if (exchange.code === 'request_timeout') return true;
  // A client that waits for `100 Continue` and does not get it may send the body or not: nobody knows what comes next.
  if (exchange.continueBody !== undefined) return true;
  return request.head.chunked || request.head.contentLength > READ_ON_BYTES_MOST;
}

/** Sends the body of an answer whose head says `Connection: close`, and ends it once the request's body is over. */
export function endAfterBody(request: ClientRequest, answer: ClientAnswer, body: Buffer | undefined): void {
  if (body !== undefined) answer.write(body);
  answer.flush();
  const end = () => {
    clearTimeout(timer);
    answer.end();
  };
  const timer = setTimeout(end, LINGER_MILLISECONDS);
  request.read({ onBody() {}, onBodyEnd: end, onBodyLost: end });
}
