/** Resource options, by what the engine is asked to do with the component and its objects. */
import { Provider } from '@pulumi/kubernetes';
import { ComponentResource, type ComponentResourceOptions, type Resource } from '@pulumi/pulumi';
import { AgentGateway } from 'cdk8s-agent-gateway/pulumi';
import { childrenOf, type Recording, type Registration } from '../support/pulumi-engine';
import { Elsewhere } from '../support/pulumi-inputs';
import { runProgram } from '../support/pulumi-program';
import { VALID_PROPS } from '../support/valid-props';

/** An image, so that no object carries the router's program. */
const PROPS = { ...VALID_PROPS, router: { image: 'registry.example.com/router:1' } };

class Platform extends ComponentResource {
  constructor(name: string, options: ComponentResourceOptions = {}) {
    super('test:index:Platform', name, {}, options);
  }
}

interface Registered {
  readonly component: Registration;
  readonly children: readonly Registration[];
  readonly recording: Recording;
}

async function registered(options: () => ComponentResourceOptions): Promise<Registered> {
  const recording = await runProgram(() => {
    new AgentGateway('agents', PROPS, options());
  });
  const component = recording.registrations.find(({ name }) => name === 'agents') as Registration;
  const children = childrenOf(recording, 'agents');
  expect(children.length).toBeGreaterThan(10);
  return { component, children, recording };
}

const urnOf = ({ registrations }: Recording, name: string): string | undefined =>
  registrations.find((one) => one.name === name)?.urn;
const everyOne = <K extends keyof Registration>({ children }: Registered, key: K): unknown[] => [
  ...new Set(children.map((child) => child[key])),
];

it.each([
  ['the option provider', () => ({ provider: kind() })],
  ['the option providers', () => ({ providers: { kubernetes: kind() } })],
  ['the parent', () => ({ parent: new Platform('platform', { providers: [kind()] }) })],
])('makes the objects with the provider of %s', async (_, options) => {
  const result = await registered(options);
  const provider = result.recording.registrations.find(({ name }) => name === 'kind');
  expect(everyOne(result, 'provider')).toEqual([`${provider?.urn}::kind-id`]);
});

const kind = () => new Provider('kind', { context: 'kind' });

it('is a child of its parent, and the objects are its own', async () => {
  const result = await registered(() => ({ parent: new Platform('platform') }));
  expect(result.component.parent).toBe(urnOf(result.recording, 'platform'));
  expect(everyOne(result, 'parent')).toEqual([result.component.urn]);
});

it('protects its objects', async () => {
  const result = await registered(() => ({ protect: true }));
  expect([result.component.protect, everyOne(result, 'protect')]).toEqual([true, [true]]);
});

it('keeps its objects in the cluster when it is taken out of the program', async () => {
  const result = await registered(() => ({ retainOnDelete: true }));
  expect(everyOne(result, 'retainOnDelete')).toEqual([true]);
});

it('leaves its objects to go with what they are deleted with', async () => {
  const result = await registered(() => ({ deletedWith: new Elsewhere('cluster', '') }));
  expect(everyOne(result, 'deletedWith')).toEqual([urnOf(result.recording, 'cluster')]);
});

it('makes its objects after what it depends on', async () => {
  const result = await registered(() => ({ dependsOn: new Elsewhere('crds', '') as Resource }));
  const crds = urnOf(result.recording, 'crds') as string;
  for (const { dependencies } of [result.component, ...result.children]) {
    expect(dependencies).toContain(crds);
  }
});

it('takes aliases, and names its objects so that they follow', async () => {
  const { component, children } = await registered(() => ({ aliases: [{ name: 'old' }] }));
  expect(component.aliases).toEqual([
    expect.objectContaining({ spec: expect.objectContaining({ name: 'old' }) }),
  ]);
  // The engine looks for children of the old name whose own names begin with it.
  for (const { name } of children) expect(name.startsWith('agents-')).toBe(true);
});

it('hands transformations to its objects', async () => {
  const { children } = await registered(() => ({
    transformations: [
      ({ type, props, opts }) =>
        type.startsWith('kubernetes:')
          ? { props: { ...props, metadata: { ...props.metadata, annotations: { team: 'ai' } } }, opts }
          : undefined,
    ],
  }));
  for (const { inputs } of children) expect(inputs.metadata).toMatchObject({ annotations: { team: 'ai' } });
});

it('leaves its transforms to the engine, which asks them for children too', async () => {
  const result = await registered(() => ({ transforms: [() => undefined] }));
  expect([result.component.transforms, everyOne(result, 'transforms')]).toEqual([1, [0]]);
});

it('ignores changes where an object has what is ignored', async () => {
  const { children } = await registered(() => ({
    ignoreChanges: ['spec.replicas', 'metadata.annotations["team"]', 'status'],
  }));
  for (const { inputs, ignoreChanges } of children) {
    const expected =
      'spec' in inputs ? ['spec.replicas', 'metadata.annotations["team"]'] : ['metadata.annotations["team"]'];
    expect(ignoreChanges).toEqual(expected);
  }
});

it('gives its objects as long as it says', async () => {
  const result = await registered(() => ({ customTimeouts: { create: '3m' } }));
  expect(everyOne(result, 'createTimeout')).toEqual(['3m']);
});
