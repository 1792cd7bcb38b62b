/** Answers to what Node could not read as a request, written to the bare connection. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ERRORS, type ErrorCode, problemBody } from './errors';

/** Codes of Node's HTTP parser and server (Node 20 errors, "HPE_HEADER_OVERFLOW", "ERR_HTTP_REQUEST_TIMEOUT"). */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  // A connection that was reset, or that has an answer on its way, gets nothing more.
  if (error.code === 'ECONNRESET' || !socket.writable || hasAnswer(socket)) {
    socket.destroy();
    return;
  }
  const code =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headers_too_large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'request_timeout'
        : 'request_invalid';
  answerBare(socket, code, '');
}

/** `CONNECT` is for proxies of another kind (RFC 9110 section 9.3.6). */
export function answerConnect(socket: Duplex): void {
  answerBare(socket, 'method_not_allowed', 'allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n');
}

/** Whether Node has begun an answer on the connection: its bytes and ours would mix. */
function hasAnswer(socket: Duplex): boolean {
  const message = (socket as { readonly _httpMessage?: { readonly headersSent: boolean } | null })
    ._httpMessage;
  return message?.headersSent === true;
}

function answerBare(socket: Duplex, code: ErrorCode, headers: string): void {
  const requestId = randomUUID();
  const body = problemBody(code, requestId);
  const { status } = ERRORS[code];
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nx-request-id: ${requestId}\r\n${headers}` +
      `content-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `connection: close\r\n\r\n${body}`,
  );
  // The other side may never close its half.
  setTimeout(() => socket.destroy(), 2_000).unref();
}
