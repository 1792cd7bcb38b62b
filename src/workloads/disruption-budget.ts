/** How many of the router's pods may be taken away at a time, by drains and upgrades of nodes. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { type GatewayNames, labelsOf, selectorOf } from '../names';

/** One at a time; the others carry the load. Pods that are not ready do not stand in the way of a drain. */
export function renderDisruptionBudget(scope: Construct, names: GatewayNames): ApiObject {
  return new ApiObject(scope, 'disruption-budget', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: names.router, labels: labelsOf(names, 'router') },
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: selectorOf(names, 'router') },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  });
}
