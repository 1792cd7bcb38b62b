/**
 * Finds `usage` in the JSON of server-sent events (WHATWG HTML, "Server-sent events") as their bytes arrive, split anywhere,
 * and counts the events for an estimate. Keeps no line.
 */
import { JsonUsage } from './json-usage';
import type { ReportedUsage } from './reported-usage';

const FIELD = Buffer.from('data:');
const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const BRACKET = 0x5b;

/** So much of an event is the frame that APIs put around a token or two. Unit: bytes. */
const FRAME_BYTES = 512;
const BYTES_PER_TOKEN = 4;

/** Reads the events of one answer. */
export class EventUsage {
  private readonly json: JsonUsage;
  /** Bytes of the line so far that are those of `data:`; -1 in another line. */
  private matched = 0;
  private lineLength = 0;
  private eventBytes = 0;
  /** First byte of the event's data that is no space. */
  private first = 0;
  private afterCr = false;
  private tokens = 0;

  constructor(usage: ReportedUsage) {
    this.json = new JsonUsage(usage);
  }

  /** One token for an event, and one for each four bytes of it that are more than a frame. */
  get estimatedTokens(): number {
    return this.tokens + this.ofEvent();
  }

  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      const byte = bytes[at] as number;
      if (byte === CR || byte === LF) {
        if (byte === CR || !this.afterCr) this.endLine();
        this.afterCr = byte === CR;
        at++;
        continue;
      }
      this.afterCr = false;
      if (this.matched === FIELD.length) {
        const end = lineEnd(bytes, at);
        this.data(bytes, at, end);
        at = end;
      } else if (this.matched === -1) {
        at = lineEnd(bytes, at);
      } else {
        this.matched = byte === FIELD[this.matched] ? this.matched + 1 : -1;
        this.lineLength++;
        at++;
      }
    }
  }

  private data(bytes: Buffer, from: number, to: number): void {
    for (let at = from; this.first === 0 && at < to; at++) {
      if (bytes[at] !== SPACE) this.first = bytes[at] as number;
    }
    this.eventBytes += to - from;
    this.json.push(bytes, from, to);
  }

  private endLine(): void {
    const empty = this.lineLength === 0;
    this.matched = 0;
    this.lineLength = 0;
    if (!empty) return;
    this.tokens += this.ofEvent();
    this.first = 0;
    this.eventBytes = 0;
    this.json.reset();
  }

  /** `[DONE]` is an event that says nothing. */
  private ofEvent(): number {
    if (this.eventBytes === 0 || this.first === BRACKET) return 0;
    return 1 + Math.floor(Math.max(0, this.eventBytes - FRAME_BYTES) / BYTES_PER_TOKEN);
  }
}

function lineEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== LF && bytes[at] !== CR) at++;
  return at;
}
