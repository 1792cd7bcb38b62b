/** Makes the text of docs/metrics.md from the router's own table of metrics. */
import type { Histogram, MetricInfo } from '../src/router/metrics';
import { LABELS, RouterMetrics } from '../src/router/router-metrics';

const HEAD = `<!-- Written by \`npm run docs\` from src/router/router-metrics.ts. Changes belong there. -->

# Metrics

Every router answers \`GET /metrics\` on its second port, 9090, in the text format 0.0.4 of Prometheus. No edge exposes that port.
Names and labels are API: a change of one stands in CHANGELOG.md.

Sums are over the life of the process, and each replica counts for itself: add replicas up with \`sum\`, and use \`rate\` for
what happens now. No label holds anything that a client made up, so the number of series is bounded by the gateway's
own names.

## All of them

| metric | type | labels | meaning |
|---|---|---|---|
`;

const ASK = `
## What to ask

- Errors that callers see: \`sum(rate(agent_gateway_requests_total{status_class="5xx"}[5m])) / sum(rate(agent_gateway_requests_total[5m]))\`
- Time to the first byte that 99 of 100 requests of a service keep:
  \`histogram_quantile(0.99, sum by (service, le) (rate(agent_gateway_first_byte_seconds_bucket[5m])))\`
- Which window callers of a plan run into: \`sum by (plan, limit) (rate(agent_gateway_limit_refusals_total[1h]))\`
- One variant against another: the same by \`variant\`.
- Limits that are not shared any more: \`min(agent_gateway_store_up) == 0\`, and \`rate(agent_gateway_degraded_decisions_total[5m])\`
  for how many requests that concerns.
- Signing keys that nobody renews: \`max(agent_gateway_jwks_age_seconds) > 3600\`
`;

/** The whole page. */
export function metricsPage(): string {
  const metrics = describedMetrics();
  const labels = Object.entries(LABELS).map(([name, values]) => `| \`${name}\` | ${values} |\n`);
  const bounds = metrics
    .filter((metric): metric is Histogram => metric.type === 'histogram')
    .map(({ name, bounds }) => `- \`${name}\`: ${bounds.join(', ')}\n`);
  return [
    HEAD,
    ...metrics.map(row),
    '\n## Labels\n\n| label | values |\n|---|---|\n',
    ...labels,
    '\n## Bounds of histograms\n\nUnit: seconds.\n\n',
    ...bounds,
    ASK,
  ].join('');
}

function row({ name, type, labels, help }: MetricInfo): string {
  const names = labels.length === 0 ? '–' : labels.map((label) => `\`${label}\``).join(', ');
  return `| \`${name}\` | ${type} | ${names} | ${help} |\n`;
}

/** Of a router that is never started. */
function describedMetrics(): readonly MetricInfo[] {
  const store = {
    state: () => 'unknown' as const,
    take: () => Promise.reject(),
    charge: () => Promise.reject(),
    close: () => Promise.resolve(),
  };
  return new RouterMetrics({
    store,
    jwksAgeSeconds: () => undefined,
    breakerStates: () => [],
    bodyBytes: () => 0,
  }).describe();
}
