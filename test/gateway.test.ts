/** The construct as a user of cdk8s meets it. */
import { ApiObject, App, Chart } from 'cdk8s';
import { AgentGateway, type AgentGatewayProps, InvalidGatewayError } from 'cdk8s-agent-gateway';
import { synthesise } from './support/synthesise';

const props: AgentGatewayProps = {
  hosts: ['api.example.com'],
  edge: { traefik: {} },
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerMinute: 10 } },
  services: { agents: { path: '/agents', backend: { service: 'agents', port: 8000 } } },
};

function chartOf(...gateways: [string, AgentGatewayProps][]): { chart: Chart; made: AgentGateway[] } {
  const chart = new Chart(new App(), 'platform', { namespace: 'agents' });
  // Two on one host would take each other's requests.
  const hosts = (i: number) => (i === 0 ? {} : { hosts: [`api${i}.example.com`] });
  const made = gateways.map(([id, one], i) => new AgentGateway(chart, id, { ...one, ...hosts(i) }));
  return { chart, made };
}

function identities(chart: Chart): string[] {
  return chart.toJson().map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

it('puts several gateways into one chart without a name clash', () => {
  const { chart } = chartOf(['one', props], ['two', props], ['three', { ...props, edge: { none: {} } }]);
  const names = identities(chart);
  expect(new Set(names).size).toBe(names.length);
});

it('keeps names apart and whole however long the path and the name are', () => {
  const id = 'a'.repeat(80);
  const { chart } = chartOf(
    [`${id}1`, props],
    [`${id}2`, props],
    ['named', { ...props, name: 'n'.repeat(37) }],
  );
  const names = identities(chart);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => name.replace(/^\w+ /, '').length > 63)).toEqual([]);
});

it('names its objects as it always has', () => {
  const { chart } = chartOf([
    'gateway',
    { ...props, name: 'agents', tls: { secretName: 'tls', minVersion: '1.3' }, cors: { origins: ['*'] } },
  ]);
  const names = identities(chart).map((name) => name.replace(/-[0-9a-f]{10}$/, '-<hash>'));
  expect(names.sort()).toEqual([
    'ConfigMap agents-router-config-<hash>',
    'ConfigMap agents-router-program-<hash>',
    'Deployment agents-router',
    'HorizontalPodAutoscaler agents-router',
    'IngressRoute agents',
    'IngressRoute agents-https-redirect',
    'Middleware agents-cors',
    'Middleware agents-flood-guard',
    'Middleware agents-https-redirect',
    'Middleware agents-retry',
    'Middleware agents-security-headers',
    'NetworkPolicy agents-redis',
    'NetworkPolicy agents-router',
    'PodDisruptionBudget agents-router',
    'ServersTransport agents-router',
    'Service agents-redis',
    'Service agents-router',
    'ServiceAccount agents-router',
    'StatefulSet agents-redis',
    'TLSOption agents-tls',
  ]);
});

it('hands out its parts to be changed', () => {
  const { chart, made } = chartOf(['gateway', { ...props, name: 'agents' }]);
  const [gateway] = made as [AgentGateway];
  gateway.router.deployment.podMetadata.addAnnotation('example.com/team', 'agents');
  gateway.edge?.ingressRoute.metadata.addLabel('example.com/tier', 'edge');
  ApiObject.of(gateway.redis?.statefulSet as never).metadata.addLabel('example.com/tier', 'store');

  const objects = chart.toJson();

  expect(objects.find(({ kind }) => kind === 'Deployment').spec.template.metadata.annotations).toEqual({
    'example.com/team': 'agents',
  });
  expect(objects.find(({ kind }) => kind === 'IngressRoute').metadata.labels['example.com/tier']).toBe(
    'edge',
  );
  expect(objects.find(({ kind }) => kind === 'StatefulSet').metadata.labels['example.com/tier']).toBe(
    'store',
  );
  expect(gateway.routes).toEqual([{ path: '/agents', service: 'agents', backend: 'agents:8000' }]);
});

it('rolls the pods when the router decides otherwise, and not when replicas change', () => {
  const podsOf = (one: AgentGatewayProps) => {
    const deployment = synthesise({ ...one, name: 'agents' }).find(({ kind }) => kind === 'Deployment');
    return JSON.stringify(deployment?.spec, ['template', 'spec', 'volumes', 'configMap', 'name']);
  };
  expect(podsOf({ ...props, plans: { free: { requestsPerMinute: 11 } } })).not.toBe(podsOf(props));
  expect(podsOf({ ...props, router: { replicas: { min: 3 } } })).toBe(podsOf(props));
});

it('has no Redis of its own with an external one, and no pods of a budget with a single replica', () => {
  const { made } = chartOf([
    'gateway',
    {
      ...props,
      redis: { external: { urlSecret: { name: 'redis', key: 'url' } } },
      router: { replicas: { min: 1, max: 1 } },
    },
  ]);
  expect(made[0]).toMatchObject({
    redis: undefined,
    router: { disruptionBudget: undefined, autoscaler: undefined },
  });
});

it('throws all problems of its props, with its path in the tree', () => {
  const make = () => chartOf(['gateway', { ...props, hosts: ['http://a'], plans: {} }]);
  expect(make).toThrow(InvalidGatewayError);
  expect(make).toThrow(/^platform\/gateway: gateway props have 2 problems\n {2}AGW_HOST +hosts\[0\]\n/);
});

it('refuses a gateway that is too large for one ConfigMap', () => {
  const tenants = Object.fromEntries(
    Array.from({ length: 8_000 }, (_, i) => [`tenant-${i}`, { plan: 'free' }]),
  );
  expect(() => chartOf(['gateway', { ...props, tenants }])).toThrow('AGW_DOCUMENT_SIZE');
});

it('never puts a secret into an object: it names Secrets that the user makes', () => {
  const { chart } = chartOf([
    'gateway',
    { ...props, redis: { managed: { passwordSecret: { name: 'redis', key: 'password' } } } },
  ]);
  expect(chart.toJson().filter(({ kind }) => kind === 'Secret')).toEqual([]);
});
