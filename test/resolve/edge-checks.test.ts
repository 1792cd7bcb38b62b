/** What an edge cannot do is a problem at its place, with a fix. */
import { resolveGateway } from '../../src/resolve/resolve-gateway';

const base = {
  hosts: ['api.example.com'],
  edge: { kong: { dbless: {} } },
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerMinute: 1_000 } },
  services: { agents: { path: '/agents', backend: { service: 'agents', port: 8000 } } },
};
const controller = (ingressController: object) => ({ edge: { kong: { ingressController } } });
const dbless = (kong: object) => ({ edge: { kong: { dbless: kong } } });

function problemsOf(props: object): string[] {
  const resolved = resolveGateway({ ...base, ...props });
  return resolved.kind === 'problems' ? resolved.problems.map(({ code, path }) => `${code} ${path}`) : [];
}

test.each([
  ['a Kong without a database', {}],
  ['a Kong under its ingress controller', controller({})],
  ['a certificate from a Secret', { tls: { secretName: 'tls', minVersion: '1.3' } }],
  ['a certificate at an Ingress', { ...controller({}), tls: { secretName: 'tls' } }],
  ['a Gateway', controller({ gateway: { name: 'public' }, namespace: 'gateways' })],
  [
    'proxies of both families',
    dbless({ trustedProxies: ['10.0.0.0/8', '2001:db8::/32', '::1', '192.0.2.1'] }),
  ],
])('takes %s', (_, props) => {
  expect(problemsOf(props)).toEqual([]);
});

test.each([
  ['two edges', { edge: { kong: { dbless: {} }, traefik: {} } }, 'AGW_ONE_OF edge'],
  ['Kong in neither shape', { edge: { kong: {} } }, 'AGW_ONE_OF edge.kong'],
  ['Kong in both shapes', { edge: { kong: { dbless: {}, ingressController: {} } } }, 'AGW_ONE_OF edge.kong'],
  ['a certificate resolver', { tls: { certResolver: 'a' } }, 'AGW_EDGE_CANNOT tls.certResolver'],
  [
    'TLS of a route on a Gateway',
    { ...controller({ gateway: { name: 'a' } }), tls: { secretName: 'a' } },
    'AGW_EDGE_CANNOT tls',
  ],
  [
    'a TLS version for another one’s Kong',
    { ...controller({}), tls: { secretName: 'a', minVersion: '1.3' } },
    'AGW_EDGE_CANNOT tls.minVersion',
  ],
  [
    'a class and a Gateway',
    controller({ ingressClass: 'kong', gateway: { name: 'a' } }),
    'AGW_ONE_OF edge.kong.ingressController',
  ],
  [
    'QUERY in CORS',
    { cors: { origins: ['*'], methods: ['GET', 'QUERY'] } },
    'AGW_EDGE_CANNOT cors.methods[1]',
  ],
  ['an IPv6 origin', { cors: { origins: ['http://[::1]:3000'] } }, 'AGW_EDGE_CANNOT cors.origins[0]'],
  [
    'a guard below a plan',
    dbless({ floodGuard: { requestsPerSecond: 499 } }),
    'AGW_FLOOD_GUARD_BELOW_PLAN edge.kong.dbless.floodGuard.requestsPerSecond',
  ],
  [
    'a guard below a plan, under the controller',
    controller({ floodGuard: { requestsPerSecond: 499 } }),
    'AGW_FLOOD_GUARD_BELOW_PLAN edge.kong.ingressController.floodGuard.requestsPerSecond',
  ],
  [
    'bounds that leave no number',
    dbless({ replicas: { min: 3, max: 2 } }),
    'AGW_REPLICAS edge.kong.dbless.replicas',
  ],
  [
    'a range that is none',
    dbless({ trustedProxies: ['10.0.0.0/33'] }),
    'AGW_CIDR edge.kong.dbless.trustedProxies[0]',
  ],
  [
    'a name as a range',
    dbless({ trustedProxies: ['lb.example'] }),
    'AGW_CIDR edge.kong.dbless.trustedProxies[0]',
  ],
  ['TLS without an edge', { edge: { none: {} }, tls: { secretName: 'a' } }, 'AGW_EDGE_CANNOT tls'],
])('refuses %s', (_, props, problem) => {
  expect(problemsOf(props)).toEqual([problem]);
});

test('takes a guard of half a plan’s minute, as twice as many pass at once', () => {
  expect(problemsOf(dbless({ floodGuard: { requestsPerSecond: 500 } }))).toEqual([]);
});
