/**
 * What a Pulumi user writes: the props of the gateway, with `pulumi.Input` where this table says so and nowhere else.
 * The types are made from the same table that the values are read by.
 */
import type { Input } from '@pulumi/pulumi';
import type { AgentGatewayProps } from '../props/gateway-props';

/** What kind of value stands at a prop, so that a legal one can stand in for it while it is not known. */
export type InputKind =
  | 'host'
  | 'image'
  | 'url'
  | 'name'
  | 'quantity'
  | 'gibibytes'
  | 'fewest-pods'
  | 'most-pods';

/** Every place where an `Input` may stand. `*` is any entry of a list or map. */
export const INPUT_PROPS = {
  namespace: 'name',
  'hosts.*': 'host',
  'tls.secretName': 'name',
  'auth.jwt.issuer': 'url',
  'auth.jwt.jwksUrl': 'url',
  'auth.jwt.*.issuer': 'url',
  'auth.jwt.*.jwksUrl': 'url',
  'auth.apiKeys.secret.name': 'name',
  'auth.apiKeys.secret.key': 'name',
  'tenants.*.edgeCredentials.apiKey.name': 'name',
  'tenants.*.edgeCredentials.apiKey.key': 'name',
  'router.image': 'image',
  'router.nodeImage': 'image',
  'router.replicas.min': 'fewest-pods',
  'router.replicas.max': 'most-pods',
  'router.resources.cpuMillicores': 'quantity',
  'router.resources.memoryMebibytes': 'quantity',
  'redis.managed.image': 'image',
  'redis.managed.memoryMebibytes': 'quantity',
  'redis.managed.passwordSecret.name': 'name',
  'redis.managed.passwordSecret.key': 'name',
  'redis.managed.persistence.sizeGibibytes': 'gibibytes',
  'redis.external.urlSecret.name': 'name',
  'redis.external.urlSecret.key': 'name',
  'edge.kong.dbless.image': 'image',
  'edge.kong.dbless.replicas.min': 'fewest-pods',
  'edge.kong.dbless.replicas.max': 'most-pods',
  'edge.kong.dbless.resources.cpuMillicores': 'quantity',
  'edge.kong.dbless.resources.memoryMebibytes': 'quantity',
} as const satisfies Record<string, InputKind>;

/** One of these places. */
export type InputPath = keyof typeof INPUT_PROPS;

/** The props with `Input` at the places of the table, and the namespace, which with cdk8s is the chart's. */
export type AgentGatewayArgs = WithInputs<AgentGatewayProps, InputPath> & {
  /**
   * Namespace of all objects. It must exist when they are made: take it from a Namespace of the program, or make it first.
   * Range: a lower-case RFC 1123 label.
   * @default - the provider's namespace
   * @problem AGW_NAME not such a label
   */
  readonly namespace?: Input<string>;
};

/** The type with `Input` at the places `P` below it. */
export type WithInputs<T, P extends string> = T extends readonly (infer E)[]
  ? readonly InputAt<E, P, '*'>[]
  : T extends object
    ? string extends keyof T
      ? { readonly [K in keyof T]: InputAt<T[K], P, '*'> }
      : { readonly [K in keyof T]: InputAt<T[K], P, K & string> } & NoOutput
    : T;

/** The type of the member `K`. */
export type InputAt<T, P extends string, K extends string> = K extends P
  ? Input<Exclude<T, undefined>>
  : [Below<P, K>] extends [never]
    ? T
    : WithInputs<T, Below<P, K>>;

/** The places below the member `K`. */
export type Below<P extends string, K extends string> = P extends `${K}.${infer Rest}` ? Rest : never;

/** Keeps an `Output` of an object from passing for an object of Outputs, which its members would let it. */
export interface NoOutput {
  /** Never there. */
  readonly apply?: never;
}
