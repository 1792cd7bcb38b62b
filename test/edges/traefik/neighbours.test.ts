/** What gateways of one App would do to each other behind one Traefik. */
import { App, Chart } from 'cdk8s';
import { AgentGateway, type AgentGatewayProps, InvalidGatewayError } from 'cdk8s-agent-gateway';

const backend = { service: 'agents', port: 8000 };
const base: AgentGatewayProps = {
  hosts: ['api.example.com'],
  edge: { traefik: {} },
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerMinute: 10 } },
  services: { agents: { path: '/agents', backend } },
};

interface Made {
  readonly namespace?: string;
  readonly props: Partial<AgentGatewayProps>;
}

/** Codes and paths of what is wrong with the second of two gateways, each in a chart of its own. */
function problemsOf(first: Made, second: Made): string[] {
  const app = new App();
  const make = ({ namespace = 'agents', props }: Made, id: string) =>
    new AgentGateway(new Chart(app, id, { namespace }), 'gateway', { ...base, ...props });
  make(first, 'one');
  try {
    make(second, 'two');
    return [];
  } catch (error) {
    if (!(error instanceof InvalidGatewayError)) throw error;
    return error.problems.map(({ code, path, got }) => `${code} ${path}: ${got}`);
  }
}

const services = (path: string) => ({ services: { agents: { path, backend } } });
const tls = (minVersion?: '1.2' | '1.3') => ({
  tls: { secretName: 'tls', ...(minVersion === undefined ? {} : { minVersion }) },
});

test.each<[string, Partial<AgentGatewayProps>, Partial<AgentGatewayProps>]>([
  ['another host', {}, { hosts: ['b.example.com'] }],
  ['another base path', { basePath: '/a' }, { basePath: '/b' }],
  ['a base path that only looks alike', { basePath: '/api' }, { basePath: '/apix' }],
  ['a base path below the other, where the other has nothing', {}, { basePath: '/team' }],
  ['a base path that is cut out of a service at the root', services('/'), { basePath: '/team' }],
  ['another edge', {}, { edge: { none: {} } }],
  ['another Traefik, by namespace', {}, { edge: { traefik: { namespace: 'ingress-two' } } }],
  ['another Traefik, by class', {}, { edge: { traefik: { ingressClass: 'two' } } }],
  ['another entry point', {}, { edge: { traefik: { entryPoints: { http: 'internal' } } } }],
  ['TLS 1.2 for both on one host', { ...tls(), basePath: '/a' }, { ...tls('1.2'), basePath: '/b' }],
  ['TLS 1.3 on another host', tls('1.3'), { ...tls('1.3'), hosts: ['b.example.com'] }],
])('takes %s', (_, first, second) => {
  expect(problemsOf({ props: first }, { props: second })).toEqual([]);
});

test.each<[string, Partial<AgentGatewayProps>, Partial<AgentGatewayProps>, string]>([
  [
    'the same host and no base path',
    {},
    { hosts: ['b.example.com', 'api.example.com'] },
    'AGW_GATEWAY_SHADOWED hosts: "/" on "api.example.com", which the gateway "one/gateway" already has',
  ],
  [
    'the same host and base path',
    { basePath: '/api' },
    { basePath: '/api' },
    'AGW_GATEWAY_SHADOWED basePath: "/api" on "api.example.com", which the gateway "one/gateway" already has',
  ],
  [
    'a base path that takes a service of the other',
    services('/team/agents'),
    { basePath: '/team' },
    'AGW_GATEWAY_SHADOWED basePath: "/team", below which the gateway "one/gateway" has "/team/agents"',
  ],
  [
    'a base path that takes a version of the other',
    { versions: { v1: {}, v2: {} }, defaultVersion: 'v1' },
    { basePath: '/v2' },
    'AGW_GATEWAY_SHADOWED basePath: "/v2", below which the gateway "one/gateway" has "/v2/agents"',
  ],
  [
    'a service that the other takes',
    { basePath: '/team' },
    services('/team/agents'),
    'AGW_GATEWAY_SHADOWED services: "/team/agents", below "/team", which is the gateway "one/gateway"',
  ],
  [
    'plain HTTP where the other sends clients to HTTPS',
    tls(),
    {},
    'AGW_GATEWAY_SHADOWED hosts: "/" on "api.example.com", which the gateway "one/gateway" already has',
  ],
  [
    'TLS 1.3 on the host of a gateway without',
    { ...tls(), basePath: '/a' },
    { ...tls('1.3'), basePath: '/b' },
    'AGW_TLS_CONFLICT tls.minVersion: "1.3" on "api.example.com", where the gateway "one/gateway" asks for "1.2"',
  ],
  [
    'TLS 1.3 on one host twice, which is two options to Traefik',
    { ...tls('1.3'), basePath: '/a' },
    { ...tls('1.3'), basePath: '/b' },
    'AGW_TLS_CONFLICT tls.minVersion: "1.3" on "api.example.com", where the gateway "one/gateway" asks for "1.3"',
  ],
])('refuses %s', (_, first, second, problem) => {
  expect(problemsOf({ props: first }, { props: second })).toEqual([problem]);
});

test('refuses names that Traefik joins to the same, whatever the hosts', () => {
  const one = { namespace: 'team-a', props: { name: 'gateway' } };
  const two = { namespace: 'team', props: { name: 'a-gateway', hosts: ['b.example.com'] } };

  const [problem, ...more] = problemsOf(one, two);

  expect(problem).toMatch(/^AGW_OBJECT_NAME name: a gateway whose Middleware team-a-gateway-/);
  expect(more).toEqual([]);
});

test('refuses one name twice in a namespace', () => {
  const made = (host: string) => ({ props: { name: 'gateway', hosts: [host] } });

  expect(problemsOf(made('a.example.com'), made('b.example.com'))).toEqual([
    expect.stringMatching(/^AGW_OBJECT_NAME name: /),
  ]);
});

test('does not count a gateway that was refused', () => {
  const chart = new Chart(new App(), 'chart', { namespace: 'agents' });
  new AgentGateway(chart, 'one', { ...base, basePath: '/a' });
  expect(
    () =>
      new AgentGateway(chart, 'two', {
        ...base,
        hosts: ['b.example.com', 'api.example.com'],
        basePath: '/a',
      }),
  ).toThrow('AGW_GATEWAY_SHADOWED');

  new AgentGateway(chart, 'three', { ...base, hosts: ['b.example.com'], basePath: '/a' });
});

test('leaves gateways of different Apps alone', () => {
  for (const id of ['one', 'two']) {
    new AgentGateway(new Chart(new App(), id, { namespace: 'agents' }), 'gateway', base);
  }
});

test('gives no object the name that is every route’s default', () => {
  const chart = new Chart(new App(), 'chart', { namespace: 'agents' });
  new AgentGateway(chart, 'gateway', { ...base, ...tls('1.3'), name: 'default' });

  const names = chart
    .toJson()
    .filter(({ kind }) => kind === 'TLSOption')
    .map(({ metadata }) => metadata.name);
  expect(names).toEqual(['default-tls']);
});
