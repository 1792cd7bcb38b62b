/**
 * Which objects must be there, and ready, before which. The provider waits for pods of Deployments and StatefulSets, for
 * endpoints of Services and for addresses of Ingresses; so a Service comes after the pods behind it, and pods come after
 * what they mount and whom they call.
 *
 *     settings ──► workload ──► what is in front of it ──► the next component's workload ──► … ──► entry
 */
import type { KubernetesObject } from './synthesis';

/** Where an object stands in the row of its component. */
type Stage = 'setting' | 'workload' | 'front' | 'entry';

const STAGES: readonly Stage[] = ['setting', 'workload', 'front', 'entry'];

/** What is not here is a setting: nothing can be wrong with making it first. */
const STAGE_OF_KIND: Readonly<Record<string, Stage>> = {
  Deployment: 'workload',
  StatefulSet: 'workload',
  Service: 'front',
  HorizontalPodAutoscaler: 'front',
  PodDisruptionBudget: 'front',
  IngressRoute: 'entry',
  Ingress: 'entry',
  HTTPRoute: 'entry',
};

/** Components in the order in which they need each other. */
const COMPONENTS: readonly string[] = ['redis', 'router', 'edge'];

/** The objects that one waits for, by their keys. Never in a circle: each is at an earlier component or stage. */
export function prerequisites(
  object: KubernetesObject,
  objects: Readonly<Record<string, KubernetesObject>>,
): readonly string[] {
  const component = componentOf(object);
  const own = (stage: Stage) =>
    keysWhere(objects, (other) => stageOf(other) === stage && componentOf(other) === component);
  const servicesBefore = keysWhere(
    objects,
    (other) => other.kind === 'Service' && componentOf(other) < component,
  );
  switch (stageOf(object)) {
    case 'workload':
    case 'entry':
      return [...own('setting'), ...servicesBefore];
    case 'front':
      return own('workload');
    case 'setting':
      return [];
  }
}

/** Position of an object in the order of registration: everything that it waits for has a lower one. */
export function rankOf(object: KubernetesObject): number {
  return componentOf(object) * STAGES.length + STAGES.indexOf(stageOf(object));
}

function stageOf({ kind }: KubernetesObject): Stage {
  return (Object.hasOwn(STAGE_OF_KIND, kind) ? STAGE_OF_KIND[kind] : undefined) ?? 'setting';
}

function componentOf({ metadata }: KubernetesObject): number {
  return COMPONENTS.indexOf(metadata.labels?.['app.kubernetes.io/component'] ?? '');
}

function keysWhere(
  objects: Readonly<Record<string, KubernetesObject>>,
  fits: (object: KubernetesObject) => boolean,
): readonly string[] {
  return Object.keys(objects).filter((key) => fits(objects[key] as KubernetesObject));
}
