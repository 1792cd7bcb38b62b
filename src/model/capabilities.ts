/**
 * What each edge does by itself, and what Kong's open-source edition cannot keep where a service is `via: 'edge'`. The
 * checks speak by this table, and `docs/edges.md` is made from it; Traefik's is beside it.
 */

/** Who does a duty: the edge, the router, or nobody. */
export interface DutyRow {
  readonly duty: string;
  readonly traefik: string;
  readonly kong: string;
  readonly none: string;
}

/** Services on the way through the router, which is every service that does not say otherwise. */
export const DUTIES: readonly DutyRow[] = [
  { duty: 'TLS, redirect to HTTPS, host', traefik: 'edge', kong: 'edge', none: 'nobody' },
  { duty: 'CORS, security headers', traefik: 'edge', kong: 'edge', none: 'router' },
  { duty: 'guard against floods from one address', traefik: 'edge', kong: 'edge', none: 'nobody' },
  { duty: '`X-Forwarded-*` of clients replaced', traefik: 'edge', kong: 'edge', none: 'router' },
  { duty: 'request id on what the edge refuses', traefik: 'nobody', kong: 'edge', none: 'router' },
  { duty: 'body limit, timeouts', traefik: 'router', kong: 'router', none: 'router' },
  {
    duty: 'identity, plans, models, versions, variants',
    traefik: 'router',
    kong: 'router',
    none: 'router',
  },
  { duty: 'TLS to backends, their keys', traefik: 'router', kong: 'router', none: 'router' },
  { duty: 'fallbacks, circuit breakers', traefik: 'router', kong: 'router', none: 'router' },
  { duty: 'headers and JSON changed for a service', traefik: 'router', kong: 'router', none: 'router' },
  {
    duty: 'services that are `via: edge`',
    traefik: 'edge, by leave of the router',
    kong: 'edge',
    none: 'no',
  },
];

/** Something that clients see otherwise with Kong than with other edges, by the name that the conformance suite has for it. */
export interface KongTrait {
  /** Whether a Kong of the gateway's own does as the other edges do. */
  readonly dbless: boolean;
  /** The same of a Kong under its ingress controller, with nothing set that is not said on this page. */
  readonly ingressController: boolean;
  /** What it does in their place. */
  readonly difference: string;
}

/** What Kong 3.9 does otherwise on every way, whatever is behind it. */
export const KONG_TRAITS = {
  'host-in-any-case': {
    dbless: false,
    ingressController: false,
    difference:
      'A host that a client writes in another case, or with a dot at its end, is answered with 404: Kong compares hosts as they are written. Browsers and HTTP libraries write them in lower case.',
  },
  'paths-as-sent': {
    dbless: false,
    ingressController: false,
    difference:
      'Paths are tidied before anything looks at them: dots resolved, slashes merged, harmless escapes decoded. So `/v2/x/../agents` is `/v2/agents`, and not refused.',
  },
  'strict-framing': {
    dbless: false,
    ingressController: false,
    difference:
      'A line that a bare line feed ends is read as a line, and a header without a name is left out.',
  },
  'large-headers': {
    dbless: true,
    ingressController: false,
    difference:
      'Headers of more than 32 KiB are answered by a Kong under its ingress controller, with 494, unless it is told `nginx_http_large_client_header_buffers: 4 64k`.',
  },
} as const satisfies Record<string, KongTrait>;

/** One thing that Kong cannot keep, in the words of a problem. */
export interface Lack {
  /** Props that ask for it. */
  readonly props: string;
  /** What would have to stand there. */
  readonly expected: string;
  /** What to do, beside leaving `via` out. */
  readonly fix: string;
}

