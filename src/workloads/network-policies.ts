/**
 * Who may reach what: only the edge the router, only the router the Redis. The router may go anywhere, because backends
 * and issuers can be anywhere.
 */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { EdgeModel } from '../model/deployment-model';
import {
  ADMIN_PORT,
  type Component,
  type GatewayNames,
  labelsOf,
  REDIS_PORT,
  ROUTER_PORT,
  selectorOf,
} from '../names';

type Peer = Readonly<Record<string, unknown>>;

/** Requests from the edge; probes and metrics from anywhere in the cluster. */
export function renderRouterPolicy(scope: Construct, names: GatewayNames, edge: EdgeModel): ApiObject {
  return renderPolicy(scope, names, 'router', {
    policyTypes: ['Ingress'],
    ingress: [
      { from: [edgePeer(edge)], ports: [tcp(ROUTER_PORT)] },
      { from: [ANYWHERE_IN_THE_CLUSTER], ports: [tcp(ADMIN_PORT)] },
    ],
  });
}

/** Commands from the router; nothing else in, and nothing out. */
export function renderRedisPolicy(scope: Construct, names: GatewayNames): ApiObject {
  const router = { podSelector: { matchLabels: selectorOf(names, 'router') } };
  return renderPolicy(scope, names, 'redis', {
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [router], ports: [tcp(REDIS_PORT)] }],
    egress: [],
  });
}

const ANYWHERE_IN_THE_CLUSTER: Peer = { namespaceSelector: {} };

/** Traefik's pods, by the label that its Helm chart 41 gives them; without an edge, any pod may call. */
function edgePeer(edge: EdgeModel): Peer {
  if (edge.traefik === undefined) return ANYWHERE_IN_THE_CLUSTER;
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': edge.traefik.namespace } },
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'traefik' } },
  };
}

function tcp(port: number) {
  return { protocol: 'TCP', port };
}

function renderPolicy(
  scope: Construct,
  names: GatewayNames,
  component: Component & ('router' | 'redis'),
  spec: object,
) {
  return new ApiObject(scope, 'network-policy', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: names[component], labels: labelsOf(names, component) },
    spec: { podSelector: { matchLabels: selectorOf(names, component) }, ...spec },
  });
}
