/** What Kong cannot keep for a service that it decides about is a problem at the prop that asks for it. */
import { KONG_LACKS } from '../../src/model/capabilities';
import { resolveGateway } from '../../src/resolve/resolve-gateway';

const apiKey = { name: 'acme', key: 'api-key' };
const jwt = {
  issuer: 'https://acme.example',
  algorithm: 'RS256',
  publicKey: '-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n',
};
const backend = { service: 'tools', port: 8001 };
const tools = { path: '/tools', backend, via: 'edge' };

const base = {
  hosts: ['api.example.com'],
  edge: { kong: { dbless: {} } },
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerDay: 10, onStoreOutage: 'open' } },
  tenants: { acme: { edgeCredentials: { apiKey } } },
  services: { tools },
};
const underController = { edge: { kong: { ingressController: {} } } };
/** What the ingress controller finds. */
const found = {
  services: { tools: { ...tools, backend: { ...backend, namespace: 'ai' } } },
  tenants: { acme: { edgeCredentials: { apiKey: { name: 'acme', key: 'key' } } } },
};
const plan = (free: object) => ({ plans: { free: { ...base.plans.free, ...free } } });
const service = (more: object) => ({ services: { tools: { ...tools, ...more } } });
const version = (v1: object) => ({ versions: { v1, v2: {} }, defaultVersion: 'v2' });
const tenants = (more: object) => ({ tenants: more });

function problemsOf(props: object) {
  const resolved = resolveGateway({ ...base, ...props });
  return resolved.kind === 'problems' ? resolved.problems : [];
}

const CANNOT = 'AGW_EDGE_CANNOT';

test.each<[string, object]>([
  ['a plan by the day', {}],
  [
    'minutes by the clock, where that is said',
    { ...plan({ requestsPerMinute: 5 }), edge: { kong: { dbless: { clockWindows: true } } } },
  ],
  ['a plan without limits, whatever holds while Redis is away', { plans: { free: {} } }],
  ['versions without dates and weights', { versions: { v1: {}, v2: {} }, defaultVersion: 'v2' }],
  ['one time for the first byte and between bytes', { timeouts: { firstByteSeconds: 60, idleSeconds: 60 } }],
  ['what Kong’s ingress controller finds', { ...underController, ...found }],
  ['a plan with a list of versions', { ...version({}), ...plan({ versions: ['v1'] }) }],
  [
    'a Redis of Kong’s beside one that only the router reaches',
    {
      edge: { kong: { dbless: { redis: { host: 'redis.example.com' } } } },
      redis: { external: { urlSecret: apiKey } },
    },
  ],
  [
    'a Redis of Kong’s with a password that the ingress controller can read',
    {
      ...found,
      edge: { kong: { ingressController: { redis: { host: 'redis.ai.svc', passwordSecret: apiKey } } } },
      redis: { managed: { passwordSecret: apiKey } },
    },
  ],
  ['tokens', tenants({ acme: { edgeCredentials: { jwt } } })],
  ['a plan that callers at Kong do not have', { plans: { ...base.plans, big: { concurrentRequests: 5 } } }],
])('takes %s', (_, props) => {
  expect(problemsOf(props)).toEqual([]);
});

const lacks: Record<keyof typeof KONG_LACKS, readonly [object, string]> = {
  jwks: [
    { auth: { jwt: { issuer: 'a', audience: 'b', jwksUrl: 'https://id.example.com/jwks' } } },
    'auth.jwt',
  ],
  models: [service({ models: { 'gpt-4': backend } }), 'services.tools.models'],
  variants: [service({ variants: { a: { backend, weightPercent: 100 } } }), 'services.tools.variants'],
  methods: [service({ methods: ['GET'] }), 'services.tools.methods'],
  requires: [service({ requires: { scopes: ['chat'] } }), 'services.tools.requires'],
  serviceToken: [
    {
      ...service({ serviceToken: { audience: 'tools' } }),
      auth: { ...base.auth, serviceTokens: { issuer: 'gateway', signingKeySecret: apiKey } },
    },
    'services.tools.serviceToken',
  ],
  backends: [service({ backend: { ...backend, tls: {} } }), 'services.tools.backend.tls'],
  failover: [service({ backend: { ...backend, fallbacks: [backend] } }), 'services.tools.backend.fallbacks'],
  transforms: [service({ responseHeaders: { remove: ['Via'] } }), 'services.tools.responseHeaders'],
  split: [version({ weightPercent: 10 }), 'versions.v1.weightPercent'],
  life: [version({ sunset: '2027-03-31' }), 'versions.v1.sunset'],
  pin: [
    { ...version({}), ...tenants({ acme: { version: 'v1', edgeCredentials: { apiKey } } }) },
    'tenants.acme.version',
  ],
  planLookup: [{ planLookup: {}, redis: { managed: { persistence: {} } } }, 'planLookup'],
  planModels: [plan({ models: ['gpt-4'] }), 'plans.free.models'],
  concurrency: [plan({ concurrentRequests: 5 }), 'plans.free.concurrentRequests'],
  tokens: [plan({ tokensPerDay: 5 }), 'plans.free.tokensPerDay'],
  sharedByService: [plan({ limitBy: 'service' }), 'plans.free.limitBy'],
  exactWindows: [plan({ requestsPerMinute: 5 }), 'plans.free.requestsPerMinute'],
  localShare: [plan({ onStoreOutage: 'local' }), 'plans.free.onStoreOutage'],
  separateTimeouts: [service({ timeouts: { idleSeconds: 60 } }), 'services.tools.timeouts'],
  externalRedis: [{ redis: { external: { urlSecret: apiKey } } }, 'redis.external'],
  gatewayBackends: [
    { edge: { kong: { ingressController: { gateway: { name: 'public' } } } }, ...found },
    'edge.kong.ingressController.gateway',
  ],
  controllerPassword: [
    { ...underController, ...found, redis: { managed: { passwordSecret: apiKey } } },
    'redis.managed.passwordSecret',
  ],
  nested: [{ services: { tools, more: { path: '/tools/more', backend } } }, 'services.tools.path'],
};

