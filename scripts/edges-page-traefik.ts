/** What docs/edges.md says of Traefik, before what the table of capabilities says. */

/** How the objects find the Traefik that is in the cluster, and what it has to be told. */
export const TRAEFIK_HEAD = `
## Traefik

3.6 and 3.7: every object is taken by both. A prop that needs a field of 3.7 says so, and \`edge.traefik.version\` has to
name it; with \`3.7\` the class of routes also stands in \`spec.ingressClassName\`, and not in the annotation that 3.7
calls deprecated. Every run of the tests holds the objects to the fields that the CRDs of 3.6 have, and the contract to a Traefik
3.7; on a 3.6.12 with its own CRDs the contract was run on 2026-11-25, with the same result in every case
([how](conformance/README.md)).

What the objects must know of a Traefik that somebody else runs, with the values of Traefik's Helm chart (41) as default:

| prop | what it has to be | default |
|---|---|---|
| \`namespace\`, \`podLabels\` | where its pods are, for the NetworkPolicies | \`traefik\`, \`app.kubernetes.io/name: traefik\` |
| \`entryPoints.http\`, \`entryPoints.https\` | names of entry points in its static configuration | \`web\`, \`websecure\` |
| \`ingressClass\` | \`providers.kubernetesCRD.ingressClass\`, if it has one | none |
| \`crossNamespace\` | whether it has \`providers.kubernetesCRD.allowCrossNamespace\` | no |
| \`trustedProxies\` | addresses of the load balancers in front of it | none |

What only its static configuration can say, and no object of ours:

- \`X-Forwarded-*\` of clients: Traefik replaces them, unless they come from \`entryPoints.<name>.forwardedHeaders.trustedIPs\`.
  Behind a load balancer set that to its addresses, the same as in \`edge.traefik.trustedProxies\`; never set
  \`forwardedHeaders.insecure\`. The router takes \`X-Forwarded-For\`, \`-Host\`, \`-Proto\`, \`-Port\` and \`X-Real-Ip\` as Traefik gives them,
  adds Traefik's address to the first, and drops all others of the kind.
- Uploads: \`entryPoints.<name>.transport.respondingTimeouts.readTimeout\`, 60 seconds by default, cuts longer ones; a
  \`writeTimeout\` cuts every stream and must stay 0.
- A certificate resolver that \`tls.certResolver\` names must be there, or Traefik answers with a certificate of its own.

What Traefik and the API server alone can see, and Traefik tells in its log and at \`/api/http/routers\`: entry points, classes and
resolvers that do not exist; Services and Secrets that are missing, for which a route is dropped (404); routes of others for
the same host; and objects of another program under our names. Between gateways of one cdk8s App, the same is a problem
when the manifest is made: \`AGW_GATEWAY_SHADOWED\`, \`AGW_OBJECT_NAME\`, \`AGW_TLS_CONFLICT\`. Pulumi makes each gateway by itself,
and sees none of these.

### TLS to the router

With \`edge.traefik.routerTls\`, Traefik and the router show each other certificates, for requests and for ForwardAuth. Both Secrets
are in the gateway's namespace, of type \`kubernetes.io/tls\`, with \`ca.crt\`, as cert-manager writes them:

\`\`\`yaml
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: router, namespace: agents }
spec:
  secretName: router-tls
  dnsNames: [gateway-router.agents.svc]   # <name of the gateway>-router.<namespace>.svc
  usages: [server auth]
  issuerRef: { name: internal-ca }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: traefik-to-router, namespace: agents }
spec:
  secretName: traefik-to-router-tls
  commonName: traefik
  usages: [client auth]
  issuerRef: { name: internal-ca }
\`\`\`

The router takes every client whose certificate \`ca.crt\` of its own Secret vouches for: use an issuer that vouches for nobody
else. It reads the files again when they change. It does not start with a certificate that is missing, has expired or does
not fit its key, and refuses a connection without a good one; probes and metrics stay on the port of their own.
`;

/** How \`via: 'edge'\` works there. */
export const TRAEFIK_DIRECT = `
### Services that Traefik sends requests to

With \`via: 'edge'\` at a service, Traefik asks the router about each request (ForwardAuth), and sends it straight to the
backend if the router lets it through. The router decides as ever: route, identity, version, variant, plan and limits; its
refusals are what clients get. Two layers of routes do it (\`parentRefs\`, Traefik 3.6): the outer one asks, the inner ones
are chosen by the \`X-Api-Version\` and \`X-Variant\` that the router answers, so weights, pins and variants are kept. Identity
headers of clients, in every spelling, are taken out by a pattern, and so are API keys. What the routes do not take, such as
upgrades to anything but a WebSocket, goes through the router.

Traefik asks at a port of the router's own (8081) that no route leads to and that the NetworkPolicy opens to Traefik alone. That
Traefik may reach the backends is for their NetworkPolicies to say: the gateway does not own them.

What Traefik cannot keep is a problem when the manifest is made:

| prop | what would have to stand there |
|---|---|
`;
