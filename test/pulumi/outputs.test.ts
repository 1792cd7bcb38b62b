/** What a gateway tells the rest of a program. */
import type { Input, Output } from '@pulumi/pulumi';
import { App, Chart } from 'cdk8s';
import { AgentGateway as AgentGatewayConstruct, type AgentGatewayProps } from 'cdk8s-agent-gateway';
import { AgentGateway, type AgentGatewayArgs } from 'cdk8s-agent-gateway/pulumi';
import { platform } from '../../examples/quickstart/platform';
import { type Recording, UNKNOWN } from '../support/pulumi-engine';
import { Elsewhere } from '../support/pulumi-inputs';
import { runProgram } from '../support/pulumi-program';
import { VALID_PROPS } from '../support/valid-props';

/** An image, so that no object carries the router's program. */
const router = { image: 'registry.example.com/router:1' };
const { tls: _, basePath: __, ...plain } = { ...platform, router };
const onKong: AgentGatewayProps = {
  ...plain,
  tls: { secretName: 'api-tls' },
  edge: { kong: { dbless: {} } },
};

/** What the engine is told that the component puts out, and what the program reads of it. */
async function outputsOf(args: () => AgentGatewayArgs, preview = false) {
  let gateway: AgentGateway | undefined;
  const recording = await runProgram(
    () => {
      gateway = new AgentGateway('agents', args());
    },
    { preview },
  );
  return { gateway: gateway as AgentGateway, recording, registered: registeredBy(recording) };
}

function registeredBy({ registrations, outputs }: Recording): Readonly<Record<string, unknown>> {
  const component = registrations.find(({ name }) => name === 'agents');
  return outputs.get(component?.urn ?? '') ?? {};
}

const resolved = <T>(of: Output<T>): Promise<T> => new Promise((resolve) => of.apply(resolve));

it.each([
  ['TLS and a base path', { ...platform, router }, ['https://api.agents.example.com/api']],
  [
    'no TLS, two hosts',
    { ...plain, hosts: ['a.example.com', 'b.example.com'] },
    ['http://a.example.com', 'http://b.example.com'],
  ],
  ['Kong', onKong, ['https://api.agents.example.com']],
])('says where clients reach it: %s', async (_, props, urls) => {
  const { gateway, registered } = await outputsOf(() => props);
  expect(await resolved(gateway.urls)).toEqual(urls);
  expect(registered.urls).toEqual(urls);
});

it.each([
  ['Traefik', { ...platform, router }],
  ['a Kong of its own', onKong],
  [
    'another Redis',
    { ...platform, router, redis: { external: { urlSecret: { name: 'redis', key: 'url' } } } },
  ],
])('tells routes, Services and the hash of the configuration as the construct does: %s', async (_, props) => {
  const construct = new AgentGatewayConstruct(new Chart(new App(), 'agents'), 'gateway', props);
  const { gateway, registered, recording } = await outputsOf(() => props);

  expect(registered.routes).toEqual(construct.routes);
  const names = {
    router: construct.router.service.name,
    ...(construct.redis === undefined ? {} : { redis: construct.redis.service.name }),
    ...(construct.kong === undefined ? {} : { edge: construct.kong.service.name }),
  };
  expect(registered.serviceNames).toEqual(names);
  expect(construct.router.configuration.name).toMatch(new RegExp(`-${registered.configurationHash}$`));
  const services = [gateway.routerService, gateway.redisService, gateway.edgeService];
  const references = [registered.routerService, registered.redisService, registered.edgeService];
  for (const [i, name] of [names.router, names.redis, names.edge].entries()) {
    const urn = recording.registrations.find(
      ({ type, inputs }) =>
        type.endsWith(':Service') && (inputs.metadata as { readonly name: string }).name === name,
    )?.urn;
    expect(services[i] === undefined ? undefined : await resolved(services[i].urn)).toBe(urn);
    if (urn !== undefined) expect(JSON.stringify(references[i])).toContain(urn);
    else expect(references[i]).toBeUndefined();
  }
});

it('changes the hash of the configuration with what the router decides by, and with nothing else', async () => {
  const hashWith = async (changes: Partial<AgentGatewayProps>) =>
    (await outputsOf(() => ({ ...VALID_PROPS, router, ...changes }))).registered.configurationHash;
  const hash = await hashWith({});
  expect(await hashWith({ router: { ...router, replicas: { min: 4 } } })).toBe(hash);
  expect(await hashWith({ plans: { free: { requestsPerMinute: 11 } } })).not.toBe(hash);
});

it('leaves unknown in a preview what an unknown host touches, and tells the rest', async () => {
  const { registered } = await outputsOf(
    () => ({
      ...VALID_PROPS,
      hosts: ['known.example.com', new Elsewhere('zone', 'unknown').value as Input<string>],
    }),
    true,
  );
  // Pulumi knows a list as a whole, or not.
  expect(registered.urls).toBe(UNKNOWN);
  expect(registered.routes).toEqual([{ path: '/agents', service: 'agents', backend: 'agent-service:8000' }]);
  expect(registered.serviceNames).toEqual({ router: expect.any(String), redis: expect.any(String) });
});
