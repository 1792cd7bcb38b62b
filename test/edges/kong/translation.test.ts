/** One table of gateways for both shapes of Kong: what is effective on the route, read back from each. */
import {
  type EdgelessProps,
  kongFileOf,
  objectsForController,
  routeOfFile,
  routeOfObjects,
} from '../../support/kong-shapes';

const base: EdgelessProps = {
  name: 'shapes',
  hosts: ['API.example.com', 'api.example.org'],
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerMinute: 10 } },
  services: { agents: { path: '/agents', backend: { service: 'agents', port: 8000 } } },
};

interface ShapeCase {
  readonly name: string;
  readonly props: Partial<EdgelessProps>;
  /** Of the edge; both shapes have it. */
  readonly edge?: object;
  /** Kong's names, in the order in which Kong runs them. */
  readonly plugins: readonly string[];
  readonly protocols: readonly string[];
}

const ALWAYS = ['pre-function', 'correlation-id'];
const BOTH = ['http', 'https'];

const cases: readonly ShapeCase[] = [
  {
    name: 'as little as can be',
    props: { securityHeaders: { hstsSeconds: 0 } },
    edge: { floodGuard: false },
    plugins: [...ALWAYS, 'response-transformer'],
    protocols: BOTH,
  },
  {
    name: 'a flood guard by default',
    props: {},
    plugins: [...ALWAYS, 'rate-limiting', 'response-transformer'],
    protocols: BOTH,
  },
  {
    name: 'CORS before the guard, so that preflights do not count and refusals can be read',
    props: { cors: { origins: ['https://app.example.com'] } },
    plugins: [...ALWAYS, 'cors', 'rate-limiting', 'response-transformer'],
    protocols: BOTH,
  },
  {
    name: 'TLS',
    props: { tls: { secretName: 'tls' } },
    plugins: [...ALWAYS, 'rate-limiting', 'response-transformer'],
    protocols: ['https'],
  },
  {
    name: 'a base path with a dot',
    props: { basePath: '/api/v1.0' },
    plugins: [...ALWAYS, 'rate-limiting', 'response-transformer'],
    protocols: BOTH,
  },
];

describe.each(cases)('$name', ({ props, edge = {}, plugins, protocols }) => {
  const whole = { ...base, ...props };
  const fromFile = routeOfFile(kongFileOf(whole, edge));
  const fromObjects = routeOfObjects(objectsForController(whole, edge));

  test.each([
    ['the file', fromFile],
    ['the objects', fromObjects],
  ])('has in %s exactly these plugins, in the order in which they run', (_, route) => {
    const names = route.plugins.map(({ name }) => name);

    expect(names).toEqual(plugins);
  });

  test('says the same in both, but for how paths are written', () => {
    expect({ ...fromObjects, paths: [] }).toEqual({ ...fromFile, paths: [] });
  });

  test.each([
    ['the file', fromFile],
    ['the objects', fromObjects],
  ])('has in %s hosts in lower case, nothing buffered, and the path and host as they came', (_, route) => {
    expect(route).toMatchObject({
      hosts: ['api.example.com', 'api.example.org'],
      protocols,
      stripPath: false,
      preserveHost: true,
      buffering: { request: false, response: false },
      service: { host: 'shapes-router', port: 80, retries: 0 },
    });
  });

  test('redirects from plain HTTP, where there is TLS, in a way that keeps method and body', () => {
    expect(fromFile.redirectStatus).toBe(protocols.includes('http') ? 426 : 308);
  });
});

test('waits longer than the router waits for any service', () => {
  const slow = {
    path: '/slow',
    backend: { service: 'slow', port: 8000 },
    timeouts: { idleSeconds: 1_800.5 },
  };
  const { service } = routeOfFile(kongFileOf({ ...base, services: { ...base.services, slow } }));

  expect(service.timeouts).toEqual([5_000, 1_830_500, 1_830_500]);
});

test('lets a caller spend a minute of the largest plan at once, and twice the rate in a second', () => {
  const plans = { free: { requestsPerMinute: 10 }, pro: { requestsPerMinute: 3_000 } };
  const { plugins } = routeOfFile(kongFileOf({ ...base, plans }));

  const guard = plugins.find(({ name }) => name === 'rate-limiting');
  expect(guard?.config).toMatchObject({ second: 6_000, minute: 180_000, limit_by: 'ip', policy: 'local' });
});

test('hides the guard’s own limits from clients, who are told those of their plan', () => {
  const { plugins } = routeOfFile(kongFileOf(base));

  const guard = plugins.find(({ name }) => name === 'rate-limiting');
  expect(guard?.config).toMatchObject({ hide_client_headers: true, error_code: 429 });
});

test('attaches the same route to a Gateway', () => {
  const onIngress = routeOfObjects(objectsForController(base));
  const onGateway = routeOfObjects(objectsForController(base, { gateway: { name: 'public' } }));

  expect(onGateway).toEqual(onIngress);
});
