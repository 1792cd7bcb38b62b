/** Kong's Deployment: pods that meet the *restricted* Pod Security Standard and stop without cutting a stream. */
import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import {
  Deployment,
  DeploymentStrategy,
  LabelSelector,
  PercentOrAbsolute,
  ServiceAccount,
} from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { labelsOf, selectorOf } from '../names';
import { kongContainer } from './kong-container';
import { filledVolume, hasKeys, keysContainers } from './kong-keys';
import { KONG_USER, type KongReferences, type KongWorkloadParts } from './kong-workload-parts';
import { restrictedPod } from './security';
import { spread } from './spread';

/** Selects by labels that say what they mean, not by one made from the construct's path. */
export function renderKongDeployment(
  scope: Construct,
  parts: KongWorkloadParts,
  references: KongReferences,
): Deployment {
  const { names, kong } = parts;
  const labels = labelsOf(names, 'edge');
  const filled = hasKeys(kong) ? filledVolume(scope) : undefined;
  const withFilled = filled === undefined ? references : { ...references, filled };
  const deployment = new Deployment(scope, 'deployment', {
    metadata: { name: names.edge, labels },
    podMetadata: { labels },
    select: false,
    // Where an autoscaler has the say over the number, applying the manifest again must not reset it.
    ...(kong.replicasMax > kong.replicasMin ? {} : { replicas: kong.replicasMin }),
    // A new pod is ready before an old one goes; one whose file Kong refuses never is, and the old ones stay.
    strategy: DeploymentStrategy.rollingUpdate({
      maxSurge: PercentOrAbsolute.absolute(1),
      maxUnavailable: PercentOrAbsolute.absolute(0),
    }),
    serviceAccount: ServiceAccount.fromServiceAccountName(scope, 'account-name', references.serviceAccount),
    automountServiceAccountToken: false,
    securityContext: restrictedPod(KONG_USER),
    terminationGracePeriod: Duration.seconds(kong.terminationGraceSeconds),
    containers: [kongContainer(scope, parts, withFilled)],
    initContainers: keysContainers(scope, parts, withFilled),
  });
  deployment.select(LabelSelector.of({ labels: selectorOf(names, 'edge') }));
  ApiObject.of(deployment).addJsonPatch(
    // Variables that Kubernetes makes of Services named `kong` would read as settings of Kong's.
    JsonPatch.add('/spec/template/spec/enableServiceLinks', false),
    JsonPatch.add('/spec/template/spec/topologySpreadConstraints', spread(names, 'edge')),
  );
  return deployment;
}
