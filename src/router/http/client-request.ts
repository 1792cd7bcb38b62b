/** A request of a client, and its body as it arrives. */
import { ChunkedBody } from './chunked-body';
import { REQUEST_CHUNKS } from './request-chunks';
import type { RequestHead, RequestHeaders } from './request-head';

/** Told of a body. Nothing comes after `onBodyEnd` or `onBodyLost`. */
export interface BodySink {
  onBody(piece: Buffer): void;
  onBodyEnd(): void;
  /** The client has gone, or sent what cannot be read. */
  onBodyLost(): void;
}

/** The connection that a request came on, as far as its body can be held up. */
export interface BodySource {
  readonly remoteAddress: string | undefined;
  pauseBody(): void;
  resumeBody(): void;
}

/** So much of a body is kept while nobody reads it. Unit: bytes. */
const UNREAD_BYTES_MOST = 65_536;

const NOWHERE: BodySink = { onBody() {}, onBodyEnd() {}, onBodyLost() {} };

/** One request. Its body is given to one reader at a time; what arrives without one waits. */
export class ClientRequest {
  /** Whether all of the body has arrived. */
  complete: boolean;
  private readonly chunks: ChunkedBody | undefined;
  /** Bytes that are still to come, of a body that is not chunked. */
  private left: number;
  private sink: BodySink | undefined = undefined;
  private unread: Buffer[] | undefined = undefined;
  private unreadBytes = 0;

  constructor(
    readonly head: RequestHead,
    private readonly source: BodySource,
  ) {
    this.chunks = head.chunked ? new ChunkedBody(REQUEST_CHUNKS) : undefined;
    this.left = head.contentLength;
    this.complete = !head.chunked && head.contentLength === 0;
  }

  get method(): string {
    return this.head.method;
  }

  get headers(): RequestHeaders {
    return this.head.headers;
  }

  /** Names and values in turn, as they were written. Emptied when a stream has begun. */
  get rawHeaders(): string[] {
    return this.head.rawHeaders;
  }

  /** Whether it brings a body (RFC 9112 section 6.3). */
  get hasBody(): boolean {
    return this.head.chunked || this.head.contentLength > 0;
  }

  get remoteAddress(): string | undefined {
    return this.source.remoteAddress;
  }

  /** Gives the body to a reader: at once what has arrived, then the rest as it comes. */
  read(sink: BodySink): void {
    this.sink = sink;
    const { unread } = this;
    this.unread = undefined;
    this.unreadBytes = 0;
    this.resume();
    if (unread !== undefined) for (const piece of unread) this.deliver(piece);
    if (this.complete) this.sink?.onBodyEnd();
  }

  /** Takes what has arrived, where that is all of the body. */
  takeWhole(): readonly Buffer[] {
    const { unread } = this;
    this.unread = undefined;
    this.unreadBytes = 0;
    return unread ?? [];
  }

  /** The reader reads no more; what still arrives waits for another one. */
  stop(): void {
    this.sink = undefined;
  }

  /** Nobody will read what is left. */
  discard(): void {
    this.read(NOWHERE);
  }

  pause(): void {
    this.source.pauseBody();
  }

  resume(): void {
    // What comes behind a body that has arrived is held up for another reason.
    if (!this.complete) this.source.resumeBody();
  }

  /**
   * Takes bytes of the body off the connection.
   *
   * @returns where in `bytes` the body ends, or their length
   * @throws InvalidMessageError
   */
  push(bytes: Buffer): number {
    const end = this.chunks === undefined ? this.pushPlain(bytes) : this.pushChunks(this.chunks, bytes);
    if (this.complete) this.sink?.onBodyEnd();
    return end;
  }

  /** No more will arrive. */
  lose(): void {
    if (!this.complete) this.sink?.onBodyLost();
  }

  private pushPlain(bytes: Buffer): number {
    const end = Math.min(this.left, bytes.length);
    this.left -= end;
    this.complete = this.left === 0;
    this.deliver(end === bytes.length ? bytes : bytes.subarray(0, end));
    return end;
  }

  private pushChunks(chunks: ChunkedBody, bytes: Buffer): number {
    const pieces: Buffer[] = [];
    const end = chunks.push(bytes, 0, (piece) => pieces.push(piece));
    this.complete = chunks.done;
    // Each piece takes memory beside its bytes: of chunks of one byte, many times their size.
    if (pieces.length > 0) this.deliver(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces));
    return end;
  }

  private deliver(piece: Buffer): void {
    if (this.sink !== undefined) {
      this.sink.onBody(piece);
      return;
    }
    if (this.unread === undefined) this.unread = [piece];
    else this.unread.push(piece);
    this.unreadBytes += piece.length;
    if (this.unreadBytes > UNREAD_BYTES_MOST && !this.complete) this.source.pauseBody();
  }
}
