/** What the router counts. Label values are names of the model, codes of `errors.ts`, classes of statuses, or `none`. */
import { ERRORS } from './errors';
import type { Exchange } from './exchange';
import type { LimitStore } from './limits/store';
import { Counter, Gauge, Histogram, LabelledGauge, type Metric, type MetricInfo } from './metrics';
import type { UnreadRequest } from './reception';
import type { TokenCount } from './usage/token-meter';

/**
 * Every label, with what its values are. All come from the gateway's document or from tables of the router, so that the
 * number of series is bounded whatever clients send.
 */
export const LABELS = {
  service: 'name of a service; `none` where the path names none',
  version: 'name of a version; `none` without versions, and before a version is chosen',
  variant: 'name of a variant; `none` outside A/B tests',
  backend: 'id of the backend that was chosen; `none` where the request did not get so far',
  status_class:
    '`2xx` to `5xx`, `1xx` for WebSockets, `other` for what HTTP does not have; `none` where the client left before an answer began',
  plan: 'name of a plan; `none` before the caller is known',
  code: 'code of an error, as in problem bodies and the log',
  reason:
    'of a span: `queue_full`: the collector is slow or away; `not_delivered`: it failed with them in its hands; `rejected`: it said so. Of a backend: `connect`, `reset`, `timeout` or `status`',
  source: '`reported` by the backend, or `estimated`',
  limit:
    '`minute`, `hour`, `day`, `tokens-minute`, `tokens-day` or `concurrency`; `store` where the plan refuses while the store is away',
} as const;

type Label = keyof typeof LABELS;

const WHERE = ['service', 'version', 'variant'] as const satisfies readonly Label[];

/** Unit: seconds. From the router's own work to an answer that takes minutes. */
const DURATION_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** Unit: seconds. Streams are as long as what an agent has to say, or as a session. */
const STREAM_BOUNDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];

/** What is looked at only when somebody asks. */
export interface MetricSources {
  readonly store: LimitStore;
  /** Unit: seconds; `undefined` where there is no JWKS or none was fetched. */
  jwksAgeSeconds(): number | undefined;
  bodyBytes(): number;
  /** Labels `service` and `backend`, and 0, 0.5 or 1. */
  breakerStates(): readonly (readonly [readonly string[], number])[];
}

/** The metrics of one router. */
export class RouterMetrics {
  private readonly requests = counter('agent_gateway_requests_total', 'Requests that have ended.', [
    ...WHERE,
    'backend',
    'status_class',
    'plan',
  ]);
  private readonly durations = new Histogram(
    'agent_gateway_request_duration_seconds',
    'From the head of a request to the end of its answer.',
    WHERE,
    DURATION_BOUNDS,
  );
  private readonly firstBytes = new Histogram(
    'agent_gateway_first_byte_seconds',
    'From the head of a request to the first byte of its answer.',
    WHERE,
    DURATION_BOUNDS,
  );
  private readonly streams = new Histogram(
    'agent_gateway_stream_duration_seconds',
    'From the first byte to the end of event streams and WebSockets.',
    WHERE,
    STREAM_BOUNDS,
  );
  private readonly refusals = counter(
    'agent_gateway_refusals_total',
    'Answers that the router gave itself, and answers that broke off, by code.',
    ['code'],
  );
  private readonly limitRefusals = counter(
    'agent_gateway_limit_refusals_total',
    'Requests over a limit, by the window or bound that refused them.',
    ['limit', 'plan'],
  );
  private readonly degraded = counter(
    'agent_gateway_degraded_decisions_total',
    'Requests whose limits were decided without the shared store.',
  );
  private readonly unknownPlans = counter(
    'agent_gateway_unknown_plans_total',
    'Requests whose caller names a plan that does not exist.',
  );
  private readonly failovers = counter(
    'agent_gateway_failovers_total',
    'Requests that went on to another backend, by the one that failed and why.',
    ['service', 'backend', 'reason'],
  );
  private readonly resends = counter(
    'agent_gateway_resends_total',
    'Requests that went to a backend again because the connection that was kept for it was dead.',
    ['backend'],
  );
  private readonly tokens = counter(
    'agent_gateway_tokens_total',
    'Tokens of models that were charged, by whether the backend told them or they were estimated.',
    ['service', 'plan', 'source'],
  );
  private readonly tokenEstimates = counter(
    'agent_gateway_token_estimates_total',
    'Answers whose tokens were estimated, for want of a usage that could be read.',
    ['service', 'plan'],
  );
  private readonly aborted = counter('agent_gateway_aborted_total', 'Answers that did not reach their end.');
  readonly spansExported = counter(
    'agent_gateway_spans_exported_total',
    'Spans that the collector has taken; 0 without tracing.',
  );
  readonly spansDropped = counter('agent_gateway_spans_dropped_total', 'Spans that were lost, by reason.', [
    'reason',
  ]);
  private readonly all: readonly Metric[];
  /** Exchanges that have begun and not ended. */
  inFlight = 0;

