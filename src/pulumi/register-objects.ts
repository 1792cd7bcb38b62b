/** Registers the objects of a plan as children of a component, with the options that they have from it. */
import {
  type ComponentResourceOptions,
  type CustomResource,
  type CustomResourceOptions,
  mergeOptions,
  type Resource,
} from '@pulumi/pulumi';
import { prerequisites, rankOf } from './order';
import type { GatewayPlan } from './plan';
import type { KubernetesObject } from './synthesis';
import { typedResource } from './typed-resource';

/** Registers every object; what others wait for comes first. */
export function registerObjects(
  component: Resource,
  name: string,
  plan: GatewayPlan,
  options: ComponentResourceOptions,
): Readonly<Record<string, CustomResource>> {
  const entries = Object.entries(plan.objects).sort(([, a], [, b]) => rankOf(a) - rankOf(b));
  const registered = new Map<string, CustomResource>();
  for (const [key, object] of entries) {
    const before = prerequisites(object, plan.objects).flatMap((other) => registered.get(other) ?? []);
    const own = {
      ...childOptions(object, options),
      parent: component,
      dependsOn: waitFor(plan, options, before),
    };
    // Children whose names begin with the component's follow when an alias renames it.
    const childName = `${name}-${key.replaceAll('/', '-')}`;
    registered.set(key, typedResource(childName, object, plan.inputs[key] ?? {}, own));
  }
  return Object.fromEntries(registered);
}

/** What a resource waits for: the Inputs' check, what the user says, and other objects. */
export function waitFor(
  { checked }: GatewayPlan,
  { dependsOn }: ComponentResourceOptions,
  before: readonly Resource[],
): NonNullable<ComponentResourceOptions['dependsOn']> {
  const after = (): Resource[] => [...before];
  const ours = { dependsOn: checked === undefined ? after() : checked.then(after) };
  const merged = mergeOptions(dependsOn === undefined ? {} : { dependsOn }, ours);
  return merged.dependsOn ?? [];
}

/** What Pulumi does not hand down by itself. */
function childOptions(object: KubernetesObject, options: ComponentResourceOptions): CustomResourceOptions {
  const { ignoreChanges, customTimeouts, retainOnDelete, deletedWith } = options;
  // The engine refuses a path whose beginning an object does not have.
  const ignored = ignoreChanges?.filter((path) => Object.hasOwn(object, path.split(/[.[]/)[0] ?? ''));
  return {
    ...(ignored === undefined || ignored.length === 0 ? {} : { ignoreChanges: ignored }),
    ...(customTimeouts === undefined ? {} : { customTimeouts }),
    ...(retainOnDelete === undefined ? {} : { retainOnDelete }),
    ...(deletedWith === undefined ? {} : { deletedWith }),
    // Its name changes with its contents: pods that still run need the old one until they are gone.
    ...(object.kind === 'ConfigMap' ? { deleteBeforeReplace: false } : {}),
  };
}
