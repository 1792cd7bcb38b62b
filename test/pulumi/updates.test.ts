/** What `pulumi up` changes between two versions of a program: resources by their URNs, and what they are made of. */
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import { AgentGateway } from 'cdk8s-agent-gateway/pulumi';
import { platform } from '../../examples/quickstart/platform';
import { childrenOf, type Registration } from '../support/pulumi-engine';
import { runProgram } from '../support/pulumi-program';

const BASE: AgentGatewayProps = { ...platform, router: { image: 'registry.example.com/router:1' } };
/** The hash of the document, which the Deployment and the name of the ConfigMap have. */
const CONFIGURATION = ['router-configuration', 'router-deployment'];

async function resourcesOf(props: AgentGatewayProps): Promise<ReadonlyMap<string, Registration>> {
  const recording = await runProgram(() => {
    new AgentGateway('agents', { ...props, namespace: 'agents' });
  });
  return new Map(childrenOf(recording, 'agents').map((child) => [child.urn, child]));
}
const keysOf = (resources: readonly Registration[]) =>
  resources.map(({ name }) => name.slice('agents-'.length)).sort();

let base: ReturnType<typeof resourcesOf> | undefined;
const unchanged = () => (base ??= resourcesOf(BASE));

const isConfigMap = ({ inputs }: Registration): boolean => inputs.kind === 'ConfigMap';
const nameOf = (resource: Registration | undefined) =>
  (resource?.inputs as { readonly metadata: { readonly name: string } } | undefined)?.metadata.name;

const service = { path: '/search', backend: { service: 'search', port: 8000 } };

it.each<[string, Partial<AgentGatewayProps>, { changed: string[]; added?: string[]; removed?: string[] }]>([
  ['nothing', {}, { changed: [] }],
  [
    'the order of plans',
    { plans: Object.fromEntries(Object.entries(BASE.plans).reverse()) },
    { changed: [] },
  ],
  ['an image', { router: { image: 'registry.example.com/router:2' } }, { changed: ['router-deployment'] }],
  ['a plan', { plans: { ...BASE.plans, trial: { requestsPerMinute: 1 } } }, { changed: CONFIGURATION }],
  ['a service', { services: { ...BASE.services, search: service } }, { changed: CONFIGURATION }],
  [
    'a host',
    { hosts: [...BASE.hosts, 'www.example.com'] },
    { changed: ['edge-ingressroute', 'edge-ingressroute-https-redirect', ...CONFIGURATION] },
  ],
  ['more replicas', { router: { ...BASE.router, replicas: { min: 3 } } }, { changed: ['router-autoscaler'] }],
  [
    'the Redis',
    { redis: { external: { urlSecret: { name: 'redis', key: 'url' } } } },
    {
      changed: ['router-deployment'],
      removed: ['redis-network-policy', 'redis-service', 'redis-stateful-set'],
    },
  ],
])(
  'changes only what has to do with it, in place: %s',
  async (_, changes, { changed, added = [], removed = [] }) => {
    const before = await unchanged();
    const after = await resourcesOf({ ...BASE, ...changes });

    const kept = [...after.values()].filter(({ urn }) => before.has(urn));
    const different = kept.filter(
      ({ urn, inputs }) => JSON.stringify(inputs) !== JSON.stringify(before.get(urn)?.inputs),
    );
    for (const map of different.filter(isConfigMap)) {
      // Another name, so that the new one can be there before the old one goes.
      expect(nameOf(map)).not.toBe(nameOf(before.get(map.urn)));
      expect(map.deleteBeforeReplace).toBe(false);
    }
    expect({
      changed: keysOf(different),
      added: keysOf([...after.values()].filter(({ urn }) => !before.has(urn))),
      removed: keysOf([...before.values()].filter(({ urn }) => !after.has(urn))),
    }).toEqual({ changed: [...changed].sort(), added, removed });
  },
);

it('names the program of the router by what is in it, and makes the next one before this one goes', async () => {
  const [program] = [...(await resourcesOf(platform)).values()].filter(({ name }) =>
    name.endsWith('-program'),
  );
  expect(program).toMatchObject({ deleteBeforeReplace: false, inputs: { immutable: true } });
  expect(nameOf(program)).toMatch(/-router-program-[0-9a-f]{10}$/);
});
