/**
 * Finds the top-level `model` of a JSON object in bytes as they arrive (contract R3), and checks on the way that they
 * are JSON: a strict reader, because a body that two readers take in two ways could name one model to the gateway and
 * another to the backend. Nothing is copied but the model's own name.
 */
import { isUtf8 } from 'node:buffer';
import { ACTION, JSON_TABLE, STATE } from './json-table';
import { PlainRuns } from './plain-run';

/** What a body turned out to be. `reason` is for the client and quotes nothing of the body. */
export type ModelFieldResult =
  | { readonly kind: 'object'; readonly model?: string }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Objects and arrays that may be open at once. */
const DEPTH_MOST = 512;
const BACKSLASH = 0x5c;
const KEY = 'model';
/** Bytes of the longest spelling of the key: five escapes. */
const KEY_BYTES_MOST = 30;

/** Which string is being kept. */
const CAPTURE = { none: 0, key: 1, model: 2 } as const;
type Capture = (typeof CAPTURE)[keyof typeof CAPTURE];

/** Reads one body: `push` for every chunk until it says false, then `result`. */
export class ModelField {
  private state: number = STATE.start;
  /** 1 for every open object, 0 for every open array. Grows, since few bodies nest deep. */
  private readonly open: number[] = [];
  private depth = 0;
  private inKey = false;
  private capture: Capture = CAPTURE.none;
  /** Where in the chunk at hand the captured bytes begin. */
  private captureFrom = 0;
  /** What of them came in earlier chunks. */
  private captured: Buffer[] | undefined;
  private seen = false;
  /** Whether the key was read and its value has not come to be a string. */
  private awaitsValue = false;
  private model: string | undefined;
  private reason: string | undefined;
  private before = 0;

  /** @param looksForModel false where any object will do, whatever its "model" */
  constructor(private readonly looksForModel = true) {}

  /** @returns whether to go on: false once the body cannot become valid any more */
  push(chunk: Buffer): boolean {
    let state = this.state;
    const end = chunk.length;
    this.captureFrom = 0;
    const runs = new PlainRuns(chunk);
    for (let at = 0; at < end; at++) {
      if (state === STATE.string) {
        at = runs.end(at);
        if (at === end) break;
      }
      const next = JSON_TABLE[(state << 8) | (chunk[at] as number)] as number;
      if (next < ACTION.openObject) {
        state = next;
        continue;
      }
      state = this.act(next, chunk, at);
      if (this.reason !== undefined) return false;
    }
    if (this.capture !== CAPTURE.none) {
      this.captured ??= [];
      this.captured.push(chunk.subarray(this.captureFrom, end));
    }
    this.state = state;
    this.before += end;
    return true;
  }

  /** What was read; a body that ends too early is invalid. */
  result(): ModelFieldResult {
    if (this.reason === undefined && this.state !== STATE.end) this.reason = 'it ends too early';
    if (this.reason !== undefined) return { kind: 'invalid', reason: this.reason };
    return this.model === undefined ? { kind: 'object' } : { kind: 'object', model: this.model };
  }

  private act(action: number, chunk: Buffer, at: number): number {
    switch (action) {
      case ACTION.openObject:
        return this.enter(1, STATE.firstKey);
      case ACTION.openArray:
        return this.enter(0, STATE.firstValue);
      case ACTION.closeObject:
        return this.leave(1, at);
      case ACTION.closeArray:
        return this.leave(0, at);
      case ACTION.comma:
        return this.goOn();
      case ACTION.keyQuote:
        this.inKey = true;
        if (this.depth === 1 && this.looksForModel) this.begin(CAPTURE.key, at);
        return STATE.string;
      case ACTION.valueQuote:
        this.inKey = false;
        if (this.awaitsValue && this.depth === 1) this.begin(CAPTURE.model, at);
        return STATE.string;
      case ACTION.stringEnd:
        if (this.capture !== CAPTURE.none) this.finish(chunk, at);
        return this.inKey ? STATE.colon : STATE.after;
      default:
        return this.fail(`byte ${this.before + at} is not JSON that starts with {`);
    }
  }

  private enter(kind: 0 | 1, next: number): number {
    if (this.depth === DEPTH_MOST) return this.fail(`it is nested deeper than ${DEPTH_MOST}`);
    this.open[this.depth++] = kind;
    return next;
  }

  private leave(kind: 0 | 1, at: number): number {
    if (this.open[this.depth - 1] !== kind)
      return this.fail(`byte ${this.before + at} closes what is not open`);
    if (this.depth === 1 && this.awaitsValue) return this.notAString();
    this.depth--;
    return this.depth === 0 ? STATE.end : STATE.after;
  }

  private goOn(): number {
    if (this.depth === 1 && this.awaitsValue) return this.notAString();
    return this.open[this.depth - 1] === 1 ? STATE.key : STATE.value;
  }

  private begin(capture: Capture, at: number): void {
    this.capture = capture;
    this.captureFrom = at + 1;
    this.captured = undefined;
  }

  private finish(chunk: Buffer, at: number): void {
    if (this.captured === undefined) this.read(chunk, this.captureFrom, at);
    else {
      const bytes = Buffer.concat([...this.captured, chunk.subarray(this.captureFrom, at)]);
      this.read(bytes, 0, bytes.length);
    }
  }

  private read(bytes: Buffer, from: number, to: number): void {
    const capture = this.capture;
    this.capture = CAPTURE.none;
    if (capture === CAPTURE.model) this.readModel(bytes, from, to);
    else this.readKey(bytes, from, to);
  }

  private readKey(bytes: Buffer, from: number, to: number): void {
    const length = to - from;
    // Most keys have another length, which only escapes could make up for.
    if (length > KEY_BYTES_MOST || (length !== KEY.length && isPlain(bytes, from, to))) return;
    if (textOf(bytes, from, to) !== KEY) return;
    if (this.seen) this.fail('it has more than one "model"');
    this.seen = true;
    this.awaitsValue = true;
  }

  private readModel(bytes: Buffer, from: number, to: number): void {
    this.awaitsValue = false;
    if (isPlain(bytes, from, to) || isUtf8(bytes.subarray(from, to))) this.model = textOf(bytes, from, to);
    else this.fail('its "model" is not UTF-8');
  }

  private notAString(): number {
    return this.fail('its "model" is not a string');
  }

  private fail(reason: string): number {
    this.reason ??= reason;
    return STATE.end;
  }
}

/** Whether bytes are ASCII without escapes, as nearly all keys and models are: the shortest way from bytes to text. */
function isPlain(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte > 0x7f || byte === BACKSLASH) return false;
  }
  return true;
}

/** The text of a JSON string that is known to be valid. */
function textOf(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}
