/**
 * One connection of a client: reads its requests one after the other, and the next one only when the answer to the one
 * before has been handed over. Written on bare sockets, because Node's own server alone takes about as much time for a
 * request as the goal leaves for the whole router (docs/decisions/0013).
 */
import type { Socket } from 'node:net';
import type { ErrorCode } from '../errors';
import { InvalidMessageError } from './chunked-body';
import { ClientAnswer } from './client-answer';
import { type BodySource, ClientRequest } from './client-request';
import { emptyLines, refuseBareFeeds } from './head-bytes';
import { mayBecomeHead, type RequestHead, readRequestHead } from './request-head';

/** What is done with requests. */
export interface RequestHandler {
  serve(request: ClientRequest, answer: ClientAnswer): void;
  /** The client asks for another protocol; `connection.detach` gives its bytes away. */
  upgrade(request: ClientRequest, answer: ClientAnswer, connection: ClientConnection): void;
  /**
   * What came is no request that could be answered in the usual way, or was cut off.
   *
   * @param answer of the request that it is a part of, if there is one
   * @returns what is written to the connection before it is closed
   */
  unreadable(code: ErrorCode, cause: string, answer: ClientAnswer | undefined): string;
}

/** Longest head. Unit: bytes. */
const HEAD_BYTES_MOST = 32_768;
/** From the first byte of a head to its last, and from a connection's begin to its first request. */
const HEAD_MILLISECONDS = 60_000;
/** Longer than an edge keeps its idle connections (Traefik v3: 90 s), so that the edge is the one to close. */
const IDLE_MILLISECONDS = 95_000;
/** Bytes that may wait behind a request for its answer: of further requests, or of another protocol. */
const WAITING_BYTES_MOST = 65_536;
/** The other side of a connection that is closed may never close its half. */
const CLOSE_MILLISECONDS = 2_000;
const HEAD_END = Buffer.from('\r\n\r\n');

/** One for each connection that is open. */
export class ClientConnection implements BodySource {
  /** What is served, until its answer is handed over and its body has arrived. */
  private request: ClientRequest | undefined = undefined;
  private answer: ClientAnswer | undefined = undefined;
  /** Bytes that were not read yet. */
  private waiting: Buffer | undefined = undefined;
  /** How many of them were looked at for the end of a head. */
  private searched = 0;
  private reading = false;
  /** Whether nothing that still comes counts. */
  private closing = false;
  private readonly idle: NodeJS.Timeout;
  private heading: NodeJS.Timeout | undefined;
  private readonly onData = (bytes: Buffer) => this.take(bytes);
  private readonly onEnd = () => this.finish();

