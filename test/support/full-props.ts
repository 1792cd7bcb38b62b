/**
 * Every prop at once. Each object is `Required<…>` of its type, so that a new prop does not compile until it is here; where
 * an object may have one key of several, each key has a set of props of its own.
 */
import type {
  AgentGatewayProps,
  BackendCredentialProps,
  BackendProps,
  BackendTlsProps,
  CircuitBreakerProps,
  ClaimsProps,
  CorsProps,
  EntryPointsProps,
  ExternalRedisProps,
  FailoverProps,
  FallbackProps,
  FloodGuardProps,
  HeaderChangesProps,
  JsonChangesProps,
  JwkProps,
  JwksProps,
  JwtProps,
  ManagedRedisProps,
  OtlpProps,
  PersistenceProps,
  PlanLookupProps,
  PlanProps,
  ReplicasProps,
  RequirementsProps,
  ResourcesProps,
  RouterProps,
  RouterTlsProps,
  SecurityHeadersProps,
  ServiceProps,
  ServiceTokenProps,
  ServiceTokensProps,
  TargetProps,
  TenantProps,
  TimeoutsProps,
  TlsProps,
  TracingProps,
  TraefikProps,
  VersionProps,
} from 'cdk8s-agent-gateway';
import { FULL_KONG_PROPS } from './full-kong-props';

const tls = (service: string): Required<BackendTlsProps> => ({
  caSecret: { name: `${service}-ca`, key: 'ca.crt' },
  clientSecretName: `${service}-client`,
  serverName: `${service}.internal.example.com`,
});
const credential = (service: string): Required<BackendCredentialProps> => ({
  secret: { name: `${service}-key`, key: 'key' },
  header: 'X-API-Key',
  scheme: 'Key',
});
const fallback = (service: string): Required<Omit<FallbackProps, 'url' | 'trusted'>> => ({
  service,
  port: 8000,
  namespace: 'ai',
  path: '/v1',
  tls: tls(service),
  headers: { 'X-Backend': service },
  credential: credential(service),
});
const provider: Required<Omit<FallbackProps, 'service' | 'port' | 'namespace' | 'path'>> = {
  url: 'https://api.example.net/v1',
  trusted: true,
  tls: tls('provider'),
  headers: { 'X-Backend': 'provider' },
  credential: { secret: { name: 'provider', key: 'key' }, header: 'X-Provider-Key', scheme: 'Token' },
};
const backend = (service: string): BackendProps => ({ service, port: 8000, namespace: 'ai', path: '/v1' });
const wholeBackend: BackendProps = {
  ...fallback('agents'),
  fallbacks: [{ service: 'agents-spare', port: 8000 }, provider],
};
const failover = (budgetPercent: number): Required<FailoverProps> => ({
  statuses: [429, 503],
  repeatUnsafe: true,
  budgetPercent,
});
const circuitBreaker = (base: number): Required<CircuitBreakerProps> => ({
  consecutiveFailures: base,
  openSeconds: base + 10,
});
const target = (service: string): Required<TargetProps> => ({
  backend: backend(service),
  models: { 'gpt-4*': backend(`${service}-gpt`), 'claude-3': backend(`${service}-claude`) },
});
const timeouts = (base: number): Required<TimeoutsProps> => ({
  connectSeconds: base,
  firstByteSeconds: base + 30,
  idleSeconds: base + 40,
});
const jsonChanges = (name: string): Required<JsonChangesProps> => ({
  rename: { prompt: name, 'options.max': 'max_tokens' },
  defaults: { temperature: 0.5, stream: false, 'options.stop': name },
  remove: ['debug', 'options.trace'],
});
const claims: Required<ClaimsProps> = { subject: 'email', tenant: 'tenant', plan: 'tier', scopes: 'scp' };
// Values as they are in a real key; nobody has its other half.
const jwks: Required<JwksProps> = {
  keys: [
    { kty: 'RSA', kid: 'r', alg: 'RS256', use: 'sig', n: 'ALf1Q2wz', e: 'AQAB' },
    { kty: 'EC', kid: 'e', alg: 'ES384', use: 'sig', crv: 'P-384', x: 'd7Jvh0', y: 'Lr3vvu' },
    { kty: 'OKP', kid: 'o', alg: 'EdDSA', use: 'sig', crv: 'Ed25519', x: '11qYAY' },
  ] satisfies JwkProps[],
};
const headerChanges = (value: string): Required<HeaderChangesProps> => ({
  set: { 'X-Team': value, 'X-Area': value },
  add: { 'X-Tag': value },
  remove: ['X-Debug', 'Cookie'],
});
const jwt: Required<JwtProps> = {
  issuer: 'https://id.example.com/',
  audience: 'agents',
  jwksUrl: 'https://id.example.com/jwks.json',
  jwks,
  algorithms: ['ES256', 'RS256'],
  clockToleranceSeconds: 7,
  claims,
};
const plan = (base: number): Required<RouterPlanProps> => ({
  requestsPerMinute: base,
  requestsPerHour: base + 100,
  requestsPerDay: base + 200,
  tokensPerMinute: base + 1_000,
  tokensPerDay: base + 2_000,
  limitBy: 'tenant',
  concurrentRequests: base + 3,
  onStoreOutage: 'closed',
  models: ['gpt-4', 'claude-3*'],
  versions: ['v1'],
});
/** Without what only services beside the router have. */
type RouterPlanProps = Pick<
  PlanProps,
  | 'requestsPerMinute'
  | 'requestsPerHour'
  | 'requestsPerDay'
  | 'tokensPerMinute'
  | 'tokensPerDay'
  | 'limitBy'
  | 'concurrentRequests'
  | 'onStoreOutage'
  | 'models'
  | 'versions'
