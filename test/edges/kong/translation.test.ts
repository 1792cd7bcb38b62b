/** One table of gateways for both shapes of Kong: what is effective on each route, read back from each. */
import {
  bothShapes,
  type EdgelessProps,
  kongFileOf,
  objectsForController,
  routeOf,
} from '../../support/kong-shapes';
import { type KongView, viewOfFile, viewOfObjects } from '../../support/kong-view';

const base: EdgelessProps = {
  name: 'shapes',
  hosts: ['API.example.com', 'api.example.org'],
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerMinute: 10 } },
  services: { agents: { path: '/agents', backend: { service: 'agents', port: 8000 } } },
};
const tools = {
  path: '/tools',
  backend: { service: 'tools', port: 8001, namespace: 'ai', path: '/v2' },
  via: 'edge',
} as const;
const publicKey = '-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n';
const direct: EdgelessProps = {
  ...base,
  services: { ...base.services, tools },
  plans: { free: { requestsPerDay: 10, onStoreOutage: 'open' }, unlimited: {} },
  defaultPlan: 'free',
  tenants: {
    acme: { edgeCredentials: { apiKey: { name: 'acme', key: 'key' } } },
    globex: { plan: 'unlimited', edgeCredentials: { apiKey: { name: 'globex', key: 'key' } } },
  },
};

interface ShapeCase {
  readonly name: string;
  readonly props: EdgelessProps;
  /** Of the edge; both shapes have it. */
  readonly edge?: object;
  /** Of each route: Kong's names of its plugins, in the order in which Kong runs them. */
  readonly routes: Readonly<Record<string, readonly string[]>>;
  /** Of each consumer: what takes the place of a route's plugin for it. */
  readonly consumers?: Readonly<Record<string, readonly string[]>>;
  /** Default: both. */
  readonly protocols?: readonly string[];
}

const FIRST = ['pre-function', 'correlation-id'];
const WITH_GUARD = [...FIRST, 'rate-limiting', 'response-transformer'];
const LAST = ['request-size-limiting', 'rate-limiting', 'response-transformer', 'post-function'];

const cases: readonly ShapeCase[] = [
  {
    name: 'as little as can be',
    props: { ...base, securityHeaders: { hstsSeconds: 0 } },
    edge: { floodGuard: false },
    routes: { shapes: [...FIRST, 'response-transformer'] },
  },
  { name: 'a flood guard by default', props: base, routes: { shapes: WITH_GUARD } },
  {
    name: 'CORS before the guard, so that preflights do not count and refusals can be read',
    props: { ...base, cors: { origins: ['https://app.example.com'] } },
    routes: { shapes: [...FIRST, 'cors', 'rate-limiting', 'response-transformer'] },
  },
  {
    name: 'TLS',
    props: { ...base, tls: { secretName: 'tls' } },
    routes: { shapes: WITH_GUARD },
    protocols: ['https'],
  },
  {
    name: 'a base path with a dot',
    props: { ...base, basePath: '/api/v1.0' },
    routes: { shapes: WITH_GUARD },
  },
  {
    name: 'a service that Kong decides about, with a plan in place of the guard for those who have one',
    props: direct,
    routes: { shapes: WITH_GUARD, 'shapes.tools': [...FIRST, 'key-auth', ...LAST] },
    consumers: { acme: ['rate-limiting'], globex: [] },
  },
  {
    name: 'CORS before credentials, so that preflights need none',
    props: { ...direct, cors: { origins: ['https://app.example.com'] } },
    edge: { floodGuard: false },
    routes: {
      shapes: [...FIRST, 'cors', 'response-transformer'],
      'shapes.tools': [
        ...FIRST,
        ...['cors', 'key-auth', 'request-size-limiting', 'response-transformer', 'post-function'],
      ],
    },
    consumers: { acme: ['rate-limiting'], globex: [] },
  },
  {
    name: 'tokens',
    props: {
      ...direct,
      tenants: {
        acme: { edgeCredentials: { jwt: { issuer: 'https://acme.example', algorithm: 'RS256', publicKey } } },
      },
    },
    routes: { shapes: WITH_GUARD, 'shapes.tools': [...FIRST, 'jwt', ...LAST] },
    consumers: { acme: ['rate-limiting'] },
  },
  {
    name: 'versions, and a plan that may not use all of them',
    props: {
      ...direct,
      versions: { v1: {}, v2: {} },
      defaultVersion: 'v2',
      plans: { free: { ...direct.plans.free, versions: ['v1'] }, unlimited: {} },
    },
    routes: {
      shapes: WITH_GUARD,
      'shapes.tools': [...FIRST, 'key-auth', 'request-size-limiting', 'acl', ...LAST.slice(1)],
      'shapes.tools.v1': [...FIRST, 'key-auth', ...LAST],
      'shapes.tools.v2': [...FIRST, 'key-auth', 'request-size-limiting', 'acl', ...LAST.slice(1)],
    },
    consumers: { acme: ['rate-limiting'], globex: [] },
  },
];

