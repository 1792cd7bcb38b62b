/** A gateway in both shapes of Kong: as its file, as objects for its controller, and as what Kong reads in each. */
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import { type EffectiveRoute, type KongView, viewOfFile, viewOfObjects } from './kong-view';
import { type KubernetesObject, synthesise } from './synthesise';

/** Props of a gateway but for its edge. */
export type EdgelessProps = Omit<AgentGatewayProps, 'edge'>;

/** The text of the file that the objects hold. */
export function kongFileOf(props: EdgelessProps, dbless: object = {}): string {
  const objects = synthesise({ ...props, edge: { kong: { dbless } } });
  const maps = objects.filter(({ kind }) => kind === 'ConfigMap');
  const texts = maps.map(({ data }) => (data as Record<string, string>)['kong.yml']);
  return texts.find((text) => text !== undefined) ?? '';
}

export function objectsForController(
  props: EdgelessProps,
  controller: object = {},
): readonly KubernetesObject[] {
  return synthesise({ ...props, edge: { kong: { ingressController: controller } } });
}

/** What Kong reads in each shape, by the shape's name. @param edge props that both have */
export function bothShapes(
  props: EdgelessProps,
  edge: object = {},
): readonly (readonly [string, KongView])[] {
  return [
    ['the file', viewOfFile(kongFileOf(props, edge))],
    ['the objects', viewOfObjects(objectsForController(props, edge))],
  ];
}

/** @param name of the route; the router's, which has the gateway's name, is the one with the shortest */
export function routeOf({ routes }: KongView, name?: string): EffectiveRoute {
  const [shortest] = [...routes].sort((a, b) => a.name.length - b.name.length);
  const found = name === undefined ? shortest : routes.find((route) => route.name === name);
  if (found === undefined) throw new Error(`there is no route ${name}`);
  return found;
}
