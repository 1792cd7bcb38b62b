/** Makes the text of docs/edges.md from the table of capabilities. */
import { DUTIES, KONG_DIFFERENCES, KONG_LACKS, type Lack } from '../src/model/capabilities';
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

- A host that a client writes in another case, or with a dot at its end, is answered with 404: Kong compares hosts as
  they are written. Browsers and HTTP libraries write them in lower case.
- Requests to other hosts or outside the base path are answered by Kong, in its own JSON. A Kong of the gateway's own sets
  security headers, request id and CORS on these answers too.
- A preflight is answered with 200, also to origins that are not allowed; the headers that allow are missing then.
- Without a database, Kong reads the certificate at start: restart its pods when it has changed.
- Under the ingress controller, \`Via\`, \`Server\` and \`X-Kong-*\` are hidden by that Kong's own setting \`headers: off\`, and its
  \`untrusted_lua\` must be \`sandbox\`, as it is by default.

## Services that Kong decides about

With \`via: 'edge'\` at a service, requests go from Kong straight to the backend. Callers are tenants with
\`edgeCredentials\`; their plan is counted by Kong in the gateway's Redis, in a database of its own. A Kong of the gateway's
own gets API keys from their Secrets into its file, in memory, when a pod starts; the ingress controller takes a Secret
with the label \`konghq.com/credential: key-auth\` and the key under \`key\`, and knows a tenant as \`<gateway>.<tenant>\`.

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
    ...[KONG, ...rows(KONG_LACKS), DIFFERENCES, ...items(KONG_DIFFERENCES)],
  ].join('');
}

function rows(lacks: Readonly<Record<string, Lack>>): string[] {
  return Object.values(lacks).map(({ props, expected }) => `| ${props} | ${expected} |\n`);
}

function items(texts: readonly string[]): string[] {
  return texts.map((text) => `- ${text}\n`);
}
