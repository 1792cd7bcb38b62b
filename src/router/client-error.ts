/**
 * Answers to what Node could not read as a request, written to the bare connection. Most have no exchange; whoever
 * makes these answers is told of them, so that log and metrics show malformed and hostile traffic too.
 */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ERRORS, type ErrorCode, problemBody } from './errors';

/** Answers on bare connections. */
export class BareAnswers {
  private readonly headers: string;

  /**
   * @param securityHeaders names and values in turn, for every answer (contract H3)
   * @param told of every one; gives the id that the answer names
   */
  constructor(
    securityHeaders: readonly string[],
    private readonly told: (code: ErrorCode, cause: string, socket: Duplex) => string,
  ) {
    this.headers = securityHeaders.map((text, i) => text + (i % 2 === 0 ? ': ' : '\r\n')).join('');
  }

  /** Codes of Node's HTTP parser and server (Node 20 errors, "HPE_HEADER_OVERFLOW", "ERR_HTTP_REQUEST_TIMEOUT"). */
  clientError(error: NodeJS.ErrnoException, socket: Duplex): void {
    // A connection that was reset gets nothing more, and has asked for nothing.
    if (error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const code =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? 'headers_too_large'
        : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
          ? 'request_timeout'
          : 'request_invalid';
    this.answer(socket, code, error.code ?? 'unreadable', '');
  }

  /** `CONNECT` is for proxies of another kind (RFC 9110 section 9.3.6). */
  connect(socket: Duplex): void {
    const allow = 'allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n';
    this.answer(socket, 'method_not_allowed', 'CONNECT', allow);
  }

  private answer(socket: Duplex, code: ErrorCode, cause: string, headers: string): void {
    const requestId = this.told(code, cause, socket);
    if (!socket.writable || hasAnswer(socket)) {
      socket.destroy();
      return;
    }
    const body = problemBody(code, requestId);
    const { status } = ERRORS[code];
    socket.on('error', () => socket.destroy());
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nx-request-id: ${requestId}\r\n${this.headers}${headers}` +
        `content-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
        `connection: close\r\n\r\n${body}`,
    );
    // The other side may never close its half.
    setTimeout(() => socket.destroy(), 2_000).unref();
  }
}

/** Whether Node has begun an answer on the connection: its bytes and ours would mix. */
function hasAnswer(socket: Duplex): boolean {
  const message = (socket as { readonly _httpMessage?: { readonly headersSent: boolean } | null })
    ._httpMessage;
  return message?.headersSent === true;
}
