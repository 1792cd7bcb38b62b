/** What Traefik cannot keep for a service that it sends requests to by itself is a problem at the prop that asks for it. */
import { TRAEFIK_LACKS } from '../../src/model/traefik-capabilities';
import { resolveGateway } from '../../src/resolve/resolve-gateway';

const backend = { service: 'tools', port: 8001 };
const tools = { path: '/tools', backend, via: 'edge' };

const base = {
  hosts: ['api.example.com'],
  edge: { traefik: {} },
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerMinute: 10 } },
  services: { tools },
};
const plan = (free: object) => ({ plans: { free } });
const service = (more: object) => ({ services: { tools: { ...tools, ...more } } });
const versions = { versions: { v1: {}, v2: {} }, defaultVersion: 'v2' };
const jwt = { issuer: 'https://id.example.com/', audience: 'a', jwksUrl: 'https://id.example.com/jwks' };

function problemsOf(props: object) {
  const resolved = resolveGateway({ ...base, ...props });
  return resolved.kind === 'problems' ? resolved.problems : [];
}

test.each<[string, object]>([
  [
    'limits by every window, whatever holds while Redis is away',
    plan({ requestsPerMinute: 5, requestsPerHour: 6, requestsPerDay: 7 }),
  ],
  ['limits that are shared', plan({ requestsPerMinute: 5, limitBy: 'service' })],
  ['tokens of an issuer', { auth: { jwt } }],
  [
    'scopes, methods and versions of a plan',
    {
      ...versions,
      ...plan({ versions: ['v1'] }),
      ...service({ methods: ['GET'], requires: { scopes: ['tools'] } }),
    },
  ],
  ['plans from Redis', { planLookup: {}, redis: { managed: { persistence: {} } } }],
  [
    'a Redis that is not the gateway’s',
    { redis: { external: { urlSecret: { name: 'redis', key: 'url' } } } },
  ],
  [
    'tokens of the router',
    {
      auth: {
        ...base.auth,
        serviceTokens: { issuer: 'https://gw/', signingKeySecret: { name: 'k', key: 'k' } },
      },
      ...service({ serviceToken: { audience: 'tools' } }),
    },
  ],
  [
    'weights, dates and pins',
    {
      versions: { v1: { weightPercent: 10, deprecated: '2026-01-01', sunset: '2027-01-01' }, v2: {} },
      tenants: { acme: { version: 'v1' } },
    },
  ],
  [
    'variants, and a version of its own',
    {
      ...versions,
      ...service({ variants: { a: { weightPercent: 100, backend } }, versions: { v1: { backend } } }),
    },
  ],
  [
    'times to connect and to the first byte',
    service({ timeouts: { connectSeconds: 1, firstByteSeconds: 0.5 + 1 } }),
  ],
  [
    'a backend elsewhere, where that Traefik takes it',
    { edge: { traefik: { crossNamespace: true } }, ...service({ backend: { ...backend, namespace: 'ai' } }) },
  ],
  [
    'a service below another that Traefik sends requests to',
    { services: { tools, more: { ...tools, path: '/tools/more' } } },
  ],
  ['no circuit breaker', service({ circuitBreaker: false })],
])('takes %s', (_, props) => {
  expect(problemsOf(props)).toEqual([]);
});

const lacks: Record<keyof typeof TRAEFIK_LACKS, readonly (readonly [object, string])[]> = {
  models: [
    [service({ models: { 'gpt-4': backend } }), 'services.tools.models'],
    [
      { ...versions, ...service({ versions: { v1: { backend, models: { a: backend } } } }) },
      'services.tools.versions.v1.models',
    ],
    [
      service({ variants: { a: { weightPercent: 100, backend, models: { a: backend } } } }),
      'services.tools.variants.a.models',
    ],
  ],
  bodyLimit: [
    [service({ bodyLimitBytes: 9 }), 'services.tools.bodyLimitBytes'],
    [{ bodyLimitBytes: 9 }, 'bodyLimitBytes'],
  ],
  idle: [
    [service({ timeouts: { idleSeconds: 9 } }), 'services.tools.timeouts.idleSeconds'],
    [{ timeouts: { idleSeconds: 9 } }, 'timeouts.idleSeconds'],
  ],
  backends: [
    [service({ backend: { url: 'https://api.example.net' } }), 'services.tools.backend.url'],
    [service({ backend: { ...backend, tls: {} } }), 'services.tools.backend.tls'],
    [service({ backend: { ...backend, headers: { 'X-A': 'b' } } }), 'services.tools.backend.headers'],
    [
      service({ backend: { ...backend, credential: { secret: { name: 'a', key: 'b' }, header: 'X-Key' } } }),
      'services.tools.backend.credential',
    ],
  ],
  otherNamespace: [
    [service({ backend: { ...backend, namespace: 'ai' } }), 'services.tools.backend.namespace'],
  ],
  failover: [
    [service({ backend: { ...backend, fallbacks: [backend] } }), 'services.tools.backend.fallbacks'],
    [service({ circuitBreaker: {} }), 'services.tools.circuitBreaker'],
  ],
  transforms: [
    [service({ requestHeaders: { remove: ['X-A'] } }), 'services.tools.requestHeaders'],
    [service({ responseHeaders: { remove: ['X-A'] } }), 'services.tools.responseHeaders'],
    [service({ requestJson: { remove: ['a'] } }), 'services.tools.requestJson'],
    [service({ responseJson: { remove: ['a'] } }), 'services.tools.responseJson'],
  ],
  concurrency: [[plan({ concurrentRequests: 5 }), 'plans.free.concurrentRequests']],
  tokens: [
    [plan({ tokensPerMinute: 5 }), 'plans.free.tokensPerMinute'],
    [plan({ tokensPerDay: 5 }), 'plans.free.tokensPerDay'],
  ],
  nested: [[{ services: { tools, more: { path: '/tools/more', backend } } }, 'services.tools.path']],
};
const asked = Object.entries(lacks).flatMap(([name, cases]) =>
  cases.map(([props, path]) => ({ name, props, path })),
);

test.each(asked)('refuses $name at $path', ({ name, props, path }) => {
  const lack = TRAEFIK_LACKS[name as keyof typeof TRAEFIK_LACKS];
  expect(problemsOf(props)).toEqual([
    expect.objectContaining({
      code: 'AGW_EDGE_CANNOT',
      path,
      expected: lack.expected,
      fix: `${lack.fix}; or leave via out`,
    }),
  ]);
});

test('takes every one of them for a service that goes through the router', () => {
  for (const { props } of asked) {
    const { services = base.services } = props as Partial<typeof base>;
    const routed = Object.fromEntries(
      Object.entries(services).map(([key, one]) => [key, { ...one, via: 'router' }]),
    );
    expect(problemsOf({ ...props, services: routed })).toEqual([]);
  }
});
