/**
 * Counts the model tokens of one answer while it passes (contract L6), and says how many there were once it has ended. What
 * a backend does not report is estimated:
 *
 *     read      one token for each four bytes of the request's body
 *     written   of events: one for each, and one for each four bytes of it beyond 512; else one for each four bytes
 *
 * An answer that did not reach its end has written what it reported, or the estimate if that is more. Answers with an
 * error's status and answers that are no text cost nothing that they do not report.
 */
import { type Decoder, decoderOf } from './decoder';
import { EventUsage } from './event-usage';
import { JsonUsage } from './json-usage';
import { ReportedUsage } from './reported-usage';

/** What the head of an answer says. */
export interface MeteredHead {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
}

/** What an answer has cost. */
export interface TokenCount {
  readonly tokens: number;
  /** Whether any of it is an estimate. */
  readonly estimated: boolean;
}

const BYTES_PER_TOKEN = 4;
const EVENTS = /^text\/event-stream\b/i;
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;
const TEXT = /^(?:text\/|application\/(?:[\w.+-]+[+-])?(?:json|jsonl|ndjson|xml)\b)/i;

/** One for each request whose plan limits tokens. */
export class TokenMeter {
  private readonly usage = new ReportedUsage();
  private decoder: Decoder | undefined;
  private events: EventUsage | undefined;
  private bytes = 0;
  private estimates = false;
  private settled = false;

  /** @param settle told once what the answer has cost, if anything; later than its end where it was compressed */
  constructor(private readonly settle: (count: TokenCount) => void) {}

  /** The head of the answer. */
  begin({ status, contentType = '', contentEncoding }: MeteredHead): void {
    this.estimates = status >= 200 && status < 300 && TEXT.test(contentType);
    if (EVENTS.test(contentType)) {
      const events = new EventUsage(this.usage);
      this.events = events;
      this.decoder = decoderOf(contentEncoding, (bytes) => events.push(bytes));
    } else if (JSON_TYPE.test(contentType)) {
      const json = new JsonUsage(this.usage);
      this.decoder = decoderOf(contentEncoding, (bytes) => json.push(bytes));
    }
  }

  /** Bytes of the answer as the backend sent them. */
  push(bytes: Buffer): void {
    this.bytes += bytes.length;
    this.decoder?.push(bytes);
  }

  /** The end of the exchange, whatever ended it. Only the first call counts. */
  end(complete: boolean, requestBytes: number): void {
    if (this.settled) return;
    this.settled = true;
    const finish = (readable: boolean) => {
      const count = this.count(complete, readable, requestBytes);
      if (count.tokens > 0) this.settle(count);
    };
    if (this.decoder === undefined) finish(false);
    else this.decoder.end(finish);
  }

  private count(complete: boolean, readable: boolean, requestBytes: number): TokenCount {
    const { usage } = this;
    if (!this.estimates || (usage.known && complete && readable))
      return { tokens: usage.total, estimated: false };
    const read = usage.known ? usage.input : tokensOf(requestBytes);
    const written =
      this.events === undefined || !readable ? tokensOf(this.bytes) : this.events.estimatedTokens;
    return { tokens: Math.max(usage.total, read + Math.max(usage.output, written)), estimated: true };
  }
}

function tokensOf(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}