  constructor(sources: MetricSources) {
    this.all = [
      this.requests,
      this.durations,
      this.firstBytes,
      this.streams,
      this.refusals,
      this.limitRefusals,
      this.degraded,
      this.unknownPlans,
      this.failovers,
      this.resends,
      this.tokens,
      this.tokenEstimates,
      this.aborted,
      this.spansExported,
      this.spansDropped,
      new Gauge('agent_gateway_in_flight', 'Requests that are being served.', () => this.inFlight),
      new Gauge('agent_gateway_store_up', 'Whether the shared store answers.', () =>
        sources.store.state() === 'ok' ? 1 : 0,
      ),
      new Gauge('agent_gateway_jwks_age_seconds', 'Since the signing keys were fetched.', () =>
        sources.jwksAgeSeconds(),
      ),
      new LabelledGauge(
        'agent_gateway_circuit_breaker_open',
        'Whether a backend gets a rest: 0 closed, 0.5 half open, 1 open.',
        ['service', 'backend'],
        () => sources.breakerStates(),
      ),
      new Gauge('agent_gateway_body_bytes', 'Bytes of bodies that are held in memory.', () =>
        sources.bodyBytes(),
      ),
      new Gauge('agent_gateway_resident_memory_bytes', 'Memory of the process.', () =>
        process.memoryUsage.rss(),
      ),
    ];
  }

  observe(exchange: Exchange): void {
    this.inFlight--;
    const { admission, limits, code } = exchange;
    const service = exchange.route?.name ?? 'none';
    const version = admission?.version.name || 'none';
    const variant = admission?.variant ?? 'none';
    const plan = admission?.plan.name ?? 'none';
    const backend = exchange.backend?.id ?? 'none';
    this.requests.add([service, version, variant, backend, statusClass(exchange.status), plan]);

    const labels = [service, version, variant];
    const now = performance.now();
    this.durations.observe(labels, (now - exchange.startedAt) / 1000);
    if (exchange.firstByteAt !== 0) {
      this.firstBytes.observe(labels, (exchange.firstByteAt - exchange.startedAt) / 1000);
      if (exchange.streams) this.streams.observe(labels, (now - exchange.firstByteAt) / 1000);
    }
    if (code !== undefined) this.refusals.add([code]);
    if (limits?.refusedBy !== undefined && limits.refusedBy !== 'plan')
      this.limitRefusals.add([limits.refusedBy, plan]);
    if (limits?.degraded === true) this.degraded.add([]);
    if (admission?.plan.unknown !== undefined) this.unknownPlans.add([]);
    for (const { backend: failed, reason } of exchange.failovers ?? []) {
      this.failovers.add([service, failed, reason]);
    }
    for (const backend of exchange.resentTo ?? []) this.resends.add([backend]);
    if (exchange.aborted) this.aborted.add([]);
  }

  /** Nothing is known of where it wanted to go. */
  observeUnread({ code }: UnreadRequest): void {
    this.requests.add(['none', 'none', 'none', 'none', statusClass(ERRORS[code].status), 'none']);
    this.refusals.add([code]);
  }

  /** May come after `observe` of the same exchange. */
  observeTokens({ route, admission }: Exchange, { tokens, estimated }: TokenCount): void {
    const labels = [route?.name ?? 'none', admission?.plan.name ?? 'none'];
    this.tokens.add([...labels, estimated ? 'estimated' : 'reported'], tokens);
    if (estimated) this.tokenEstimates.add(labels);
  }

  render(): string {
    return this.all.map((metric) => metric.render()).join('');
  }

  /** Every metric, for `docs/metrics.md`. */
  describe(): readonly MetricInfo[] {
    return this.all;
  }
}

function counter(name: string, help: string, labels: readonly Label[] = []): Counter {
  return new Counter(name, help, labels);
}

const CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'];

function statusClass(status: number): string {
  return CLASSES[Math.floor(status / 100)] ?? 'other';
}