test.each(Object.entries(lacks))('refuses what Kong cannot keep: %s', (name, [props, path]) => {
  const lack = KONG_LACKS[name as keyof typeof KONG_LACKS];

  expect(problemsOf(props)).toEqual([
    expect.objectContaining({
      code: CANNOT,
      path,
      expected: lack.expected,
      fix: `${lack.fix}; or leave via out`,
    }),
  ]);
});

test.each<[string, object, string]>([
  ['no edge', { edge: { none: {} } }, `${CANNOT} services.tools.via`],
  [
    'credentials of Kong, behind Traefik',
    { edge: { traefik: {} } },
    'AGW_UNUSED tenants.acme.edgeCredentials',
  ],
  [
    'models of a version',
    { ...version({}), ...service({ versions: { v1: { backend, models: { a: backend } } } }) },
    `${CANNOT} services.tools.versions.v1.models`,
  ],
  [
    'a day below an hour, which Kong refuses',
    { ...plan({ requestsPerHour: 20 }), edge: { kong: { dbless: { clockWindows: true } } } },
    `${CANNOT} plans.free`,
  ],
  [
    'a Secret in which the ingress controller finds no key',
    { ...underController, services: found.services },
    `${CANNOT} tenants.acme.edgeCredentials.apiKey.key`,
  ],
  [
    'a backend without its namespace, under the ingress controller',
    { ...underController, tenants: found.tenants },
    `${CANNOT} services.tools.backend.namespace`,
  ],
  ['nobody who could get in', { tenants: {} }, 'AGW_REQUIRED tenants'],
  [
    'a name that is no header',
    tenants({ 'a b': { edgeCredentials: { apiKey } } }),
    `${CANNOT} tenants["a b"]`,
  ],
  [
    'no credential in the place for one',
    tenants({ acme: { edgeCredentials: {} } }),
    'AGW_ONE_OF tenants.acme.edgeCredentials',
  ],
  [
    'two credentials',
    tenants({ acme: { edgeCredentials: { apiKey, jwt } } }),
    'AGW_ONE_OF tenants.acme.edgeCredentials',
  ],
  [
    'two kinds, of which Kong would ask for both',
    tenants({ acme: { edgeCredentials: { apiKey } }, b: { edgeCredentials: { jwt } } }),
    'AGW_ONE_OF tenants.b.edgeCredentials',
  ],
  [
    'one key for two tenants',
    tenants({ acme: { edgeCredentials: { apiKey } }, b: { edgeCredentials: { apiKey } } }),
    'AGW_DUPLICATE tenants.b.edgeCredentials',
  ],
  [
    'one issuer for two tenants',
    tenants({ acme: { edgeCredentials: { jwt } }, b: { edgeCredentials: { jwt } } }),
    'AGW_DUPLICATE tenants.b.edgeCredentials',
  ],
  [
    'a private key',
    tenants({ acme: { edgeCredentials: { jwt: { ...jwt, publicKey: '-----BEGIN PRIVATE KEY-----' } } } }),
    'AGW_PEM tenants.acme.edgeCredentials.jwt.publicKey',
  ],
  [
    'credentials that no service asks for',
    { services: { tools: { path: '/tools', backend } } },
    'AGW_UNUSED tenants.acme.edgeCredentials',
  ],
])('refuses %s', (_, props, problem) => {
  expect(problemsOf(props).map(({ code, path }) => `${code} ${path}`)).toEqual([problem]);
});

test('refuses windows by the clock where nothing is counted by it', () => {
  const props = { ...base, tenants: {}, services: { tools: { path: '/tools', backend } } };
  const resolved = resolveGateway({ ...props, edge: { kong: { dbless: { clockWindows: true } } } });

  expect(resolved).toMatchObject({
    problems: [{ code: 'AGW_UNUSED', path: 'edge.kong.dbless.clockWindows' }],
  });
});

test('never shows a private key', () => {
  const secret = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQ\n-----END PRIVATE KEY-----';
  const problems = problemsOf(tenants({ acme: { edgeCredentials: { jwt: { ...jwt, publicKey: secret } } } }));

  expect(JSON.stringify(problems)).not.toContain('MC4CAQAwBQ');
});
