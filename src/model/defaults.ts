/** The values that props have when they are left out, in one place. The `@default` of each prop says the same. */
export const DEFAULTS = {
  bodyLimitBytes: 10_485_760,
  timeouts: { connectSeconds: 5, firstByteSeconds: 120, idleSeconds: 300 },
  failover: { repeatUnsafe: false, budgetPercent: 20 },
  circuitBreaker: { consecutiveFailures: 5, openSeconds: 10 },
  jwt: {
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    clockToleranceSeconds: 30,
    claims: { subject: 'sub', tenant: 'org_id', plan: 'plan', scopes: 'scope' },
  },
  serviceToken: { ttlSeconds: 60 },
  plan: { onStoreOutage: 'local', limitBy: 'caller' },
  planLookup: { keyPrefix: 'agw-plan:' },
  /** Name of the plan that is the default where there are several. */
  defaultPlan: 'free',
  cors: {
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    headers: ['Authorization', 'Content-Type', 'X-API-Key'],
    credentials: false,
    maxAgeSeconds: 600,
  },
  securityHeaders: { hstsSeconds: 31_536_000, frameOptions: 'DENY' },
  tls: { minVersion: '1.2' },
  traefik: {
    version: '3.6',
    namespace: 'traefik',
    podLabels: { 'app.kubernetes.io/name': 'traefik' },
    entryPoints: { http: 'web', https: 'websecure' },
    crossNamespace: false,
    refuseEncodedCharacters: false,
  },
  kong: {
    image: 'kong:3.9',
    resources: { cpuMillicores: 500, memoryMebibytes: 1_024 },
    serviceType: 'LoadBalancer',
    namespace: 'kong',
    ingressClass: 'kong',
    /** The router counts in database 0. Kong 3.9 mixes connections up where it is told of several. */
    redis: { port: 6_379, database: 1, tls: false },
  },
  floodGuard: {
    /** Requests per second of one address: at least, and where a plan has no limit by the minute. */
    leastRequestsPerSecond: 100,
    unlimitedRequestsPerSecond: 1_000,
    forwardedForDepth: 0,
  },
  router: {
    // Debian's: on Alpine a request costs a third more (see `bench/`, "The image's C library").
    nodeImage: 'node:24-slim',
    replicas: { min: 2, max: 10 },
    resources: { cpuMillicores: 250, memoryMebibytes: 256 },
    terminationGraceSeconds: 120,
  },
  tracing: { samplePercent: 100 },
  redis: { image: 'redis:7.4-alpine', memoryMebibytes: 256, persistence: { sizeGibibytes: 1 } },
} as const;