>;
type RouterServiceProps = Omit<ServiceProps, 'via'>;
const requires: Required<RequirementsProps> = {
  scopes: ['chat', 'tools'],
  claims: { department: 'research', 'https://example.com/level': '3' },
};
const serviceToken: Required<ServiceTokenProps> = { audience: 'agents', ttlSeconds: 90 };
const serviceTokens: Required<ServiceTokensProps> = {
  issuer: 'https://gateway.example.com/',
  signingKeySecret: { name: 'signing', key: 'keys.pem' },
};
const agents: Required<Omit<RouterServiceProps, 'variants'>> = {
  ...target('agents'),
  backend: wholeBackend,
  path: '/agents',
  methods: ['GET', 'POST'],
  versions: { v1: target('agents-v1'), v3: false },
  bodyLimitBytes: 1_000,
  timeouts: timeouts(5),
  requires,
  serviceToken,
  failover: failover(15),
  circuitBreaker: circuitBreaker(3),
  requestHeaders: headerChanges('request'),
  responseHeaders: headerChanges('response'),
  requestJson: jsonChanges('request'),
  responseJson: jsonChanges('response'),
};
const tools: Required<Omit<RouterServiceProps, 'models'>> = {
  backend: { ...backend('tools'), fallbacks: [backend('tools-spare')] },
  path: '/tools',
  methods: ['GET', 'PUT'],
  versions: { v2: target('tools-v2') },
  variants: { a: { weightPercent: 30, ...target('a') }, b: { weightPercent: 70, ...target('b') } },
  bodyLimitBytes: 2_000,
  timeouts: timeouts(7),
  requires: { scopes: ['tools'] },
  serviceToken: { audience: 'tools' },
  failover: failover(25),
  circuitBreaker: circuitBreaker(7),
  requestHeaders: headerChanges('question'),
  responseHeaders: headerChanges('answer'),
  requestJson: jsonChanges('question'),
  responseJson: jsonChanges('answer'),
};
const version = (weightPercent: number, successor: string): Required<VersionProps> => ({
  weightPercent,
  deprecated: '2026-09-30',
  sunset: '2027-03-31',
  successor,
});
const tenant: Required<Omit<TenantProps, 'edgeCredentials'>> = { plan: 'basic', version: 'v3' };
const cors: Required<CorsProps> = {
  origins: ['https://app.example.com'],
  originPatterns: ['https://[a-z]+\\.example\\.com'],
  methods: ['GET', 'POST'],
  headers: ['X-Session-Id'],
  exposeHeaders: ['X-Cost'],
  credentials: true,
  maxAgeSeconds: 77,
};
const securityHeaders: Required<SecurityHeadersProps> = { hstsSeconds: 1_000, frameOptions: 'SAMEORIGIN' };
const replicas: Required<ReplicasProps> = { min: 3, max: 7 };
const resources: Required<ResourcesProps> = { cpuMillicores: 300, memoryMebibytes: 300 };
const entryPoints: Required<EntryPointsProps> = { http: 'plain', https: 'secure' };
const floodGuard: Required<FloodGuardProps> = { requestsPerSecond: 900, forwardedForDepth: 2 };
const routerTls: Required<RouterTlsProps> = { serverSecretName: 'router-tls', clientSecretName: 'edge-tls' };
/** Either the proxies in front are named, or how many of them there are. */
const traefik: Required<Omit<TraefikProps, 'trustedProxies' | 'crossNamespace'>> = {
  version: '3.7',
  namespace: 'ingress',
  podLabels: { app: 'traefik' },
  ingressClass: 'agents',
  refuseEncodedCharacters: true,
  routerTls,
  entryPoints,
  floodGuard,
};
const persistence: Required<PersistenceProps> = { sizeGibibytes: 3, storageClass: 'fast' };
const managed: Required<ManagedRedisProps> = {
  image: 'redis:7.2',
  memoryMebibytes: 300,
  passwordSecret: { name: 'redis', key: 'password' },
  persistence,
};
const otlp: Required<OtlpProps> = {
  endpoint: 'https://otel.example.com:4318',
  headersSecret: { name: 'otel', key: 'headers' },
};
const tracing: Required<TracingProps> = { otlp, samplePercent: 12.5 };

