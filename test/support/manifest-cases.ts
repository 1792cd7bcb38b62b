/** Every set of objects that judges of manifests are shown: golden cases, examples, and all props at once. */
import { chart as kongDbless } from '../../examples/kong-dbless/main';
import { chart as kongIngress } from '../../examples/kong-ingress/main';
import { platform } from '../../examples/quickstart/platform';
import { goldenCases } from './golden-cases';
import { type KubernetesObject, synthesise } from './synthesise';

export interface ManifestCase {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
}

export function manifestCases(): readonly ManifestCase[] {
  return [
    ...goldenCases(),
    { name: 'quickstart', objects: synthesise(platform) },
    { name: 'kong-dbless', objects: kongDbless.toJson() as KubernetesObject[] },
    { name: 'kong-ingress', objects: kongIngress.toJson() as KubernetesObject[] },
  ];
}
