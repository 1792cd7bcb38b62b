/** Ends an answer that has begun and cannot be finished, so that the client can tell (contract S4). */
import type { ServerResponse } from 'node:http';
import { type ErrorCode, problemBody } from '../errors';
import type { Exchange } from '../exchange';
import { type AnswerHead, isEventStream } from './answer-head';

/** A client that does not take the last event within this time does without. */
const LAST_EVENT_MILLISECONDS = 5_000;

/**
 * A stream of events gets a last one, `event: error` with the problem as data; then, as with every other answer, the
 * connection is closed before the answer's framing says that it is complete.
 *
 * @param answer the backend's, whose headers the client has
 */
export function breakOff(
  exchange: Exchange,
  response: ServerResponse,
  answer: AnswerHead,
  code: ErrorCode,
): void {
  const { socket } = response;
  if (socket === null || socket.destroyed) return;
  if (!takesEvent(response, answer)) {
    // Without chunks or a length, the end of the connection is the end of the answer: only a reset shows the break.
    if (response.chunkedEncoding || answer.contentLength !== -1) socket.destroy();
    else socket.resetAndDestroy();
    return;
  }
  // The empty line first: the backend may have stopped in the middle of an event.
  response.write(`\n\nevent: error\ndata: ${problemBody(code, exchange.requestId)}\n\n`);
  socket.destroySoon();
  setTimeout(() => socket.destroy(), LAST_EVENT_MILLISECONDS).unref();
}

function takesEvent(response: ServerResponse, answer: AnswerHead): boolean {
  return (
    isEventStream(answer) &&
    answer.contentEncoding === undefined &&
    answer.contentLength === -1 &&
    response.req.method !== 'HEAD'
  );
}
