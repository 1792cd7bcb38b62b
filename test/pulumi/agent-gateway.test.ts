/** What the component registers, beside what the construct makes of the same props. */
import { AgentGateway } from 'cdk8s-agent-gateway/pulumi';
import { inOrder, objectsOfConstruct, pulumiCases } from '../support/pulumi-cases';
import { childrenOf, type Recording, type Registration, revealed } from '../support/pulumi-engine';
import { runProgram } from '../support/pulumi-program';
import type { KubernetesObject } from '../support/synthesise';
import { VALID_PROPS } from '../support/valid-props';

const NAMESPACE = 'agents';
const cases = pulumiCases();
let all: Recording;

beforeAll(async () => {
  all = await runProgram(() => {
    for (const { name, props } of cases) new AgentGateway(name, { ...props, namespace: NAMESPACE });
  });
});

const objectsOf = (registrations: readonly Registration[]) =>
  inOrder(registrations.map(({ inputs }) => revealed(inputs) as KubernetesObject));

it.each(cases)('registers the objects of the construct: $name', ({ name, props }) => {
  const objects = objectsOf(childrenOf(all, name));

  expect(objects.length).toBeGreaterThan(0);
  expect(objects).toEqual(objectsOfConstruct(name, props, NAMESPACE));
});

it('registers each object under the type of its kind', () => {
  const builtIn = /^(core|apps|autoscaling|policy|networking\.k8s\.io)\//;
  for (const { type, inputs, custom } of all.registrations.filter(({ inputs }) => 'kind' in inputs)) {
    const version = String(inputs.apiVersion);
    const whole = version.includes('/') ? version : `core/${version}`;
    expect([type, custom]).toEqual([`kubernetes:${whole}:${inputs.kind}`, true]);
    expect(
      builtIn.test(whole) ||
        /^(traefik\.io|configuration\.konghq\.com|gateway\.networking\.k8s\.io)\//.test(whole),
    ).toBe(true);
  }
});

it('leaves the namespace to the provider where none is given', async () => {
  const recording = await runProgram(() => {
    new AgentGateway('agents', VALID_PROPS);
  });
  expect(objectsOf(childrenOf(recording, 'agents'))).toEqual(objectsOfConstruct('agents', VALID_PROPS));
});
