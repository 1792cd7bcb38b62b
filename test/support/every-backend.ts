/** Props with everything that a backend can have, at every place where a backend can stand. */
import type { AgentGatewayProps, BackendProps, FallbackProps, TargetProps } from 'cdk8s-agent-gateway';
import { VALID_PROPS } from './valid-props';

const secured = (name: string): Pick<FallbackProps, 'tls' | 'credential'> => ({
  // Several backends have the same one.
  tls: { caSecret: { name: 'ca-of-all', key: 'ca.crt' }, clientSecretName: `${name}-client` },
  credential: { secret: { name: `${name}-key`, key: 'key' } },
});
const own = (name: string): FallbackProps => ({
  service: name,
  port: 8000,
  namespace: 'ai',
  ...secured(name),
});
const provider = (name: string): FallbackProps => ({ url: `https://${name}.example.net/`, ...secured(name) });
const whole = (name: string): BackendProps => ({
  ...own(name),
  fallbacks: [own(`${name}-spare`), provider(`${name}-provider`)],
});
const target = (name: string): TargetProps => ({
  backend: whole(name),
  models: { small: whole(`${name}-small`), large: provider(`${name}-large`) },
});
const elsewhere = (name: string): TargetProps => ({ backend: provider(name) });

export const EVERY_BACKEND: AgentGatewayProps = {
  ...VALID_PROPS,
  // The last one has the service's own.
  versions: { v1: {}, v2: {}, v3: {} },
  defaultVersion: 'v1',
  services: {
    whole: {
      ...target('whole'),
      path: '/whole',
      versions: { v1: target('v1'), v2: elsewhere('v2') },
    },
    tested: {
      backend: own('tested'),
      path: '/tested',
      variants: { a: { weightPercent: 50, ...target('a') }, b: { weightPercent: 50, ...elsewhere('b') } },
    },
    elsewhere: { ...elsewhere('elsewhere'), path: '/elsewhere' },
  },
};
