/** What must hold among the props of Traefik. */
import { resolveGateway } from '../../src/resolve/resolve-gateway';

const base = {
  hosts: ['api.example.com'],
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerMinute: 10 } },
  services: { tools: { path: '/tools', backend: { service: 'tools', port: 8001 } } },
};

function problemsOf(traefik: object) {
  const resolved = resolveGateway({ ...base, edge: { traefik } });
  return resolved.kind === 'problems' ? resolved.problems.map(({ code, path }) => `${code} ${path}`) : [];
}

test.each<[string, object, string[]]>([
  [
    'a middleware of 3.7, where 3.6 may be',
    { refuseEncodedCharacters: true },
    ['AGW_EDGE_VERSION edge.traefik.refuseEncodedCharacters'],
  ],
  [
    'the same said of 3.6',
    { refuseEncodedCharacters: true, version: '3.6' },
    ['AGW_EDGE_VERSION edge.traefik.refuseEncodedCharacters'],
  ],
  ['a version that there is not', { version: '3.5' }, ['AGW_ENUM edge.traefik.version']],
  [
    'proxies and a depth',
    { trustedProxies: ['10.0.0.0/8'], floodGuard: { forwardedForDepth: 1 } },
    ['AGW_ONE_OF edge.traefik.trustedProxies'],
  ],
  [
    'proxies without a guard',
    { trustedProxies: ['10.0.0.0/8'], floodGuard: false },
    ['AGW_UNUSED edge.traefik.trustedProxies'],
  ],
  [
    'proxies that are no addresses',
    { trustedProxies: ['lb.example.com'] },
    ['AGW_CIDR edge.traefik.trustedProxies[0]'],
  ],
  [
    'leave for namespaces that no backend is in',
    { crossNamespace: true },
    ['AGW_UNUSED edge.traefik.crossNamespace'],
  ],
  [
    'half of the certificates',
    { routerTls: { serverSecretName: 'router-tls' } },
    ['AGW_REQUIRED edge.traefik.routerTls.clientSecretName'],
  ],
])('refuses %s', (_, traefik, expected) => {
  expect(problemsOf(traefik)).toEqual(expected);
});

test.each<[string, object]>([
  ['a middleware of 3.7 on 3.7', { refuseEncodedCharacters: true, version: '3.7' }],
  ['what needs no version', { refuseEncodedCharacters: false, crossNamespace: false }],
  ['proxies', { trustedProxies: ['10.0.0.0/8', '2001:db8::/32'], floodGuard: { requestsPerSecond: 9 } }],
])('takes %s', (_, traefik) => {
  expect(problemsOf(traefik)).toEqual([]);
});