const external: Required<Pick<ExternalRedisProps, 'urlSecret'>> = {
  urlSecret: { name: 'redis', key: 'url' },
};
const planLookup: Required<PlanLookupProps> = { keyPrefix: 'billing:', writers: { app: 'billing' } };

type Whole = Required<AgentGatewayProps>;
const common: Omit<Whole, 'edge' | 'tls' | 'router' | 'redis' | 'planLookup'> = {
  name: 'full',
  hosts: ['api.example.com', 'www.example.com'],
  basePath: '/api',
  auth: {
    jwt: [jwt, { ...jwt, issuer: 'https://other.example.com/' }],
    apiKeys: { secret: { name: 'agent-api-keys', key: 'all.json' } },
    serviceTokens,
  },
  plans: { basic: plan(11), pro: plan(23) },
  defaultPlan: 'pro',
  // The last one has what the gateway says for all.
  services: { agents, tools, plain: { path: '/plain', backend: backend('plain') } },
  versions: { v1: version(80, 'v3'), v2: version(10, 'v3'), v3: version(10, 'v2') },
  defaultVersion: 'v1',
  tenants: { acme: tenant },
  cors,
  securityHeaders,
  bodyLimitBytes: 3_000,
  timeouts: timeouts(9),
  tracing,
};
const routerOf = (image: 'image' | 'nodeImage'): RouterProps => {
  const all: Required<RouterProps> = {
    image: 'registry.example.com/gateway:1',
    nodeImage: 'node:24',
    replicas,
    resources,
    terminationGraceSeconds: 90,
  };
  const { [image === 'image' ? 'nodeImage' : 'image']: _, ...rest } = all;
  return rest;
};
const tlsOf = (certificate: 'certResolver' | 'secretName'): TlsProps => {
  const all: Required<TlsProps> = { certResolver: 'letsencrypt', secretName: 'tls', minVersion: '1.3' };
  const { [certificate === 'certResolver' ? 'secretName' : 'certResolver']: _, ...rest } = all;
  return rest;
};

/** By what they show. Together they have every prop. */
export const FULL_PROPS: Readonly<Record<string, AgentGatewayProps>> = {
  'a resolver, an image, a Redis of its own': {
    ...common,
    edge: { traefik },
    tls: tlsOf('certResolver'),
    router: routerOf('image'),
    redis: { managed },
    planLookup,
  },
  'one issuer, a certificate in a Secret, a Node image, another Redis': {
    ...common,
    auth: { ...common.auth, jwt },
    edge: { traefik },
    tls: tlsOf('secretName'),
    router: routerOf('nodeImage'),
    redis: { external: { ...external, sentinelMaster: 'main' } },
    planLookup: { keyPrefix: planLookup.keyPrefix },
  },
  'a Redis Cluster': {
    ...common,
    edge: { traefik: { ...traefik, entryPoints: { http: 'plain' } } },
    redis: { external: { ...external, caSecret: { name: 'redis-ca', key: 'ca.crt' }, cluster: true } },
  },
  ...FULL_KONG_PROPS,
};
