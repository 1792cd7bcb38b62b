/**
 * Who may reach what: only the edge the router, only the router the Redis. The router may go anywhere, because backends
 * and issuers can be anywhere.
 */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { EdgeModel, KongDblessModel, ManagedRedisModel } from '../model/deployment-model';
import {
  ADMIN_PORT,
  type Component,
  DECISION_PORT,
  type GatewayNames,
  KONG_PORT,
  KONG_STATUS_PORT,
  KONG_TLS_PORT,
  labelsOf,
  REDIS_PORT,
  ROUTER_PORT,
  selectorOf,
} from '../names';

type Peer = Readonly<Record<string, unknown>>;

/** Requests and questions from the edge; probes and metrics from anywhere in the cluster. */
export function renderRouterPolicy(scope: Construct, names: GatewayNames, edge: EdgeModel): ApiObject {
  const asks = edge.traefik?.direct !== undefined;
  return renderPolicy(scope, names, 'router', {
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: [edgePeer(names, edge)],
        ports: asks ? [tcp(ROUTER_PORT), tcp(DECISION_PORT)] : [tcp(ROUTER_PORT)],
      },
      { from: [ANYWHERE_IN_THE_CLUSTER], ports: [tcp(ADMIN_PORT)] },
    ],
  });
}

/**
 * Commands from the router, from an edge that counts plans by itself, and from pods that write plans; nothing else in, and
 * nothing out.
 */
export function renderRedisPolicy(
  scope: Construct,
  names: GatewayNames,
  edge: EdgeModel,
  { writers }: ManagedRedisModel,
): ApiObject {
  const router = { podSelector: { matchLabels: selectorOf(names, 'router') } };
  const { dbless, ingressController } = edge.kong ?? {};
  const counted = (dbless ?? ingressController)?.direct?.redis;
  const counts = counted !== undefined && counted.host === undefined;
  const from = [
    router,
    ...(counts ? [edgePeer(names, edge)] : []),
    ...(writers === undefined ? [] : [{ podSelector: { matchLabels: writers } }]),
  ];
  return renderPolicy(scope, names, 'redis', {
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from, ports: [tcp(REDIS_PORT)] }],
    egress: [],
  });
}

/** Requests from anywhere; probes from the cluster. Kong may go anywhere it is told to, as the router may. */
export function renderKongPolicy(scope: Construct, names: GatewayNames, kong: KongDblessModel): ApiObject {
  const ports = kong.tls === undefined ? [tcp(KONG_PORT)] : [tcp(KONG_PORT), tcp(KONG_TLS_PORT)];
  return renderPolicy(scope, names, 'edge', {
    policyTypes: ['Ingress'],
    ingress: [{ ports }, { from: [ANYWHERE_IN_THE_CLUSTER], ports: [tcp(KONG_STATUS_PORT)] }],
  });
}

const ANYWHERE_IN_THE_CLUSTER: Peer = { namespaceSelector: {} };

/**
 * The edge's pods. Traefik's by their labels; a Kong of the cluster by its namespace, as
 * Kong's charts differ in labels; without an edge, any pod may call.
 */
function edgePeer(names: GatewayNames, { traefik, kong }: EdgeModel): Peer {
  if (kong?.dbless !== undefined) return { podSelector: { matchLabels: selectorOf(names, 'edge') } };
  if (kong?.ingressController !== undefined) return podsIn(kong.ingressController.namespace);
  if (traefik === undefined) return ANYWHERE_IN_THE_CLUSTER;
  return {
    ...podsIn(traefik.namespace),
    podSelector: { matchLabels: traefik.podLabels },
  };
}

function podsIn(namespace: string): Peer {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } };
}

function tcp(port: number) {
  return { protocol: 'TCP', port };
}

function renderPolicy(scope: Construct, names: GatewayNames, component: Component, spec: object) {
  return new ApiObject(scope, 'network-policy', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: names[component], labels: labelsOf(names, component) },
    spec: { podSelector: { matchLabels: selectorOf(names, component) }, ...spec },
  });
}
