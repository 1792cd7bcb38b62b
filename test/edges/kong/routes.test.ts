/**
 * What Kong decides by what it is told, in both shapes, beside what the model decides about the same requests: of paths,
 * hosts, versions and plans, and of paths that were changed on the way.
 */
import { isDeepStrictEqual } from 'node:util';
import type { GatewayModel } from '../../../src/model/gateway-model';
import { compileRoutes, matchRoute } from '../../../src/model/route';
import { resolveGateway } from '../../../src/resolve/resolve-gateway';
import { KongInterpreter, type KongOutcome, tidied } from '../../support/kong-interpreter';
import { bothShapes, type EdgelessProps, routeOf } from '../../support/kong-shapes';
import type { KongView } from '../../support/kong-view';
import { explained, mutations, type Outcome, scenarios } from '../../support/scenarios';
import { changed, VALID_PROPS } from '../../support/valid-props';

const HOST = 'api.example.com';

function edgeless(changes: unknown): EdgelessProps {
  const { edge, ...props } = changed(VALID_PROPS, changes) as EdgelessProps & { edge: unknown };
  expect(edge).toBeDefined();
  return { name: 'gateway', ...props };
}

describe.each(scenarios())('through the router: $title', ({ props, model, requests }) => {
  const routes = compileRoutes(model);

  test.each(bothShapes(edgeless(props)))('%s sends there what it knows, and nothing else', (_, view) => {
    const kong = new KongInterpreter(view);
    const wrong = requests.flatMap(({ method = 'GET', path }) =>
      [path, ...mutations(path)].filter((written) => {
        const { status, host, path: sent } = kong.decide({ method, host: HOST, path: written });
        const known = matchRoute(routes, method, tidied(written));
        // What Kong keeps to itself the router would refuse too; and what it passes on is tidied, not changed.
        return status === undefined
          ? host !== 'gateway-router' || sent !== tidied(written)
          : known.kind !== 'refused';
      }),
    );

    expect(wrong).toEqual([]);
  });
});

test.each(bothShapes(edgeless({})))('%s takes no other host, nor one in another spelling', (_, view) => {
  const kong = new KongInterpreter(view);
  const statuses = ['api.example.com:8443', 'API.example.com', 'api.example.com.', 'evil.example'].map(
    (host) => kong.decide({ host, path: '/agents' }).status,
  );

  expect(statuses).toEqual([undefined, 404, 404, 404]);
});

const backend = { service: 'agents', port: 8000, namespace: 'ai' };
/** What every gateway below has: tenants with a credential, and one without. */
const callers = {
  plans: {
    free: { requestsPerMinute: null, requestsPerDay: 3, onStoreOutage: 'open' },
    pro: { requestsPerDay: 5, onStoreOutage: 'closed' },
    unlimited: {},
  },
  defaultPlan: 'free',
  tenants: {
    acme: { plan: 'pro', edgeCredentials: { apiKey: { name: 'acme', key: 'key' } } },
    globex: { edgeCredentials: { apiKey: { name: 'globex', key: 'key' } } },
    initech: { plan: 'unlimited', edgeCredentials: { apiKey: { name: 'initech', key: 'key' } } },
    stranger: {},
  },
};
const TENANTS = ['acme', 'globex', 'initech'];

const gateways: readonly (readonly [string, object])[] = [
  ['a service with a path of its own', { services: { agents: { path: '/agents', backend } } }],
  [
    'another path at the backend, below a base path with dots',
    {
      basePath: '/api/v1.0',
      services: { agents: { path: '/agents', backend: { ...backend, path: '/x/y' } } },
    },
  ],
  [
    'no path at the backend',
    { services: { agents: { path: '/agents', backend: { ...backend, path: '/' } } } },
  ],
  ['a service at the root', { services: { agents: { path: '/', backend } } }],
  [
    'a service at the root of a base path',
    { basePath: '/api', services: { agents: { path: '/', backend } } },
  ],
  [
    'versions, with backends of their own, plans that list some, and a service that is not in all',
    {
      basePath: '/api',
      versions: { v1: {}, 'v2.0': {} },
      defaultVersion: 'v2.0',
      plans: { pro: { versions: ['v1'] }, free: { versions: ['v2.0'] } },
      services: {
        agents: { path: '/agents', backend, versions: { v1: { backend: { ...backend, service: 'old' } } } },
        tools: { path: '/tools', backend: { ...backend, service: 'tools' }, versions: { v1: false } },
      },
    },
  ],
  [
    'a version that no plan may use',
    {
      versions: { v1: {}, v2: {} },
      defaultVersion: 'v1',
      plans: { pro: { versions: ['v1'] }, free: { versions: ['v1'] }, unlimited: { versions: ['v1'] } },
      services: { agents: { path: '/agents', backend } },
    },
  ],
];

