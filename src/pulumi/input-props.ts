/**
 * Every place in the props where an `Input` may stand. Which ones these are follows from what the props are called, and the
 * compiler holds the table to it: a new name of a Secret, say, does not compile until it is here.
 */
import type { BackendProps, FallbackProps, TargetProps } from '../props/backend-props';
import type { AgentGatewayProps } from '../props/gateway-props';
import type { ServiceProps } from '../props/service-props';
import type { SecretKeyProps } from '../props/workload-props';

/** What kind of value stands at a prop, so that a legal one can stand in for it while it is not known. */
export type InputKind =
  | 'host'
  | 'image'
  | 'url'
  | 'name'
  // Of a Secret that is mounted once, however many backends name it.
  | 'shared-name'
  | 'quantity'
  | 'gibibytes'
  | 'fewest-pods'
  | 'most-pods';

/** Props that may be Inputs wherever they stand. */
type InputName =
  | 'namespace'
  | 'image'
  | `${string}Image`
  | 'url'
  | `${string}Url`
  | 'issuer'
  | 'endpoint'
  | 'secretName'
  | `${string}SecretName`
  | `${string}Millicores`
  | `${string}Mebibytes`
  | `${string}Gibibytes`;

/** Members of an object that may be Inputs under the name `K`: `hosts.*`, both bounds of `replicas`, a key of a Secret. */
type InputsUnder<T, K> = K extends InputName
  ? ''
  : K extends 'hosts'
    ? '.*'
    : K extends 'replicas'
      ? '.min' | '.max'
      : T extends SecretKeyProps
        ? '.name' | '.key'
        : never;

/** Paths of all Inputs in props of the type. `*` is any entry of a list or map. */
export type PlacesIn<T> = T extends readonly (infer E)[]
  ? `*.${PlacesIn<E>}`
  : T extends object
    ? string extends keyof T
      ? `*.${PlacesIn<T[keyof T]>}`
      : { [K in keyof T & string]: PlacesAt<Exclude<T[K], undefined>, K> }[keyof T & string]
    : never;
type PlacesAt<T, K extends string> = [InputsUnder<T, K>] extends [never]
  ? `${K}.${PlacesIn<T>}`
  : `${K}${InputsUnder<T, K>}`;

type Table<P extends string> = Readonly<Record<P, InputKind>>;

const SECRET_KEY = { name: 'name', key: 'name' } as const satisfies Table<keyof SecretKeyProps>;
const SHARED_SECRET_KEY = { name: 'shared-name', key: 'name' } as const;
const RESOURCES = { cpuMillicores: 'quantity', memoryMebibytes: 'quantity' } as const;
const REPLICAS = { min: 'fewest-pods', max: 'most-pods' } as const;

const FALLBACK = {
  url: 'url',
  namespace: 'name',
  ...below('tls.caSecret', SHARED_SECRET_KEY),
  'tls.clientSecretName': 'shared-name',
  ...below('credential.secret', SHARED_SECRET_KEY),
} as const satisfies Table<PlacesIn<FallbackProps>>;
const BACKEND = {
  ...FALLBACK,
  ...below('fallbacks.*', FALLBACK),
} as const satisfies Table<PlacesIn<BackendProps>>;
const TARGET = {
  ...below('backend', BACKEND),
  ...below('models.*', BACKEND),
} as const satisfies Table<PlacesIn<TargetProps>>;
const SERVICE = {
  ...TARGET,
  ...below('versions.*', TARGET),
  ...below('variants.*', TARGET),
} as const satisfies Table<PlacesIn<ServiceProps>>;

/** All places, and what stands there. */
export const INPUT_PROPS = {
  namespace: 'name',
  'hosts.*': 'host',
  'tls.secretName': 'name',
  'auth.jwt.issuer': 'url',
  'auth.jwt.jwksUrl': 'url',
  'auth.jwt.*.issuer': 'url',
  'auth.jwt.*.jwksUrl': 'url',
  ...below('auth.apiKeys.secret', SECRET_KEY),
  'auth.serviceTokens.issuer': 'url',
  ...below('auth.serviceTokens.signingKeySecret', SECRET_KEY),
  ...below('services.*', SERVICE),
  ...below('tenants.*.edgeCredentials.apiKey', SECRET_KEY),
  'tenants.*.edgeCredentials.jwt.issuer': 'url',
  'router.image': 'image',
  'router.nodeImage': 'image',
  ...below('router.replicas', REPLICAS),
  ...below('router.resources', RESOURCES),
  'redis.managed.image': 'image',
  'redis.managed.memoryMebibytes': 'quantity',
  ...below('redis.managed.passwordSecret', SECRET_KEY),
  'redis.managed.persistence.sizeGibibytes': 'gibibytes',
  ...below('redis.external.urlSecret', SECRET_KEY),
  ...below('redis.external.caSecret', SECRET_KEY),
  'edge.traefik.namespace': 'name',
  'edge.traefik.routerTls.serverSecretName': 'name',
  'edge.traefik.routerTls.clientSecretName': 'name',
  'edge.kong.dbless.image': 'image',
  ...below('edge.kong.dbless.replicas', REPLICAS),
  ...below('edge.kong.dbless.resources', RESOURCES),
  ...below('edge.kong.dbless.redis.passwordSecret', SECRET_KEY),
  'edge.kong.ingressController.namespace': 'name',
  'edge.kong.ingressController.gateway.namespace': 'name',
  ...below('edge.kong.ingressController.redis.passwordSecret', SECRET_KEY),
  'tracing.otlp.endpoint': 'url',
  ...below('tracing.otlp.headersSecret', SECRET_KEY),
} as const satisfies Table<'namespace' | PlacesIn<AgentGatewayProps>>;

/** One of these places. */
export type InputPath = keyof typeof INPUT_PROPS;

/** The table of an object, for the place where the object is. */
function below<const A extends string, T extends Table<string>>(
  at: A,
  table: T,
): { readonly [P in keyof T & string as `${A}.${P}`]: T[P] } {
  const entries = Object.entries(table).map(([path, kind]) => [`${at}.${path}`, kind]);
  return Object.fromEntries(entries);
}
