/** Makes the text of docs/tracing.md from the router's own table of attributes. */
import { SPAN_ATTRIBUTES } from '../src/router/tracing/span';

const HEAD = `<!-- Written by \`npm run docs\` from src/router/tracing/span.ts. Changes belong there. -->

# Tracing

\`\`\`yaml
tracing:
  otlp: { endpoint: 'http://otel-collector.monitoring.svc:4318' }
  samplePercent: 10
\`\`\`

With \`tracing\`, the router makes one span of the kind *server* for each request whose trace is recorded, and sends it to the
collector in OTLP 1.x over HTTP, in the JSON form. Without it no span is made, and \`traceparent\` goes through or is started
(docs/contract.md, H1).

- **Parent**: the span that the client's or the edge's \`traceparent\` names. Without a valid one the trace begins here.
  The backend's \`traceparent\` then names the router's span; \`tracestate\` goes with it, unless the trace is a new one.
- **Sampling**: a trace whose \`traceparent\` has the flag \`00\` is not recorded, whoever wrote it. Of all others
  \`samplePercent\` are, chosen by the end of the trace's id, the same on every replica. To record what the edge
  samples, and no less, leave it at 100 and sample at the edge.
- **When the collector is slow, away or failing**: no request waits. At most 2,048 spans (or 4 MiB) wait, batches of up to 512
  leave at least every second, one after the other, each with 10 s to be taken. A batch that is not taken is lost and
  counted (\`agent_gateway_spans_dropped_total\` in docs/metrics.md), never sent again; after a failure the collector is
  left alone for five seconds. The log says once when it fails and once when it is back (\`tracing_state\`).
- **At the end**: a router that stops sends what is left, within three seconds.
- **Network**: the router's NetworkPolicy restricts who may come in, not where it may go, so the collector needs no
  rule there; one in front of the collector has to let the router's pods in.
- **Log**: every line has the \`traceId\`, recorded or not.

A span names no caller: no subject, no address, no credential, no query, no body.

## Attributes

HTTP names are those of OpenTelemetry's semantic conventions 1.45.0 (stable), \`gen_ai\` names those of its GenAI semantic
conventions 0.1.0 (in development). The span's name is \`{method} {http.route}\`; its status is an error for failures of
gateway and backend, not for those of clients. What is not known is left out.

| attribute | type | meaning |
|---|---|---|
`;

/** The whole page. */
export function tracingPage(): string {
  const rows = Object.entries(SPAN_ATTRIBUTES).map(
    ([name, { type, meaning }]) => `| \`${name}\` | ${type} | ${meaning} |\n`,
  );
  return HEAD + rows.join('');
}
