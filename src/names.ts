/**
 * Names and labels of everything that a gateway puts into the cluster. They are part of what users rely on (NetworkPolicies,
 * dashboards, scripts), so a test pins them.
 */
import { createHash } from 'node:crypto';
import { Names } from 'cdk8s';
import type { Construct } from 'constructs';

/** Longest base name: leaves room for the longest suffix within the 63 characters of an RFC 1123 label. */
const BASE_NAME_MOST = 37;

/** Ports of the router's container. */
export const ROUTER_PORT = 8080;
/** Port of the router's Service. */
export const ROUTER_SERVICE_PORT = 80;
/** Port of the router's Service where Traefik speaks TLS to it. */
export const ROUTER_TLS_SERVICE_PORT = 443;
/** Port of the router's container, and of its Service, at which Traefik asks before it sends requests on by itself. */
export const DECISION_PORT = 8081;
/** Port of the router's container for probes and metrics. */
export const ADMIN_PORT = 9090;
/** Port of the Redis. */
export const REDIS_PORT = 6379;

/** Port of Kong's container for plain HTTP. */
export const KONG_PORT = 8000;
/** The one with TLS. */
export const KONG_TLS_PORT = 8443;
/** The one for probes. */
export const KONG_STATUS_PORT = 8100;

/** Part of a gateway that objects belong to. */
export type Component = 'router' | 'redis' | 'edge';

/** What the objects of one gateway are called. */
export interface GatewayNames {
  /** What all names begin with. */
  readonly base: string;
  /** Deployment, Service, ServiceAccount, autoscaler, disruption budget and NetworkPolicy of the router. */
  readonly router: string;
  /** StatefulSet, Service and NetworkPolicy of the Redis. */
  readonly redis: string;
  /** Deployment, Service, ServiceAccount and what keeps them available, of a Kong of the gateway's own. */
  readonly edge: string;
}

/**
 * The names of the gateway at a place in a chart.
 *
 * @param name what the user calls it; without, a label is made from the construct's path, with a hash of it
 */
export function gatewayNames(scope: Construct, name?: string): GatewayNames {
  const base = name ?? labelOf(scope);
  return { base, router: `${base}-router`, redis: `${base}-redis`, edge: `${base}-kong` };
}

/** What cdk8s leaves in a label can still be what a Service's name cannot have (RFC 1035: a letter first, no `_` or `.`). */
function labelOf(scope: Construct): string {
  const label = Names.toDnsLabel(scope, { maxLen: BASE_NAME_MOST }).replace(/[^a-z0-9-]/g, '-');
  return /^[a-z]/.test(label) ? label : `g${label.slice(1 - BASE_NAME_MOST)}`;
}

/** Ten hex digits for contents: the name of an immutable object changes with what is in it. */
export function contentHash(...contents: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content);
  return hash.digest('hex').slice(0, 10);
}

/** A UUID made of a text (RFC 9562, version 5, under a namespace of this package's own). */
export function uuidOf(text: string): string {
  const bytes = createHash('sha1').update(UUID_NAMESPACE).update(text).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

const UUID_NAMESPACE = Buffer.from('6a1f4c2e9d3b4f70a5c8e2b7d9130f46', 'hex');

/** Labels of a component's objects (Kubernetes docs, "Recommended Labels"). */
export function labelsOf(names: GatewayNames, component: Component): Record<string, string> {
  return { ...selectorOf(names, component), 'app.kubernetes.io/managed-by': 'cdk8s-agent-gateway' };
}

/** Labels that select a component's pods. */
export function selectorOf(names: GatewayNames, component: Component): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'agent-gateway',
    'app.kubernetes.io/instance': names.base,
    'app.kubernetes.io/component': component,
  };
}
