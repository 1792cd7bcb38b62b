/**
 * Finds the members of JSON objects in bytes that are known to be valid JSON (`ModelField` has read them). Makes no values:
 * who edits JSON by these places leaves all the rest as it was, numbers, escapes and blanks included.
 */
import { PlainRuns } from './plain-run';

/** One member: `"key" : value`, by the places of its first byte and the one after its last. */
export interface Member {
  readonly name: string;
  readonly keyFrom: number;
  readonly keyTo: number;
  readonly valueFrom: number;
  readonly valueTo: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const CLOSE_OBJECT = 0x7d;
const CLOSE_ARRAY = 0x5d;

/** Walks over one text. */
export class JsonScan {
  private readonly runs: PlainRuns;

  constructor(readonly bytes: Buffer) {
    this.runs = new PlainRuns(bytes);
  }

  /** Whether an object begins at a place. */
  isObject(at: number): boolean {
    return this.bytes[at] === OPEN_OBJECT;
  }

  /** The first place from `at` on that is not blank. */
  blank(at: number): number {
    const { bytes } = this;
    let next = at;
    while (next < bytes.length && isBlank(bytes[next] as number)) next++;
    return next;
  }

  /** The members of the object that begins at a place, as they follow each other. */
  members(at: number): readonly Member[] {
    const found: Member[] = [];
    let next = this.blank(at + 1);
    while (this.bytes[next] === QUOTE) {
      const keyTo = this.stringEnd(next);
      // Between key and value there are blanks and one colon.
      const valueFrom = this.blank(this.blank(keyTo) + 1);
      const valueTo = this.valueEnd(valueFrom);
      found.push({ name: this.text(next, keyTo), keyFrom: next, keyTo, valueFrom, valueTo });
      next = this.blank(valueTo);
      if (this.bytes[next] === COMMA) next = this.blank(next + 1);
    }
    return found;
  }

  /** The text of the string between two places, quotes included. */
  private text(from: number, to: number): string {
    const text = this.bytes.toString('utf8', from + 1, to - 1);
    return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
  }

  /** The place after the string that begins at a place. */
  private stringEnd(at: number): number {
    const { bytes, runs } = this;
    let next = runs.end(at + 1);
    while (bytes[next] === BACKSLASH) next = runs.end(next + 2);
    return next + 1;
  }

  /** The place after the value that begins at a place. */
  private valueEnd(at: number): number {
    const first = this.bytes[at];
    if (first === QUOTE) return this.stringEnd(at);
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) return this.nestedEnd(at);
    let next = at;
    while (!this.endsLiteral(next)) next++;
    return next;
  }

  /** Nesting is counted and not walked into, so that no depth is too deep. */
  private nestedEnd(at: number): number {
    const { bytes } = this;
    let depth = 0;
    let next = at;
    do {
      const byte = bytes[next];
      if (byte === QUOTE) {
        next = this.stringEnd(next);
        continue;
      }
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
      next++;
    } while (depth > 0);
    return next;
  }

  private endsLiteral(at: number): boolean {
    const byte = this.bytes[at];
    return (
      byte === undefined || byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || isBlank(byte)
    );
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
