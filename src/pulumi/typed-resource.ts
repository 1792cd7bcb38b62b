/** Kubernetes objects as resources of `@pulumi/kubernetes`: by the class of their kind, or as a CustomResource. */
import * as k8s from '@pulumi/kubernetes';
import type { CustomResource, CustomResourceOptions } from '@pulumi/pulumi';

type ResourceClass = new (
  name: string,
  args: Readonly<Record<string, unknown>>,
  options: CustomResourceOptions,
) => CustomResource;

/**
 * Registers an object.
 *
 * @param args the whole object, with Outputs where something is not known
 */
export function typedResource(
  name: string,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  args: Readonly<Record<string, unknown>>,
  options: CustomResourceOptions,
): CustomResource {
  const Class = classOf(apiVersion, kind);
  if (Class !== undefined) return new Class(name, args, options);
  return new k8s.apiextensions.CustomResource(name, { ...args, apiVersion, kind }, options);
}

/**
 * The class of a built-in kind; `undefined` for the others. A CustomResource of a built-in kind would be refused by the
 * provider, and a class of another group with the same first label is told by its type.
 */
export function classOf(apiVersion: string, kind: string): ResourceClass | undefined {
  const whole = apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`;
  const [group = '', version = ''] = whole.split('/');
  const module = member(member(k8s, group.split('.')[0] ?? ''), version);
  const Class = member(module, kind);
  const isOfKind =
    typeof Class === 'function' && member(Class, '__pulumiType') === `kubernetes:${whole}:${kind}`;
  return isOfKind ? (Class as ResourceClass) : undefined;
}

/** Modules load themselves when they are read. */
function member(of: unknown, name: string): unknown {
  const isReadable = (typeof of === 'object' && of !== null) || typeof of === 'function';
  return isReadable ? Reflect.get(of, name) : undefined;
}
