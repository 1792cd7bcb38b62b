/** Every object is taken by Traefik 3.6 too, unless the props say that it need not be. */
import { platformViaTraefik } from '../../conformance/platform/platform';
import { goldenCases } from '../../support/golden-cases';
import { type KubernetesObject, synthesise } from '../../support/synthesise';

/** Fields that the CRDs of v3.7.0 have and those of v3.6.0 do not, of the kinds that we write; `[]` for the entries of a list. */
const SINCE_3_7: readonly string[] = [
  'IngressRoute ingressClassName',
  'IngressRoute routes[].services[].middlewares',
  'Middleware encodedCharacters',
  'Middleware forwardAuth.authSigninURL',
  'Middleware forwardAuth.maxResponseBodySize',
  'Middleware retry.disableRetryOnNetworkError',
  'Middleware retry.maxRequestBodyBytes',
  'Middleware retry.retryNonIdempotentMethod',
  'Middleware retry.status',
  'Middleware retry.timeout',
  'ServersTransport cipherSuites',
  'ServersTransport maxVersion',
  'ServersTransport minVersion',
];

function fieldsOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => fieldsOf(entry, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return [at, ...fieldsOf(member, at)];
  });
}

const later = (objects: readonly KubernetesObject[]) =>
  objects
    .filter(({ apiVersion }) => apiVersion.startsWith('traefik.io/'))
    .flatMap(({ kind, spec }) => fieldsOf(spec, '').map((field) => `${kind} ${field}`))
    .filter((field) => SINCE_3_7.includes(field));

const routerTls = { serverSecretName: 'router-tls', clientSecretName: 'traefik-tls' };
const cases = [
  ...goldenCases().map(({ name, props, objects }) => ({
    name,
    version: props.edge.traefik?.version,
    objects,
  })),
  ...(['3.6', '3.7'] as const).map((version) => ({
    name: `everything via the edge, ${version}`,
    version,
    objects: synthesise(platformViaTraefik({ traefik: { version, ingressClass: 'agents', routerTls } })),
  })),
];

it.each(cases.filter(({ version }) => version !== '3.7'))('writes no field of 3.7: $name', ({ objects }) => {
  expect(later(objects)).toEqual([]);
});

it.each(cases.filter(({ version }) => version === '3.7'))(
  'writes fields of 3.7 where they are known: $name',
  ({ objects }) => {
    expect(later(objects)).toContain('IngressRoute ingressClassName');
  },
);

it('bounds what Traefik 3.7 reads of the router’s answers', () => {
  const { objects = [] } = cases.find(({ name }) => name === 'everything via the edge, 3.7') ?? {};
  expect(later(objects)).toContain('Middleware forwardAuth.maxResponseBodySize');
});
