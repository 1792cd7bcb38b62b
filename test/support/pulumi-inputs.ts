/** Values of Inputs that come from another resource, at every place where an Input may stand. */
import { CustomResource, type Input, type Output, runtime } from '@pulumi/pulumi';
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import type { AgentGatewayArgs } from 'cdk8s-agent-gateway/pulumi';
import { INPUT_PROPS, type InputKind } from '../../src/pulumi/input-props';
import { EVERY_BACKEND } from './every-backend';
import { FULL_PROPS } from './full-props';
import { namedObjectsOfConstruct } from './pulumi-cases';
import type { KubernetesObject } from './synthesise';

/** A resource of the user's program: what it gives is unknown in a preview, and depends on it. */
export class Elsewhere extends CustomResource {
  declare readonly value: Output<unknown>;

  constructor(name: string, value: Input<unknown>) {
    super('test:index:Elsewhere', name, { value: runtime.isDryRun() ? undefined : value });
  }
}

/** A place in a set of props with every kind of prop. */
export interface InputPlace {
  /** `router.image in a resolver, an image, a Redis of its own` */
  readonly name: string;
  /** As the table has it: `hosts.*`. */
  readonly place: string;
  readonly keys: readonly string[];
  readonly kind: InputKind;
  readonly props: AgentGatewayProps & { readonly namespace: string };
}

/** Good values, other than those of the props; texts at both ends of any order. */
export const OTHER_VALUES: Readonly<Record<InputKind, readonly unknown[]>> = {
  host: ['aaa.example.com', 'mmm.example.com', 'zzz.example.com'],
  image: ['another.example.com/image:2'],
  url: ['https://another.example.com/path'],
  name: ['another'],
  // The second is that of another backend: what two name is mounted once.
  'shared-name': ['another', 'ca-of-all'],
  quantity: [640, 1_025, 5_000],
  gibibytes: [1, 77],
  'fewest-pods': [2, 4],
  'most-pods': [8, 50],
};

/** What is below a backend is the same wherever it stands: one place has all of it, the others a URL. */
const REPEATED = /^services\..*(?<!^services\.\*\.backend(\.fallbacks\.\*)?)\.(namespace|tls|credential)\b/;

/** Every place of the table that is not such another one, in the first full set of props that has it. */
export function inputPlaces(): readonly InputPlace[] {
  const inNamespace = ([name, props]: [string, AgentGatewayProps]) => ({
    name,
    props: { ...props, namespace: 'agents' },
  });
  const full = Object.entries(FULL_PROPS).map(inNamespace);
  const backends = inNamespace(['every backend', EVERY_BACKEND]);
  const places = Object.entries(INPUT_PROPS).filter(([place]) => !REPEATED.test(place));
  return places.map(([place, kind]) => {
    for (const { name, props } of place.startsWith('services.') ? [backends] : full) {
      const keys = keysAt(props, place.split('.'));
      if (keys !== undefined) return { name: `${place} in ${name}`, place, keys, kind, props };
    }
    throw new Error(`no full set of props has ${place}`);
  });
}

/** The first keys of a value that a place of the table fits. */
function keysAt(value: unknown, [key, ...rest]: readonly string[]): readonly string[] | undefined {
  if (key === undefined) return [];
  if (typeof value !== 'object' || value === null) return undefined;
  for (const own of key === '*' ? Object.keys(value) : [key]) {
    const below = Object.hasOwn(value, own) ? keysAt(Reflect.get(value, own), rest) : undefined;
    if (below !== undefined) return [own, ...below];
  }
  return undefined;
}

/** Props with another value at a place. */
export function withValue(
  props: unknown,
  [key, ...rest]: readonly string[],
  value: unknown,
): AgentGatewayArgs {
  if (key === undefined) return value as AgentGatewayArgs;
  const changed = withValue(Reflect.get(props as object, key), rest, value);
  if (Array.isArray(props)) return props.map((entry, i) => (String(i) === key ? changed : entry)) as never;
  return { ...(props as AgentGatewayArgs), [key]: changed };
}

/** What cdk8s makes of args without Inputs, by the names of the Pulumi resources. */
export function objectsOf(name: string, args: unknown): Readonly<Record<string, KubernetesObject>> {
  const { namespace, ...props } = args as InputPlace['props'];
  return namedObjectsOfConstruct(name, props, namespace);
}
