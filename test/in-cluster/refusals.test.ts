/** Objects that Traefik does not take: whoever waits for it is told what Traefik says. */
import { type KubernetesObject, synthesise } from '../support/synthesise';
import { PLATFORM } from './cluster-target';
import { apply } from './kubectl';
import { makeNamespace, removeNamespace } from './namespaces';
import { untilRouted } from './traefik';

const NAMESPACE = 'agent-gateway-refusals';
/** By then Traefik has told, busy as the machine may be. */
const TOLD_MILLISECONDS = 10_000;

beforeAll(() => makeNamespace(NAMESPACE), 180_000);
afterAll(() => removeNamespace(NAMESPACE), 180_000);

interface Route {
  readonly match: string;
  readonly middlewares: readonly { readonly name: string }[];
  readonly services: readonly object[];
}

/** What Traefik reads of the platform, each of the first IngressRoute's routes with a change. */
function withRoute(change: Partial<Route>): readonly KubernetesObject[] {
  const ofTraefik = synthesise(PLATFORM, NAMESPACE).filter(
    ({ apiVersion, kind }) => apiVersion.startsWith('traefik.io/') || kind === 'Service',
  );
  return ofTraefik.map((object) => {
    if (object.kind !== 'IngressRoute' || object.metadata.name !== PLATFORM.name) return object;
    const spec = object.spec as { readonly routes: readonly Route[] };
    return { ...object, spec: { ...spec, routes: spec.routes.map((route) => ({ ...route, ...change })) } };
  });
}

it.each([
  {
    what: 'a rule that it cannot read',
    change: { match: 'Host(`api.agents.example.com`) &&' },
    says: /conformance is disabled: .*parsing rule/,
  },
  {
    what: 'a middleware that there is not',
    change: { middlewares: [{ name: 'nobody-s' }] },
    says: /conformance is disabled: .*nobody-s@kubernetescrd.* does not exist/,
  },
  {
    what: 'a service that it cannot translate at all',
    change: { services: [{ name: 'conformance-router', port: 80, healthCheck: { path: '/' } }] },
    says: /no route for conformance:\n.*healthCheck/is,
  },
])(
  'are told of in its own words: $what',
  async ({ change, says }) => {
    const objects = withRoute(change);
    await apply(NAMESPACE, objects);

    await expect(untilRouted(NAMESPACE, objects, TOLD_MILLISECONDS)).rejects.toThrow(says);
  },
  120_000,
);
