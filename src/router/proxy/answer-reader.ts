/** Reads one answer off a connection to a backend: head, then body by the framing that the head names. */

import { ChunkedBody, InvalidMessageError } from '../http/chunked-body';
import { type AnswerHead, readAnswerHead } from './answer-head';

/** Told of an answer as it arrives. */
export interface AnswerSink {
  onAnswer(head: AnswerHead): void;
  onData(piece: Buffer): void;
}

/** Longest head of an answer. Unit: bytes. */
const HEAD_BYTES_MOST = 65_536;
const HEAD_END = Buffer.from('\r\n\r\n');

/** Reads one answer of a backend out of the bytes of its connection, and hands on the parts as they come. */
export class AnswerReader {
  private head: AnswerHead | undefined;
  /** Bytes of a head that has not arrived whole. */
  private pending: Buffer | undefined;
  private chunked: ChunkedBody | undefined;
  /** Bytes of the body that are still to come; -1 when the end of the connection is its end. */
  private left = 0;
  done = false;

  /** @param withoutBody whether the request was a HEAD */
  constructor(
    private readonly withoutBody: boolean,
    private readonly sink: AnswerSink,
  ) {}

  /** Whether the connection can carry another request once the answer is done. */
  get reusable(): boolean {
    return this.done && this.head?.persistent === true && this.left !== -1;
  }

  /** What the backend says about idle connections. */
  get keepAlive(): string | undefined {
    return this.head?.keepAlive;
  }

  /**
   * @returns where in `bytes` the answer ends, or their length
   * @throws InvalidMessageError
   */
  push(bytes: Buffer): number {
    let all = bytes;
    let at = 0;
    while (this.head === undefined) {
      if (this.pending !== undefined) {
        all = Buffer.concat([this.pending, all.subarray(at)]);
        this.pending = undefined;
        at = 0;
      }
      const end = all.indexOf(HEAD_END, at);
      if (end === -1 || end - at > HEAD_BYTES_MOST) {
        if (all.length - at > HEAD_BYTES_MOST) throw new InvalidMessageError('the head is too long');
        this.pending = all.subarray(at);
        return bytes.length;
      }
      this.begin(readAnswerHead(all.toString('latin1', at, end)));
      at = end + 4;
    }
    return bytes.length - all.length + this.body(all, at);
  }

  /** The backend has ended its side: the end of an answer that has no other. */
  end(): void {
    if (this.head !== undefined && this.left === -1) this.done = true;
  }

  private begin(head: AnswerHead): void {
    if (head.status < 200) {
      if (head.status === 101) throw new InvalidMessageError('it switched protocols without being asked');
      return;
    }
    this.head = head;
    if (this.withoutBody || head.status === 204 || head.status === 304) this.left = 0;
    else if (head.chunked) this.chunked = new ChunkedBody();
    else this.left = head.contentLength;
    this.sink.onAnswer(head);
    this.done = this.chunked === undefined && this.left === 0;
  }

  private body(bytes: Buffer, from: number): number {
    if (this.done || from === bytes.length) return from;
    if (this.chunked !== undefined) {
      const end = this.chunked.push(bytes, from, (piece) => this.sink.onData(piece));
      this.done = this.chunked.done;
      return end;
    }
    const end = this.left === -1 ? bytes.length : Math.min(from + this.left, bytes.length);
    if (this.left !== -1) this.left -= end - from;
    this.done = this.left === 0;
    this.sink.onData(bytes.subarray(from, end));
    return end;
  }
}
