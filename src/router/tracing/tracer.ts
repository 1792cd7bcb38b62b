/**
 * Which requests get a span, and where it goes once they have ended. Only there when an endpoint is configured; without one
 * no request comes by here.
 */
import type { Exchange } from '../exchange';
import { flagsOf, newSpanId, spanIdOf, traceIdOf } from '../trace-context';
import { type SpanFacts, spanText } from './span';
import { SpanExporter, type SpanExporterOptions } from './span-exporter';

/** What the spans of one router depend on. */
export interface TracerOptions extends SpanExporterOptions, SpanFacts {
  /** Share of the traces that are recorded. */
  readonly samplePercent: number;
}

const SAMPLED = 1;
const RANDOM = 2;

/** One for the life of a router. */
export class Tracer {
  private readonly exporter: SpanExporter;
  /** Traces whose number is below it are not recorded. */
  private readonly threshold: number;

  constructor(private readonly options: TracerOptions) {
    this.exporter = new SpanExporter(options);
    this.threshold = (1 - options.samplePercent / 100) * NUMBERS;
  }

  /**
   * Gives the exchange a span if its trace is recorded; the backend's parent is then that span.
   *
   * A client that says that it does not record its trace is heeded. One that says that it does is not: the share bounds
   * what anybody can make the gateway record.
   */
  begin(exchange: Exchange): void {
    const { traceparent, continuesTrace } = exchange;
    const traceId = traceIdOf(traceparent);
    const flags = continuesTrace ? flagsOf(traceparent) : SAMPLED;
    if ((flags & SAMPLED) === 0 || numberOf(traceId) < this.threshold) return;
    const spanId = continuesTrace ? newSpanId() : spanIdOf(traceparent);
    exchange.span = {
      traceId,
      spanId,
      ...(continuesTrace ? { parentSpanId: spanIdOf(traceparent) } : {}),
    };
    exchange.traceparent = `00-${traceId}-${spanId}-0${SAMPLED | (flags & RANDOM)}`;
  }

  end(exchange: Exchange): void {
    if (exchange.span !== undefined) this.exporter.add(spanText(exchange, this.options));
  }

  /** Sends what is left, for as long as that is bounded. */
  close(): Promise<void> {
    return this.exporter.close();
  }
}

/** Numbers that 13 hex digits can be: as many bits as a double holds exactly. */
const NUMBERS = 2 ** 52;

/**
 * The trace's place among all traces: the same on every replica. From its end, which is random in every kind of trace id
 * (W3C Trace Context level 2, "Random Trace ID Flag").
 */
function numberOf(traceId: string): number {
  return Number.parseInt(traceId.slice(-13), 16);
}
