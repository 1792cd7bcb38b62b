/**
 * The client's side of a forwarding: writes the backend's answer as it comes, at the client's pace (contract S1, S3), or
 * holds it back where the service changes its JSON (H5). Knows no backend; `forwarding.ts` tells it what arrives.
 */
import type { Exchange } from '../exchange';
import type { ClientAnswer } from '../http/client-answer';
import type { AnswerHead } from './answer-head';
import type { Shared } from './forwarder-parts';
import { type JsonAnswer, jsonAnswerOf } from './json-answer';
import type { Patience } from './patience';
import type { HeadersOfAnswer } from './response-headers';

/** Where the answer comes from, as far as it can be held up. */
export interface AnswerSource {
  /** @returns whether it was not held up before */
  hold(): boolean;
  goOn(): void;
  /** The answer cannot be passed on. */
  spoil(cause: string): void;
  /** There is no memory to gather the answer in. */
  overload(): void;
}

/** Made for one forwarding. */
export class Relay {
  /** Whether the whole answer was handed over. */
  done = false;
  private head: AnswerHead | undefined;
  private gathered: JsonAnswer | undefined;

  constructor(
    private readonly shared: Shared,
    private readonly exchange: Exchange,
    private readonly answer: ClientAnswer,
    private readonly patience: Patience,
    private readonly source: AnswerSource,
  ) {}

  begin(head: AnswerHead): void {
    this.head = head;
    this.gathered = jsonAnswerOf(this.shared.gateway, this.exchange, head);
    if (this.gathered === undefined) this.writeHead(head);
    else this.gather(this.gathered.problem);
  }

  /** @param piece counted in `exchange.bytesOut` already */
  data(piece: Buffer): void {
    const { exchange, answer } = this;
    if (this.gathered !== undefined) {
      if (exchange.hold(piece.length)) this.gather(this.gathered.push(piece));
      else this.source.overload();
    } else if (exchange.bytesOut === this.head?.contentLength) {
      this.done = true;
      this.patience.end();
      answer.end(piece);
    } else if (answer.write(piece)) {
      this.patience.wait('idle');
    } else this.waitForClient();
  }

  /** A head that came alone leaves at once; one with a body has left with its first bytes. */
  pause(): void {
    if (this.exchange.bytesOut > 0 || this.gathered !== undefined) return;
    this.answer.flush();
    this.patience.wait('idle');
  }

  end(): void {
    if (this.gathered !== undefined) {
      this.sendGathered(this.gathered);
      return;
    }
    this.done = true;
    this.patience.end();
    this.answer.end();
  }

  private writeHead(head: HeadersOfAnswer & Pick<AnswerHead, 'status'>): void {
    const { exchange, answer } = this;
    if (exchange.lifetime.draining) answer.persistent = false;
    answer.writeHead(head.status, this.shared.responseHeaders(exchange, head));
  }

  private waitForClient(): void {
    if (!this.source.hold()) return;
    this.patience.wait('client');
    this.answer.onDrain = () => this.source.goOn();
  }

  private gather(problem: string | undefined): void {
    if (problem === undefined) this.patience.wait('idle');
    else this.source.spoil(problem);
  }

  private sendGathered(gathered: JsonAnswer): void {
    const { exchange, answer } = this;
    const whole = gathered.finish();
    if (whole === undefined) {
      this.source.spoil('an answer to be changed is not JSON');
      return;
    }
    exchange.bytesOut = whole.body.length;
    this.done = true;
    this.patience.end();
    this.writeHead({ ...gathered.head, rawHeaders: whole.rawHeaders });
    answer.end(whole.body);
  }
}
