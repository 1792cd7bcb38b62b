/**
 * Finds `usage` in the bytes of a JSON text as they arrive, split anywhere, and keeps nothing of it but a key at a time. Not
 * strict: what it reads goes on to the client whatever it is, and a backend that lies about its usage need not break JSON.
 */
import { STRING_BYTES } from '../json-table';
import { isUsageField, type ReportedUsage, type UsageField } from './reported-usage';

/** Objects that can hold `usage` besides the whole: of Anthropic's `message_start`, of events of OpenAI's Responses. */
const HOLDERS: ReadonlySet<string> = new Set(['message', 'response']);
/** Keys are looked at down to this depth: a holder, `usage`, a field. */
const DEPTH_MOST = 3;
const KEY_CHARACTERS_MOST = 32;
/** A number of more digits is none of tokens. */
const DIGITS_MOST = 15;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Reads one JSON text after the other; `reset` comes between them. */
export class JsonUsage {
  private inString = false;
  private escaped = false;
  /** The last string so far, as far as it may be a key. */
  private text = '';
  /** The key whose value comes now. */
  private key = '';
  private depth = 0;
  /** Whether the object at depth 2 is one of the holders. */
  private held = false;
  /** Depth of the members of the `usage` at hand; 0 outside of one. */
  private usageDepth = 0;
  private digits = '';

  constructor(private readonly usage: ReportedUsage) {}

  reset(): void {
    this.inString = false;
    this.escaped = false;
    this.text = '';
    this.key = '';
    this.depth = 0;
    this.held = false;
    this.usageDepth = 0;
    this.digits = '';
  }

  push(bytes: Buffer, from = 0, to = bytes.length): void {
    for (let at = from; at < to; at++) {
      if (this.inString) at = this.string(bytes, at, to);
      else this.structure(bytes[at] as number);
    }
  }

  /** Goes on with a string. Gives the place of its last byte, or of the last one there is. */
  private string(bytes: Buffer, from: number, to: number): number {
    let at = from;
    if (this.escaped) {
      this.escaped = false;
      return at;
    }
    while (at < to && STRING_BYTES[bytes[at] as number] === 1) at++;
    if (this.depth <= DEPTH_MOST && this.text.length < KEY_CHARACTERS_MOST) {
      this.text += bytes.toString('latin1', from, Math.min(at, from + KEY_CHARACTERS_MOST));
    }
    if (at === to) return at;
    if (bytes[at] === QUOTE) this.inString = false;
    else if (bytes[at] === BACKSLASH) this.escaped = true;
    return at;
  }

  private structure(byte: number): void {
    switch (byte) {
      case QUOTE:
        this.inString = true;
        this.text = '';
        break;
      case 0x3a: // :
        this.key = this.depth <= DEPTH_MOST ? this.text : '';
        break;
      case 0x7b: // {
        this.enter(true);
        break;
      case 0x5b: // [
        this.enter(false);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        this.number();
        this.leave();
        break;
      case 0x2c: // ,
        this.number();
        break;
      default:
        if (byte >= 0x30 && byte <= 0x39) this.digit(byte);
    }
  }

  private enter(isObject: boolean): void {
    const { key, depth } = this;
    this.key = '';
    this.depth++;
    if (!isObject) return;
    if (depth === 1 && HOLDERS.has(key)) this.held = true;
    if (key === 'usage' && (depth === 1 || (depth === 2 && this.held))) this.usageDepth = this.depth;
  }

  private leave(): void {
    if (this.depth === this.usageDepth) this.usageDepth = 0;
    if (this.depth === 2) this.held = false;
    this.depth--;
  }

  private digit(byte: number): void {
    if (this.usageDepth === 0 || this.depth !== this.usageDepth || this.digits.length > DIGITS_MOST) return;
    this.digits += String.fromCharCode(byte);
  }

  private number(): void {
    const { key, digits } = this;
    this.key = '';
    this.digits = '';
    if (digits === '' || digits.length > DIGITS_MOST || !isUsageField(key)) return;
    this.usage.report(key satisfies UsageField, Number(digits));
  }
}
