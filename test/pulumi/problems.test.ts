/** Args with problems fail the preview, with all problems under the resource's name, before anything is registered. */
import { type ComponentResourceOptions, output, ProviderResource } from '@pulumi/pulumi';
import { AgentGateway, InvalidGatewayError } from 'cdk8s-agent-gateway/pulumi';
import { FULL_PROPS } from '../support/full-props';
import { childrenOf, type Recording } from '../support/pulumi-engine';
import { runProgram } from '../support/pulumi-program';
import { runSource } from '../support/pulumi-runner';
import { VALID_PROPS } from '../support/valid-props';

/** What making a gateway throws, and what was registered although it did. */
async function refused(
  args: unknown,
  options?: () => unknown,
  config?: Readonly<Record<string, string>>,
  name: unknown = 'agents',
): Promise<{ error: unknown; recording: Recording }> {
  let error: unknown;
  const recording = await runProgram(
    () => {
      try {
        new AgentGateway(name as string, args as never, options?.() as ComponentResourceOptions);
      } catch (thrown) {
        error = thrown;
      }
    },
    { preview: true, ...(config === undefined ? {} : { config }) },
  );
  return { error, recording };
}

/** Kong of the cluster reaches the Redis from a namespace of its own. */
const WITHOUT_NAMESPACE = FULL_PROPS['the Kong of the cluster that knows tokens'];

const expectNothingRegistered = ({ registrations }: Recording) =>
  expect(registrations.filter(({ type }) => type.includes('kubernetes') || type.includes('agent'))).toEqual(
    [],
  );

it.each([
  ['nothing', undefined, ['']],
  ['a text', 'gateway', ['']],
  ['an Output of all args', output(VALID_PROPS), ['']],
  ['a number for a host', { ...VALID_PROPS, hosts: [7] }, ['hosts[0]']],
  ['a namespace that is none', { ...VALID_PROPS, namespace: 'Agents' }, ['namespace']],
  ['no namespace, where one is needed', WITHOUT_NAMESPACE, ['namespace']],
  ['a name that is too long', { ...VALID_PROPS, name: 'a'.repeat(38) }, ['name']],
  [
    'several problems',
    { ...VALID_PROPS, namespace: 7, hosts: [], router: { replicas: { min: 9, max: 2 } } },
    ['hosts', 'namespace', 'router.replicas'],
  ],
  ['a list as an Output', { ...VALID_PROPS, hosts: output(['api.example.com']) }, ['hosts']],
  ['a Promise', { ...VALID_PROPS, basePath: Promise.resolve('/api') }, ['basePath']],
  [
    'an Output where none may stand, beside another problem',
    { ...VALID_PROPS, hosts: ['no host'], plans: { free: { requestsPerMinute: output(10) } } },
    ['hosts[0]', 'plans.free.requestsPerMinute'],
  ],
])('refuses %s', async (_, args, paths) => {
  const { error, recording } = await refused(args);

  expect(error).toBeInstanceOf(InvalidGatewayError);
  expect((error as InvalidGatewayError).message).toMatch(
    /^AgentGateway "agents": gateway props have \d+ problem/,
  );
  expect((error as InvalidGatewayError).problems.map(({ path }) => path)).toEqual(paths);
  expectNothingRegistered(recording);
});

it('names the places for an Output that stands near one', async () => {
  const { error } = await refused({ ...VALID_PROPS, hosts: output(['api.example.com']) });
  expect((error as Error).message).toContain('an Output can stand at hosts.*');
});

class OtherProvider extends ProviderResource {}

it.each([
  [
    'a provider of another package',
    () => ({ provider: new OtherProvider('aws', 'other', {}) }),
    {},
    'the option provider is not a Provider of @pulumi/kubernetes',
  ],
  ['no options', () => null, {}, 'the options are not an object'],
  ['no provider object', () => ({ provider: 'kind' }), {}, 'the option provider is not a Provider'],
  [
    'no provider, where the default one is forbidden',
    () => ({}),
    { 'pulumi:disable-default-providers': '["*"]' },
    'there is no provider',
  ],
])('refuses %s', async (_, options, config, message) => {
  const { error, recording } = await refused(VALID_PROPS, options, config);

  expect((error as Error).message).toContain(`AgentGateway "agents": ${message}`);
  expect(childrenOf(recording, 'agents')).toEqual([]);
});

it.each([undefined, '', 7])('refuses the resource name %p', async (name) => {
  const args = name === undefined ? { name: null } : {};
  const { error } = await refused({ ...VALID_PROPS, ...args }, undefined, undefined, name ?? null);
  expect((error as Error).message).toContain('an AgentGateway needs a name');
});

it('fails the program with all problems of what Inputs turn out to be, and registers nothing', async () => {
  const { exitCode, log, registrations } = await runSource('test/pulumi/programs/invalid-inputs.ts');

  expect(exitCode).toBe(32);
  expect(log).toHaveLength(1);
  expect(log[0]).toContain('AgentGateway "agents": gateway props have 4 problems');
  for (const path of ['hosts[0]', 'router.image', 'auth.jwt.jwksUrl']) expect(log[0]).toContain(path);
  // A secret in a URL would be readable in a ConfigMap.
  expect(log[0]).toContain('AGW_SECRET_PLAIN');
  expect(log[0]).not.toContain('hunter2');
  expect(registrations.map(({ type }) => type)).toEqual(['pulumi:pulumi:Stack']);
}, 120_000);
