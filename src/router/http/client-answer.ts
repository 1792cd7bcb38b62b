/**
 * The answer to one request, written to the client's connection: head, then a body by a length that the head names, in
 * chunks, or until the connection ends (RFC 9112 section 6).
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '../errors';
import type { ClientRequest } from './client-request';
import { memoByName } from './name-memo';

/** Whoever answers: told how that ends. */
export interface AnswerOwner {
  /** @param finished whether all of the answer was handed over; else the connection has gone first */
  closed(finished: boolean): void;
  /** The rest of the request cannot be read. @returns the id of the request */
  unreadable(code: ErrorCode, cause: string): string;
}

/** Up to here, copying a body behind its head costs less than writing two pieces. Unit: bytes. */
const COPY_BYTES_MOST = 16_384;

/** What the connection does once an answer has been handed over. */
export type Answered = (answer: ClientAnswer) => void;

const meaningOf = memoByName((name): 'length' | 'date' | 'other' => {
  if (name === 'content-length') return 'length';
  return name === 'date' ? 'date' : 'other';
});

/** One answer. Its methods are called in their order: `writeHead`, any number of `write`, `end`. */
export class ClientAnswer {
  /** Whether the client has some of it, or soon will. */
  headersSent = false;
  ended = false;
  /** Whether the body goes out in chunks. */
  chunked = false;
  /** Whether the connection may carry another request. */
  persistent: boolean;
  owner: AnswerOwner | undefined = undefined;
  /** What was written has been taken by the system; called once. */
  onDrain: (() => void) | undefined = undefined;
  /** A head that waits for the first bytes of its body. */
  private head = '';
  private withBody = true;

  constructor(
    readonly socket: Socket,
    private readonly request: ClientRequest,
    persistent: boolean,
    private readonly answered: Answered,
  ) {
    this.persistent = persistent;
  }

  /** The client may send its body. */
  writeContinue(): void {
    this.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
  }

  /**
   * Names the status and the headers, which leave with the first bytes of the body or with `flush`.
   *
   * @param headers names and values in turn, Latin-1 without control characters; none about the connection, but for
   *   `content-length`
   * @throws when the client has a head already: another one would be taken for a part of the body
   */
  writeHead(status: number, headers: readonly string[]): void {
    if (this.headersSent) throw new Error('the answer has begun already');
    const { request } = this;
    let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n`;
    let hasLength = false;
    let hasDate = false;
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at] as string;
      const meaning = meaningOf(name);
      if (meaning === 'length') hasLength = true;
      else if (meaning === 'date') hasDate = true;
      text += `${name}: ${headers[at + 1]}\r\n`;
    }
    this.headersSent = true;
    if (!hasDate) text += `date: ${httpDate()}\r\n`;
    // The connection changes hands with this answer, and has nothing more of HTTP.
    if (status !== 101) text += this.framing(status, hasLength);
    this.withBody = request.method !== 'HEAD' && status >= 200 && status !== 204 && status !== 304;
    this.head = `${text}\r\n`;
  }

  private framing(status: number, hasLength: boolean): string {
    const { request } = this;
    let text = '';
    if (!hasLength && request.method !== 'HEAD' && status !== 204 && status !== 304) {
      this.chunked = request.head.isHttp11;
      if (this.chunked) text += 'transfer-encoding: chunked\r\n';
      else this.persistent = false;
    }
    return (
      text +
      (this.persistent ? 'connection: keep-alive\r\nkeep-alive: timeout=95\r\n' : 'connection: close\r\n')
    );
  }

  /** Sends a head that waits for its body. */
  flush(): void {
    if (this.head === '') return;
    this.socket.write(this.head, 'latin1');
    this.head = '';
  }

  /** @returns whether more may follow before `onDrain` */
  write(piece: Buffer): boolean {
    // A chunk of nothing would be the last one.
    if (!this.withBody || piece.length === 0) return true;
    const { socket, head, chunked } = this;
    this.head = '';
    const before = chunked ? `${head}${piece.length.toString(16)}\r\n` : head;
    if (piece.length <= COPY_BYTES_MOST) {
      // Every byte has its character in Latin-1.
      return socket.write(before + piece.toString('latin1') + (chunked ? '\r\n' : ''), 'latin1');
    }
    socket.cork();
    if (before !== '') socket.write(before, 'latin1');
    let more = socket.write(piece);
    if (chunked) more = socket.write('\r\n', 'latin1');
    socket.uncork();
    return more;
  }

  /** Ends the answer, with the last or only piece of its body. */
  end(piece?: Buffer): void {
    if (this.ended) return;
    this.ended = true;
    if (piece !== undefined) this.write(piece);
    this.flush();
    if (this.chunked && this.withBody) this.socket.write('0\r\n\r\n', 'latin1');
    const { socket } = this;
    // A connection that is gone says so itself.
    if (socket.destroyed || socket.errored !== null) return;
    if (socket.writableLength === 0) this.answered(this);
    else {
      socket.write('', (error) => {
        if (!error) this.answered(this);
      });
    }
  }

  /** Cuts the connection. */
  destroy(): void {
    this.socket.destroy();
  }
}

let dateAtSeconds = 0;
let date = '';

/** Many answers fall into the same second. */
function httpDate(): string {
  const seconds = Math.floor(Date.now() / 1000);
  if (seconds !== dateAtSeconds) {
    dateAtSeconds = seconds;
    date = new Date(seconds * 1000).toUTCString();
  }
  return date;
}
