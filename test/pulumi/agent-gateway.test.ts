/** What the component registers, beside what the construct makes of the same props. */
import { AgentGateway } from 'cdk8s-agent-gateway/pulumi';
import { prerequisites } from '../../src/pulumi/order';
import { synthesise } from '../../src/pulumi/synthesis';
import { goldenCases } from '../support/golden-cases';
import { inOrder, objectsOfConstruct, pulumiCases } from '../support/pulumi-cases';
import { childrenOf, type Registration, revealed } from '../support/pulumi-engine';
import { runProgram } from '../support/pulumi-program';
import type { KubernetesObject } from '../support/synthesise';
import { VALID_PROPS } from '../support/valid-props';

const NAMESPACE = 'agents';
const cases = pulumiCases();

const objectsOf = (registrations: readonly Registration[]) =>
  inOrder(registrations.map(({ inputs }) => revealed(inputs) as KubernetesObject));
const kindOf = ({ apiVersion, kind }: { readonly apiVersion?: unknown; readonly kind?: unknown }) => {
  const version = String(apiVersion);
  return `${version.includes('/') ? version : `core/${version}`}:${kind}`;
};

it.each(cases)(
  'registers the objects of the construct, each by its type and after what it needs: $name',
  async ({ name, props }) => {
    const recording = await runProgram(() => {
      new AgentGateway(name, { ...props, namespace: NAMESPACE });
    });

    const children = childrenOf(recording, name);
    expect(children.length).toBeGreaterThan(0);
    expect(objectsOf(children)).toEqual(objectsOfConstruct(name, props, NAMESPACE));
    for (const { type, inputs, custom } of children) {
      expect([type, custom]).toEqual([`kubernetes:${kindOf(inputs)}`, true]);
    }
    const { objects } = synthesise(name, { ...props, namespace: NAMESPACE });
    const resourceOf = (key: string) => `${name}-${key.replaceAll('/', '-')}`;
    for (const [key, object] of Object.entries(objects)) {
      const child = children.find((one) => one.name === resourceOf(key));
      const awaited = child?.dependencies.map((urn) => urn.split('::').at(-1)).sort();
      expect(awaited).toEqual(prerequisites(object, objects).map(resourceOf).sort());
    }
  },
);

it('knows every kind that there is in these cases', () => {
  const kinds = new Set(
    cases.flatMap(({ name, props }) => objectsOfConstruct(name, props, NAMESPACE).map(kindOf)),
  );
  for (const { objects } of goldenCases())
    expect([...kinds]).toEqual(expect.arrayContaining(objects.map(kindOf)));
});

it('leaves the namespace to the provider where none is given', async () => {
  const recording = await runProgram(() => {
    new AgentGateway('agents', VALID_PROPS);
  });
  expect(objectsOf(childrenOf(recording, 'agents'))).toEqual(objectsOfConstruct('agents', VALID_PROPS));
});