/** What Kong 3.9 cannot keep for a service that is `via: 'edge'`; each is a problem where a prop asks for it. */
export const KONG_LACKS = {
  jwks: {
    props: '`auth.jwt`',
    expected: 'no issuer with a JWKS, which Kong cannot read, nor an audience, which it does not check',
    fix: 'give tenants edgeCredentials in a gateway of their own, with auth.apiKeys alone',
  },
  models: {
    props: '`models`, also of `versions`',
    expected: 'no models, as Kong does not read bodies',
    fix: 'remove them',
  },
  variants: {
    props: '`variants`',
    expected: 'no variants, as Kong splits requests and not callers',
    fix: 'remove them',
  },
  methods: {
    props: '`methods`',
    expected: 'no methods, as Kong answers others with 404 in place of 405',
    fix: 'remove them, and refuse methods in the service',
  },
  requires: {
    props: '`requires`',
    expected: 'no requirements, as Kong knows neither scopes nor claims',
    fix: 'remove them',
  },
  serviceToken: {
    props: '`serviceToken`',
    expected: 'no token of the router, as Kong signs none',
    fix: 'remove it',
  },
  backends: {
    props: '`url`, `tls`, `headers`, `credential` of a backend',
    expected: 'a Service that takes plain HTTP, as the rest is the router’s to do',
    fix: 'remove it',
  },
  failover: {
    props: '`failover`, `circuitBreaker`, `fallbacks` of a backend',
    expected: 'nothing about backends that fail, which the router sees to',
    fix: 'remove it',
  },
  transforms: {
    props: '`requestHeaders`, `responseHeaders`, `requestJson`, `responseJson`',
    expected: 'no changes of headers and JSON, which the router makes',
    fix: 'remove them',
  },
  split: {
    props: '`versions.*.weightPercent`',
    expected: 'no weight, as Kong splits requests and not callers',
    fix: 'remove it',
  },
  life: {
    props: '`versions.*.deprecated`, `versions.*.sunset`',
    expected: 'no date, as what Kong answers does not change with time',
    fix: 'remove it',
  },
  pin: {
    props: '`tenants.*.version`',
    expected: 'no pin, as Kong routes before it knows the caller',
    fix: 'remove it',
  },
  planLookup: {
    props: '`planLookup`',
    expected: 'no plans in Redis, where Kong does not look for them',
    fix: 'give tenants a plan',
  },
  planModels: {
    props: '`plans.*.models`',
    expected: 'no list of models for a plan of edgeCredentials',
    fix: 'remove it',
  },
  concurrency: {
    props: '`plans.*.concurrentRequests`',
    expected: 'no limit on requests at the same time, which Kong does not count',
    fix: 'remove it, or use requestsPerMinute',
  },
  tokens: {
    props: '`plans.*.tokensPerMinute`, `plans.*.tokensPerDay`',
    expected: 'no limit on tokens of models, as Kong does not read answers',
    fix: 'remove it, or use requestsPerMinute',
  },
  sharedByService: {
    props: '`plans.*.limitBy: service`',
    expected: '"caller" or "tenant", which are the same there, as Kong counts a plan for each consumer',
    fix: 'remove it',
  },
  exactWindows: {
    props: '`plans.*.requestsPerMinute`, `plans.*.requestsPerHour`',
    expected: 'limits by the day, or clockWindows: true beside the flood guard of edge.kong',
    fix: 'set clockWindows if minutes and hours of the clock will do: around their turn twice as many pass, and refused requests count',
  },
  localShare: {
    props: '`plans.*.onStoreOutage: local`, the default',
    expected: '"open" or "closed", as a Kong does not know its share of a plan',
    fix: 'say what holds while Redis is away',
  },
  separateTimeouts: {
    props: '`timeouts` with different `firstByteSeconds` and `idleSeconds`',
    expected: 'the same time for the first byte as between bytes, as Kong has one for both',
    fix: 'give both the same value',
  },
  externalRedis: {
    props: '`redis.external`',
    expected:
      "the gateway's own Redis, or edge.kong.*.redis beside it, as Kong cannot take a URL from a Secret",
    fix: "say in the redis of edge.kong where Kong's Redis is, or use redis: { managed: {} }",
  },
  gatewayBackends: {
    props: '`edge.kong.ingressController.gateway`',
    expected: 'an Ingress, as a route of a Gateway has no place for timeouts and paths of a backend',
    fix: 'use ingressClass',
  },
  controllerPassword: {
    props: '`redis.managed.passwordSecret` with `edge.kong.ingressController`',
    expected:
      'a Redis without a password, or edge.kong.ingressController.redis with a Secret that has it in double quotes',
    fix: 'remove it, as a NetworkPolicy keeps others out, or name host and Secret in the redis of edge.kong',
  },
  nested: {
    props: '`path` below which another service is',
    expected: 'a path that no other service is below',
    fix: 'move one of the two',
  },
} as const satisfies Record<string, Lack>;

/** What is kept in another way there, and is no problem. */
export const KONG_DIFFERENCES: readonly string[] = [
  'Refusals have Kong’s own JSON in place of problem details: 401, 413, 429, and 502 to 504.',
  'Limits are told in `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset` and `X-RateLimit-*`.',
  'A plan is the tenant’s: all its callers share one limit, and `X-User-Id` is the tenant’s name.',
  'An API key is taken in `X-API-Key` alone, not as Bearer. Of a token, `aud` and `nbf` are not looked at.',
  'Requests without a good credential are refused without being counted, so neither a plan nor the flood guard slows them down. For callers whose plan has limits, these take the place of the flood guard.',
  'A version that a plan does not list is answered with 403, and a path that might climb with 400, after it was counted; both in Kong’s own JSON.',
  'A token whose header is no JSON object, or whose `iss` is no text, is answered with 500 in place of 401.',
  'Without `cors`, a preflight needs a credential like any other request.',
  'While Redis is away, `closed` is answered with 500.',
  'A body in chunks is read whole before the backend sees it, because its size is checked; `Expect: 100-continue` with a body over the limit is answered with 417.',
  'A body may pause as long as `idleSeconds`, 300 by default, which is also the time for the first byte.',
];
