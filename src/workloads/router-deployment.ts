/** The router's Deployment: pods that meet the *restricted* Pod Security Standard and stop without losing a request. */
import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import { Deployment, DeploymentStrategy, LabelSelector, PercentOrAbsolute } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { labelsOf, selectorOf } from '../names';
import { NODE_USER, routerContainer } from './router-container';
import type { RouterParts, RouterReferences } from './router-parts';
import { restrictedPod } from './security';
import { spread } from './spread';

/** The Deployment of the router's pods. */
export function renderRouterDeployment(
  scope: Construct,
  parts: RouterParts,
  references: RouterReferences,
): Deployment {
  const { names, deployment: model } = parts;
  const { router } = model;
  const labels = labelsOf(names, 'router');
  const deployment = new Deployment(scope, 'deployment', {
    metadata: { name: names.router, labels },
    podMetadata: { labels },
    select: false,
    // Where an autoscaler has the say over the number, applying the manifest again must not reset it.
    ...(router.replicasMax > router.replicasMin ? {} : { replicas: router.replicasMin }),
    // A new pod is ready before an old one goes.
    strategy: DeploymentStrategy.rollingUpdate({
      maxSurge: PercentOrAbsolute.absolute(1),
      maxUnavailable: PercentOrAbsolute.absolute(0),
    }),
    serviceAccount: references.serviceAccount,
    automountServiceAccountToken: false,
    securityContext: restrictedPod(NODE_USER),
    terminationGracePeriod: Duration.seconds(router.terminationGraceSeconds),
    containers: [routerContainer(scope, parts, references)],
  });
  deployment.select(LabelSelector.of({ labels: selectorOf(names, 'router') }));
  const object = ApiObject.of(deployment);
  object.addJsonPatch(
    // Older clusters put an address and port of every Service of the namespace into the environment otherwise.
    JsonPatch.add('/spec/template/spec/enableServiceLinks', false),
    JsonPatch.add('/spec/template/spec/topologySpreadConstraints', spread(names, 'router')),
  );
  return deployment;
}
