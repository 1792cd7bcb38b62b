/**
 * What a Pulumi user writes: the props of the gateway, with `pulumi.Input` where the table of places says so and nowhere
 * else. The types are made from the same table that the values are read by.
 */
import type { Input } from '@pulumi/pulumi';
import type { AgentGatewayProps } from '../props/gateway-props';
import type { InputPath } from './input-props';

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