function viaEdge({ services, ...props }: EdgelessProps): EdgelessProps {
  const direct = Object.entries(services).map(([name, service]) => [name, { ...service, via: 'edge' }]);
  return { ...props, services: Object.fromEntries(direct) };
}

/** The model of the same gateway with the router on the way. */
function modelOf(props: EdgelessProps) {
  const tenants = Object.entries(props.tenants ?? {}).map(([name, { edgeCredentials, ...tenant }]) => [
    name,
    tenant,
  ]);
  const resolved = resolveGateway({ ...props, tenants: Object.fromEntries(tenants), edge: { none: {} } });
  if (resolved.kind !== 'resolved') throw new Error(JSON.stringify(resolved.problems));
  return resolved.gateway;
}

const credentialOf = ({ consumers }: KongView, tenant: string) =>
  consumers.find(({ username }) => username.split('.').at(-1) === tenant)?.credential ?? 'none';

/** Whether Kong does with a request what the model says. What the router would refuse may be left to it. */
function agrees(model: GatewayModel, outcome: KongOutcome, expected: Outcome, tenant: string): boolean {
  const { code, backend = '', path, plan, version } = expected;
  const { status, host } = outcome;
  if (code === 'version_not_allowed') return status === 403;
  if (code === 'route_not_found') return status === 404 || host === 'gateway-router';
  if (code === 'path_invalid') return status !== undefined || host === 'gateway-router';
  const caller = { tenant, plan, ...(version === undefined ? {} : { version }) };
  const { host: expectedHost, port } = model.backends[backend] ?? {};
  const { route, ...sent } = outcome;
  return isDeepStrictEqual(sent, { host: expectedHost, port, path, caller }) && route !== undefined;
}

describe.each(gateways)('by Kong itself: %s', (_, changes) => {
  const props = edgeless(changed({ services: { agents: null }, ...callers }, changes));
  const model = modelOf(props);
  const shapes = bothShapes(viaEdge(props));
  const base = props.basePath ?? '';
  const paths = ['', '/v1', '/v2.0', '/v2x0', '/v2'].flatMap((version) =>
    ['/agents', '/agents/', '/agents/a.b/c', '/tools', '/tools/x', '/'].map((path) => base + version + path),
  );

  test.each(shapes)('%s sends callers where the router would, as whom it would', (__, view) => {
    const written = paths.flatMap((path) => [path, ...mutations(path)]);
    const wrong = TENANTS.flatMap((tenant) =>
      written.flatMap((path) => {
        // A new Kong for each request: limits are for another test.
        const request = { host: HOST, path, credential: credentialOf(view, tenant) };
        const outcome = new KongInterpreter(view).decide(request);
        const caller = { subject: tenant, tenant };
        const expected = explained(model, { title: path, path: tidied(path), caller, expect: {} });
        return agrees(model, outcome, expected, tenant) ? [] : [{ tenant, path, outcome, expected }];
      }),
    );

    expect(wrong).toEqual([]);
  });

  test.each(shapes)('%s lets nobody else in', (__, view) => {
    const kong = new KongInterpreter(view);
    for (const { name, hosts, paths: known } of view.routes) {
      if (name === routeOf(view).name) continue;
      const path = (known[0] ?? '').replace(/^~/, '').replace(/\(.*/, '').replaceAll('\\', '');
      for (const credential of ['none', credentialOf(view, 'stranger')]) {
        expect(kong.decide({ host: hosts[0] ?? '', path, credential })).toEqual({ route: name, status: 401 });
      }
    }
  });

  test.each(shapes)('%s admits as many as the plan says', (__, view) => {
    const kong = new KongInterpreter(view);
    const admittedOf = (tenant: string) => {
      const credential = credentialOf(view, tenant);
      const path = `${base}${tenant === 'acme' && 'versions' in changes ? '/v1' : ''}${props.services.agents?.path}`;
      const outcomes = Array.from({ length: 7 }, () => kong.decide({ host: HOST, path, credential }));
      return outcomes.filter(({ status }) => status === undefined).length;
    };

    expect(TENANTS.map(admittedOf)).toEqual([5, 3, 7]);
  });
});
