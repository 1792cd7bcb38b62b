/** How many of a component's pods may be taken away at a time, by drains and upgrades of nodes. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { type Component, type GatewayNames, labelsOf, selectorOf } from '../names';

/** One at a time; the others carry the load. Pods that are not ready do not stand in the way of a drain. */
export function renderDisruptionBudget(
  scope: Construct,
  names: GatewayNames,
  component: Component,
): ApiObject {
  return new ApiObject(scope, 'disruption-budget', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: names[component], labels: labelsOf(names, component) },
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: selectorOf(names, component) },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  });
}