const namesOf = (plugins: KongView['routes'][number]['plugins']) => plugins.map(({ name }) => name);
const byName = <T extends { readonly name: string }>(list: readonly T[]) =>
  [...list].sort((a, b) => (a.name < b.name ? -1 : 1));

/** But for what is another name for the same: consumers of a Kong with several gateways, Services of other namespaces. */
function comparable({ routes, consumers }: KongView): unknown {
  const text = JSON.stringify({
    routes: byName(routes).map(({ paths, ...route }) => ({ ...route, paths: paths.length > 0 })),
    consumers: consumers.map(({ credential, ...consumer }) => ({
      ...consumer,
      credential: credential !== '',
    })),
  });
  return JSON.parse(
    text.replaceAll('agents.shapes.', '').replaceAll('shapes-redis.agents.svc', 'shapes-redis'),
  );
}

describe.each(cases)(
  '$name',
  ({ props, edge = {}, routes, consumers = {}, protocols = ['http', 'https'] }) => {
    const shapes = bothShapes(props, edge);

    test.each(shapes)(
      'has in %s exactly these plugins on each route, in the order in which they run',
      (_, view) => {
        const found = view.routes.map(({ name, plugins }) => [name, namesOf(plugins)]);

        expect(Object.fromEntries(found)).toEqual(routes);
      },
    );

    test.each(shapes)('has in %s exactly these consumers, with these plugins', (_, view) => {
      const found = view.consumers.map(({ username, plugins }) => [
        username.replace('agents.shapes.', ''),
        namesOf(plugins),
      ]);

      expect(Object.fromEntries(found)).toEqual(consumers);
    });

    test('says the same in both, but for how paths are written', () => {
      const [file, objects] = shapes.map(([, view]) => comparable(view));

      expect(objects).toEqual(file);
    });

    test.each(shapes)('has in %s hosts in lower case, nothing buffered and nothing sent twice', (_, view) => {
      for (const route of view.routes) {
        expect(route).toMatchObject({
          hosts: ['api.example.com', 'api.example.org'],
          protocols,
          buffering: { request: false, response: false },
          // From plain HTTP, where there is TLS, in a way that keeps method and body.
          redirectStatus: protocols.includes('http') ? 426 : 308,
          service: { retries: 0 },
        });
      }
      expect(routeOf(view)).toMatchObject({
        stripPath: false,
        preserveHost: true,
        service: { host: 'shapes-router', port: 80 },
      });
    });
  },
);

test('waits longer than the router waits for any service', () => {
  const slow = {
    path: '/slow',
    backend: { service: 'slow', port: 8000 },
    timeouts: { idleSeconds: 1_800.5 },
  };
  const { service } = routeOf(viewOfFile(kongFileOf({ ...base, services: { ...base.services, slow } })));

  expect(service.timeouts).toEqual([5_000, 1_830_500, 1_830_500]);
});

test('lets a caller spend a minute of the largest plan at once, and twice the rate in a second', () => {
  const plans = { free: { requestsPerMinute: 10 }, pro: { requestsPerMinute: 3_000 } };
  const { plugins } = routeOf(viewOfFile(kongFileOf({ ...base, plans })));

  const guard = plugins.find(({ name }) => name === 'rate-limiting');
  expect(guard?.config).toMatchObject({ second: 6_000, minute: 180_000, limit_by: 'ip', policy: 'local' });
});

test('hides the guard’s own limits from clients, who are told those of their plan', () => {
  const { plugins } = routeOf(viewOfFile(kongFileOf(base)));

  const guard = plugins.find(({ name }) => name === 'rate-limiting');
  expect(guard?.config).toMatchObject({ hide_client_headers: true, error_code: 429 });
});

test('attaches the same route to a Gateway', () => {
  const onIngress = viewOfObjects(objectsForController(base));
  const onGateway = viewOfObjects(objectsForController(base, { gateway: { name: 'public' } }));

  expect(onGateway).toEqual(onIngress);
});
