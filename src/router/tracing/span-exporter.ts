/**
 * Spans on their way to the collector (OTLP 1.x over HTTP, JSON form): gathered, sent in batches one after the other, and
 * dropped and counted where the collector does not keep up. Nothing is sent twice, so nothing piles up; no request ever
 * waits for it.
 */
import { CollectorClient } from './collector-client';
import { SCHEMA_URL } from './span';

/** Why a span is lost: no room while the collector is slow, not taken by the collector, or rejected by it. */
export type DropReason = 'queue_full' | 'not_delivered' | 'rejected';

/** Where spans go, and who counts them. */
export interface SpanExporterOptions {
  /** URL of the collector, `/v1/traces` included. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `service.name` and `service.instance.id` of every span. */
  readonly service: string;
  readonly instance: string;
  readonly onExported: (spans: number) => void;
  readonly onDropped: (reason: DropReason, spans: number) => void;
  /** Told when the collector fails and when it is back. */
  readonly onChange: (state: 'ok' | 'failing', cause: string) => void;
  /** Longest wait for a batch to fill up. Default 1 s. Unit: milliseconds. */
  readonly batchMilliseconds?: number;
  /** Longest wait for the collector. Default 10 s. Unit: milliseconds. */
  readonly timeoutMilliseconds?: number;
}

const BATCH_MILLISECONDS = 1_000;
const TIMEOUT_MILLISECONDS = 10_000;
/** Spans that go together, and spans that wait; a span has one to four thousand characters. */
const BATCH_SPANS_MOST = 512;
const QUEUE_SPANS_MOST = 2_048;
const QUEUE_CHARACTERS_MOST = 4_194_304;
/** A collector that fails is left alone for so many waits. */
const WAITS_AFTER_FAILURE = 5;
/** For what is left at the end, inside the grace period of the pod. */
const CLOSE_MILLISECONDS = 3_000;

/** The spans of one router. */
export class SpanExporter {
  private queue: string[] = [];
  private characters = 0;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  private failing = false;
  private readonly client: CollectorClient;
  private readonly head: string;

  constructor(private readonly options: SpanExporterOptions) {
    this.client = new CollectorClient(options.url, options.headers);
    this.head = headOf(options);
  }

  /** Takes a span, as OTLP writes it. */
  add(span: string): void {
    const { queue } = this;
    if (queue.length >= QUEUE_SPANS_MOST || this.characters + span.length > QUEUE_CHARACTERS_MOST) {
      this.options.onDropped('queue_full', 1);
      return;
    }
    queue.push(span);
    this.characters += span.length;
    if (queue.length === BATCH_SPANS_MOST && !this.failing) this.sendLater(0);
    else if (this.timer === undefined) this.sendLater(this.wait);
  }

  /** Sends what is left; what cannot be sent within three seconds is dropped. */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    const endsAt = performance.now() + CLOSE_MILLISECONDS;
    const cut = setTimeout(() => this.client.abort(), CLOSE_MILLISECONDS);
    await this.sending;
    // A collector that failed a moment ago may be back: it gets one try.
    if (this.queue.length > 0) await this.send();
    while (this.queue.length > 0 && !this.failing && performance.now() < endsAt) await this.send();
    clearTimeout(cut);
    clearTimeout(this.timer);
    this.drop('not_delivered', this.queue.length);
    this.queue = [];
    this.client.close();
  }

  private get wait(): number {
    const wait = this.options.batchMilliseconds ?? BATCH_MILLISECONDS;
    return this.failing ? wait * WAITS_AFTER_FAILURE : wait;
  }

  private sendLater(milliseconds: number): void {
    clearTimeout(this.timer);
    // Never at once: the request whose span fills the batch is not the one to wait while it is put together.
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.sending === undefined) void this.send();
    }, milliseconds);
    this.timer.unref();
  }

  private send(): Promise<void> {
    const spans = this.take();
    this.sending = this.deliver(spans).then(() => {
      this.sending = undefined;
      if (this.queue.length >= BATCH_SPANS_MOST && !this.failing) this.sendLater(0);
      else if (this.queue.length > 0) this.sendLater(this.wait);
    });
    return this.sending;
  }

  private async deliver(spans: readonly string[]): Promise<void> {
    if (spans.length === 0) return;
    try {
      const body = `${this.head}${spans.join(',')}]}]}]}`;
      const timeout = this.options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
      const rejected = Math.min(await this.client.post(body, timeout), spans.length);
      this.change(false, 'the collector takes spans');
      this.drop('rejected', rejected);
      this.options.onExported(spans.length - rejected);
    } catch (error) {
      this.change(true, (error as Error).message);
      this.drop('not_delivered', spans.length);
    }
  }

  /** Takes one batch off the queue. */
  private take(): readonly string[] {
    const spans = this.queue.splice(0, BATCH_SPANS_MOST);
    for (const span of spans) this.characters -= span.length;
    return spans;
  }

  private drop(reason: DropReason, spans: number): void {
    if (spans > 0) this.options.onDropped(reason, spans);
  }

  private change(failing: boolean, cause: string): void {
    if (this.failing === failing) return;
    this.failing = failing;
    this.options.onChange(failing ? 'failing' : 'ok', cause);
  }
}

/** All that comes before the spans themselves. */
function headOf({ service, instance }: SpanExporterOptions): string {
  const attributes = Object.entries({ 'service.name': service, 'service.instance.id': instance }).map(
    ([key, stringValue]) => ({ key, value: { stringValue } }),
  );
  const resource = JSON.stringify({ attributes });
  const scope = JSON.stringify({ name: 'cdk8s-agent-gateway' });
  return `{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"scope":${scope},"schemaUrl":"${SCHEMA_URL}","spans":[`;
}
