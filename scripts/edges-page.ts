/** Makes the text of docs/edges.md from the table of capabilities. */
import { DUTIES, KONG_DIFFERENCES, KONG_LACKS, KONG_TRAITS, type Lack } from '../src/model/capabilities';
import { TRAEFIK_DIFFERENCES, TRAEFIK_LACKS } from '../src/model/traefik-capabilities';
import { TRAEFIK_DIRECT, TRAEFIK_HEAD } from './edges-page-traefik';

const HEAD = `<!-- Written by \`npm run docs\` from src/model/capabilities.ts. Changes belong there. -->

# Edges

Which proxy stands at the border is one prop, \`edge\`. What clients see is the same with each (docs/contract.md); who sees to
it differs:

| duty | \`traefik\` | \`kong\` | \`none\` |
|---|---|---|---|
`;

const KONG = `
## Kong

Open source, 3.6 to 3.9. One translation, written in two shapes:

- \`edge: { kong: { dbless: {} } }\`: a Kong of the gateway's own, with its \`kong.yml\` in a ConfigMap. \`renderKongFile\` gives the
  same file for a Kong outside Kubernetes.
- \`edge: { kong: { ingressController: {} } }\`: KongPlugins and an Ingress, or an HTTPRoute where a Gateway is named, for the
  Kong that is in the cluster under its ingress controller.

Where Kong differs from the other edges:

`;

const KONG_SETTINGS = `- Requests to other hosts or outside the base path are answered by Kong, in its own JSON. A Kong of the gateway's own sets
  security headers, request id and CORS on these answers too.
- A preflight is answered with 200, also to origins that are not allowed; the headers that allow are missing then.
- Without a database, Kong reads the certificate at start: restart its pods when it has changed.
- Backends and routers see Kong's \`Via\`, whatever it is told.

Under the ingress controller some things are settings of that Kong, which whoever runs it makes (\`KONG_…\` in its pods):

| setting | for what |
|---|---|
| \`untrusted_lua: sandbox\` | as it is by default; with \`off\`, requests end without an answer |
| \`headers: off\` | hides \`Via\`, \`Server\` and \`X-Kong-*\` |
| \`nginx_proxy_proxy_ignore_headers: X-Accel-Redirect X-Accel-Limit-Rate X-Accel-Charset X-Accel-Expires X-Accel-Buffering\` | keeps backends of services that are \`via: edge\` from giving nginx orders in their answers |
| \`dns_order: LAST,A,CNAME\` | Redis and backends by the port that is configured, not by that of an SRV record |
| \`trusted_ips\`, \`real_ip_header\`, \`real_ip_recursive\` | the addresses of clients, where a proxy is in front |

## Services that Kong decides about

With \`via: 'edge'\` at a service, requests go from Kong straight to the backend. Callers are tenants with
\`edgeCredentials\`; their plan is counted by Kong in the gateway's Redis, in a database of its own, or in the Redis that
\`edge.kong.*.redis\` names. A Kong of the gateway's own gets API keys from their Secrets into its file, in memory, when a pod
starts. The ingress controller takes a Secret with the label \`konghq.com/credential: key-auth\` and the key under \`key\`, and
knows a tenant as \`<namespace>.<gateway>.<tenant>\`; keys and issuers must differ in all of that Kong, as of two consumers
that have the same it leaves out both.

What Kong cannot keep is a problem when the manifest is made:

| prop | what would have to stand there |
|---|---|
`;

const DIFFERENCES = `
What is kept, but in another way:

`;

/** The whole page. */
export function edgesPage(): string {
  const duties = DUTIES.map(
    ({ duty, traefik, kong, none }) => `| ${duty} | ${traefik} | ${kong} | ${none} |\n`,
  );
  return [
    HEAD,
    ...duties,
    ...[TRAEFIK_HEAD, TRAEFIK_DIRECT, ...rows(TRAEFIK_LACKS), DIFFERENCES, ...items(TRAEFIK_DIFFERENCES)],
    ...[KONG, ...items(Object.values(KONG_TRAITS).map(({ difference }) => difference)), KONG_SETTINGS],
    ...[...rows(KONG_LACKS), DIFFERENCES, ...items(KONG_DIFFERENCES)],
  ].join('');
}

function rows(lacks: Readonly<Record<string, Lack>>): string[] {
  return Object.values(lacks).map(({ props, expected }) => `| ${props} | ${expected} |\n`);
}

function items(texts: readonly string[]): string[] {
  return texts.map((text) => `- ${text}\n`);
}
