/** Where a component's pods go. */
import { type Component, type GatewayNames, selectorOf } from '../names';

/** Over zones and nodes as evenly as can be, but never so strictly that a pod cannot start. */
export function spread(names: GatewayNames, component: Component) {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorOf(names, component) },
  }));
}
