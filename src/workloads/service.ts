/** Services of the gateway's components, each under its component's name. */
import { ApiObject, JsonPatch } from 'cdk8s';
import { Service, type ServicePort } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { type Component, type GatewayNames, labelsOf, selectorOf } from '../names';

/** A Service in front of a component's pods, selected by the labels that all its objects carry. */
export function renderService(
  scope: Construct,
  names: GatewayNames,
  component: Component,
  ...ports: ServicePort[]
): Service {
  const service = new Service(scope, 'service', {
    metadata: { name: names[component], labels: labelsOf(names, component) },
    ports,
  });
  ApiObject.of(service).addJsonPatch(
    // cdk8s-plus selects by a label that it makes of the construct's path; these labels say what they mean.
    JsonPatch.add('/spec/selector', selectorOf(names, component)),
  );
  return service;
}
