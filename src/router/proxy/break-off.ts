/** Ends an answer that has begun and cannot be finished, so that the client can tell (contract S4). */
import { type ErrorCode, problemBody } from '../errors';
import type { Exchange } from '../exchange';
import type { ClientAnswer } from '../http/client-answer';
import { type AnswerHead, isEventStream } from './answer-head';

/** A client that does not take the last event within this time does without. */
const LAST_EVENT_MILLISECONDS = 5_000;

/**
 * A stream of events gets a last one, `event: error` with the problem as data; then, as with every other answer, the
 * connection is closed before the answer's framing says that it is complete.
 *
 * @param head of the backend's answer, which the client has
 */
export function breakOff(exchange: Exchange, answer: ClientAnswer, head: AnswerHead, code: ErrorCode): void {
  const { socket } = answer;
  if (socket.destroyed) return;
  if (!takesEvent(exchange, head)) {
    // Without chunks or a length, the end of the connection is the end of the answer: only a reset shows the break.
    if (answer.chunked || head.contentLength !== -1) socket.destroy();
    else socket.resetAndDestroy();
    return;
  }
  // The empty line first: the backend may have stopped in the middle of an event.
  answer.write(Buffer.from(`\n\nevent: error\ndata: ${problemBody(code, exchange.requestId)}\n\n`));
  socket.destroySoon();
  setTimeout(() => socket.destroy(), LAST_EVENT_MILLISECONDS).unref();
}

function takesEvent({ request }: Exchange, head: AnswerHead): boolean {
  return (
    isEventStream(head) &&
    head.contentEncoding === undefined &&
    head.contentLength === -1 &&
    request.method !== 'HEAD'
  );
}