  /** @param onClose told once, when the connection is gone */
  constructor(
    readonly socket: Socket,
    private readonly handler: RequestHandler,
    onClose: (connection: ClientConnection) => void,
  ) {
    this.idle = setTimeout(dropIdle, IDLE_MILLISECONDS, this);
    this.heading = setTimeout(giveHeadUp, HEAD_MILLISECONDS, this);
    socket.on('data', this.onData);
    socket.on('end', this.onEnd);
    socket.on('drain', () => this.drain());
    // `close` follows.
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(this.idle);
      clearTimeout(this.heading);
      onClose(this);
      this.lose();
    });
  }

  get remoteAddress(): string | undefined {
    return this.socket.remoteAddress;
  }

  /** Whether nothing is being answered and nothing has begun to arrive. */
  get isIdle(): boolean {
    return this.request === undefined && this.waiting === undefined;
  }

  pauseBody(): void {
    this.socket.pause();
  }

  resumeBody(): void {
    if (this.socket.isPaused()) this.socket.resume();
  }

  /** Gives the connection away. @returns the bytes that have arrived behind the request */
  detach(): Buffer | undefined {
    const { socket, waiting } = this;
    clearTimeout(this.idle);
    socket.off('data', this.onData).off('end', this.onEnd);
    this.waiting = undefined;
    this.closing = true;
    return waiting;
  }

  private take(bytes: Buffer): void {
    if (this.closing) return;
    this.waiting = this.waiting === undefined ? bytes : Buffer.concat([this.waiting, bytes]);
    this.readOn();
  }

  /** Reads what waits, as far as it may be read now. */
  private readOn(): void {
    // An answer that is handed over while its request is being read comes back here.
    if (this.reading) return;
    this.reading = true;
    try {
      while (this.waiting !== undefined && !this.closing && this.readNext(this.waiting));
    } catch (error) {
      this.failWith(error);
    } finally {
      this.reading = false;
    }
    if (this.waiting !== undefined && this.waiting.length > WAITING_BYTES_MOST) this.socket.pause();
  }

  /** @returns whether something was read */
  private readNext(bytes: Buffer): boolean {
    const { request } = this;
    if (request === undefined) return this.readHead(bytes);
    if (request.complete) return false;
    this.keep(bytes, request.push(bytes));
    this.settle();
    return true;
  }

  private readHead(bytes: Buffer): boolean {
    const from = emptyLines(bytes);
    if (from > 0) {
      this.searched = 0;
      this.keep(bytes, from);
      return true;
    }
    const end = bytes.indexOf(HEAD_END, Math.max(0, this.searched - HEAD_END.length));
    if (end === -1 || end > HEAD_BYTES_MOST) {
      this.awaitHead(bytes);
      return false;
    }
    clearTimeout(this.heading);
    this.heading = undefined;
    this.searched = 0;
    const head = readRequestHead(bytes.toString('latin1', 0, end));
    this.keep(bytes, end + HEAD_END.length);
    this.begin(head);
    return true;
  }

  /** @throws InvalidMessageError for what cannot become a head any more */
  private awaitHead(bytes: Buffer): void {
    if (!mayBecomeHead(bytes.toString('latin1', 0, 32))) {
      throw new InvalidMessageError('it does not begin like a request');
    }
    refuseBareFeeds(bytes, this.searched);
    if (bytes.length > HEAD_BYTES_MOST) throw new InvalidMessageError('the head is too long', true);
    this.searched = bytes.length;
    this.heading ??= setTimeout(giveHeadUp, HEAD_MILLISECONDS, this);
  }

  private begin(head: RequestHead): void {
    const { handler } = this;
    const request = new ClientRequest(head, this);
    const answer = new ClientAnswer(this.socket, request, head.persistent, this.onAnswered);
    this.request = request;
    this.answer = answer;
    // A small body mostly comes with its head: whoever serves the request finds it there.
    const problem = this.readBeginning(request);
    if (head.method === 'CONNECT') {
      // It is for proxies of another kind (RFC 9110 section 9.3.6).
      this.request = undefined;
      this.answer = undefined;
      this.fail('method_not_allowed', 'CONNECT');
    } else if (head.upgrade) handler.upgrade(request, answer, this);
    else handler.serve(request, answer);
    if (problem !== undefined) this.failWith(problem);
  }

  /** @returns what is wrong with it */
  private readBeginning(request: ClientRequest): unknown {
    const { waiting } = this;
    if (waiting === undefined || request.complete) return undefined;
    try {
      this.keep(waiting, request.push(waiting));
      return undefined;
    } catch (error) {
      return error;
    }
  }

  private keep(bytes: Buffer, from: number): void {
    this.waiting = from === bytes.length ? undefined : bytes.subarray(from);
  }

  private readonly onAnswered = (answer: ClientAnswer) => {
    if (this.answer !== answer) return;
    this.answer = undefined;
    answer.owner?.closed(true);
    if (!answer.persistent) {
      this.close();
      return;
    }
    this.idle.refresh();
    if (this.request?.complete === false) this.request.discard();
    this.settle();
    this.readOn();
  };

  /** A client that is still sending would lose the answer to a reset if all was closed at once (RFC 9112 section 9.6). */
  private close(): void {
    const { socket, request } = this;
    this.closing = true;
    if (request?.complete !== false) {
      socket.destroySoon();
      return;
    }
    socket.end();
    setTimeout(() => socket.destroy(), CLOSE_MILLISECONDS).unref();
  }

  /** Is ready for the next request once this one has been answered and has ended. */
  private settle(): void {
    if (this.answer !== undefined || this.request?.complete !== true) return;
    this.request = undefined;
    this.idle.refresh();
    this.resumeBody();
  }

  private drain(): void {
    const { answer } = this;
    const told = answer?.onDrain;
    if (answer === undefined || told === undefined) return;
    answer.onDrain = undefined;
    told();
  }

  /** The client has closed its half: it counts as gone, whatever it waits for. */
  private finish(): void {
    const cut = this.waiting !== undefined || this.request?.complete === false;
    if (cut && !this.closing && this.answer?.headersSent !== true) {
      this.fail('request_invalid', 'the connection ended within a request');
    } else this.socket.destroySoon();
  }

  private failWith(error: unknown): void {
    if (!(error instanceof InvalidMessageError)) {
      this.socket.destroy();
      throw error;
    }
    this.fail(error.tooLong ? 'headers_too_large' : 'request_invalid', error.message);
  }

  /** Answers what cannot be read, unless another answer has begun, and closes the connection. */
  private fail(code: ErrorCode, cause: string): void {
    const { request, answer, socket } = this;
    if (this.closing) return;
    this.closing = true;
    const isAnswered = request !== undefined && answer === undefined;
    const text = isAnswered ? '' : this.handler.unreadable(code, cause, answer);
    if (isAnswered || answer?.headersSent === true) socket.destroy();
    else {
      socket.end(text, 'latin1');
      setTimeout(() => socket.destroy(), CLOSE_MILLISECONDS).unref();
    }
    this.lose();
  }

  private lose(): void {
    const { request, answer } = this;
    this.answer = undefined;
    request?.lose();
    answer?.owner?.closed(false);
  }

  /** For the timers. */
  expire(what: 'idle' | 'head'): void {
    if (what === 'head') this.fail('request_timeout', 'the head did not arrive in time');
    else if (this.answer === undefined && this.heading === undefined) this.socket.destroy();
  }
}

function dropIdle(connection: ClientConnection): void {
  connection.expire('idle');
}

function giveHeadUp(connection: ClientConnection): void {
  connection.expire('head');
}
