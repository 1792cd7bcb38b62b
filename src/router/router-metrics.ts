/** What the router counts. Label values are names of the model, codes of `errors.ts`, statuses, or `none`. */
import type { Exchange } from './exchange';
import type { LimitStore } from './limits/store';
import { Counter, Gauge, Histogram, type Metric } from './metrics';
import type { TokenCount } from './usage/token-meter';

/** Unit: seconds. From the router's own work to an answer that streams for minutes. */
const DURATION_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** What is looked at only when somebody asks. */
export interface MetricSources {
  readonly store: LimitStore;
  /** Unit: seconds; `undefined` where there is no JWKS or none was fetched. */
  jwksAgeSeconds(): number | undefined;
}

/** The metrics of one router. */
export class RouterMetrics {
  private readonly requests = new Counter('agent_gateway_requests_total', 'Requests that have ended.', [
    'service',
    'version',
    'variant',
    'backend',
    'status',
    'plan',
  ]);
  private readonly durations = new Histogram(
    'agent_gateway_request_duration_seconds',
    'From the head of a request to the end of its answer.',
    ['service', 'version', 'variant'],
    DURATION_BOUNDS,
  );
  private readonly firstBytes = new Histogram(
    'agent_gateway_first_byte_seconds',
    'From the head of a request to the first byte of its answer.',
    ['service', 'version', 'variant'],
    DURATION_BOUNDS,
  );
  private readonly refusals = new Counter(
    'agent_gateway_refusals_total',
    'Answers that the router gave itself, and answers that broke off, by code.',
    ['code'],
  );
  private readonly limitRefusals = new Counter(
    'agent_gateway_limit_refusals_total',
    'Requests over a limit.',
    ['limit', 'plan'],
  );
  private readonly degraded = new Counter(
    'agent_gateway_degraded_decisions_total',
    'Requests whose limits were decided without the shared store.',
    [],
  );
  private readonly unknownPlans = new Counter(
    'agent_gateway_unknown_plans_total',
    'Requests whose caller names a plan that does not exist.',
    [],
  );
  private readonly tokens = new Counter(
    'agent_gateway_tokens_total',
    'Tokens of models that were charged, by whether the backend told them or they were estimated.',
    ['service', 'plan', 'source'],
  );
  private readonly tokenEstimates = new Counter(
    'agent_gateway_token_estimates_total',
    'Answers whose tokens were estimated, for want of a usage that could be read.',
    ['service', 'plan'],
  );
  private readonly aborted = new Counter(
    'agent_gateway_aborted_total',
    'Answers that did not reach their end.',
    [],
  );
  private readonly all: readonly Metric[];
  /** Exchanges that have begun and not ended. */
  inFlight = 0;

  constructor(sources: MetricSources) {
    this.all = [
      this.requests,
      this.durations,
      this.firstBytes,
      this.refusals,
      this.limitRefusals,
      this.degraded,
      this.unknownPlans,
      this.tokens,
      this.tokenEstimates,
      this.aborted,
      new Gauge('agent_gateway_in_flight', 'Requests that are being served.', () => this.inFlight),
      new Gauge('agent_gateway_store_up', 'Whether the shared store answers.', () =>
        sources.store.state() === 'ok' ? 1 : 0,
      ),
      new Gauge('agent_gateway_jwks_age_seconds', 'Since the signing keys were fetched.', () =>
        sources.jwksAgeSeconds(),
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
    this.requests.add([service, version, variant, backend, String(exchange.status), plan]);

    const labels = [service, version, variant];
    this.durations.observe(labels, (performance.now() - exchange.startedAt) / 1000);
    if (exchange.firstByteAt !== 0) {
      this.firstBytes.observe(labels, (exchange.firstByteAt - exchange.startedAt) / 1000);
    }
    if (code !== undefined) this.refusals.add([code]);
    if (limits?.refusedBy !== undefined && limits.refusedBy !== 'plan')
      this.limitRefusals.add([limits.refusedBy, plan]);
    if (limits?.degraded === true) this.degraded.add([]);
    if (admission?.plan.unknown !== undefined) this.unknownPlans.add([]);
    if (exchange.aborted) this.aborted.add([]);
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
}
