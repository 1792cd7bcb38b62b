/** Where an Input may stand: what the compiler says, and what is said at run time to those who have none. */
import { type Output, output } from '@pulumi/pulumi';
import type { AgentGatewayArgs } from 'cdk8s-agent-gateway/pulumi';
import { readArgs } from '../../src/pulumi/read-args';
import { VALID_PROPS } from '../support/valid-props';

const text: Output<string> = output('text');
const number: Output<number> = output(7);
const route = { path: '/agents' } as const;
const jwt = { issuer: text, audience: 'agents', jwksUrl: text } as const;
const reference = { name: text, key: text } as const;

/** Whether changes of good props are args. Says at compile time that it is wrong: the second parameter is of this type. */
type Fits<C> = Omit<typeof VALID_PROPS, keyof C> & C extends AgentGatewayArgs ? true : false;
const changes = <const C>(changed: C, fits: Fits<C>): readonly [unknown, boolean] => [changed, fits];

it.each([
  ['a host', ...changes({ hosts: ['a.example.com', text] }, true)],
  ['a Promise of a host', ...changes({ hosts: [Promise.resolve('a.example.com')] }, true)],
  ['the namespace', ...changes({ namespace: text }, true)],
  ['an image', ...changes({ router: { image: text } }, true)],
  ['a number of pods', ...changes({ router: { replicas: { min: number } } }, true)],
  ['resources', ...changes({ router: { resources: { cpuMillicores: number } } }, true)],
  ['the issuer of tokens', ...changes({ auth: { jwt } }, true)],
  ['issuers in a list', ...changes({ auth: { jwt: [jwt, jwt] } }, true)],
  ['the URL of a backend', ...changes({ services: { agents: { ...route, backend: { url: text } } } }, true)],
  [
    'Secrets of a backend that is a fallback of a version',
    ...changes(
      {
        services: {
          agents: {
            ...route,
            backend: { service: 'agents', port: 80 },
            versions: {
              v1: { backend: { url: text, fallbacks: [{ url: text, credential: { secret: reference } }] } },
              v2: false,
            },
          },
        },
      },
      true,
    ),
  ],
  ['a Secret of the Redis', ...changes({ redis: { external: { urlSecret: reference } } }, true)],
  ['the collector of spans', ...changes({ tracing: { otlp: { endpoint: text } } }, true)],

  ['all hosts', ...changes({ hosts: output(['a.example.com']) }, false)],
  ['the base path', ...changes({ basePath: text }, false)],
  ['a limit', ...changes({ plans: { free: { requestsPerMinute: number } } }, false)],
  ['a plan', ...changes({ plans: { free: output({ requestsPerMinute: 7 }) } }, false)],
  [
    'a Service',
    ...changes({ services: { agents: { ...route, backend: { service: text, port: 80 } } } }, false),
  ],
  [
    'a whole reference to a Secret',
    ...changes({ redis: { external: { urlSecret: output({ name: 'a', key: 'b' }) } } }, false),
  ],
  ['all settings of the router', ...changes({ router: output({ image: 'text' }) }, false)],
  ['a list of issuers', ...changes({ auth: { jwt: output([{ issuer: 'a', audience: 'b' }]) } }, false)],
  ['a name', ...changes({ name: text }, false)],
] as const)('an Input as %s: compiles where it is taken at run time', (_, changed, fits) => {
  const { problems } = readArgs({ ...VALID_PROPS, ...(changed as object) });
  expect(problems.map(({ code }) => code)).toEqual(fits ? [] : ['AGW_TYPE']);
});
