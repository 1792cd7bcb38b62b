/** Traefik's connections to the router: a ServersTransport for requests, and with TLS the `tls` of ForwardAuth for questions. */
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { TraefikModel } from '../../model/deployment-model';
import type { Problem } from '../../model/problem';
import { traefikObject } from './traefik-objects';
import type { TraefikParts } from './traefik-parts';

/** The problem of a gateway whose router Traefik, in another namespace, could not name. */
export function namespaceProblem(
  { direct, routerTls }: TraefikModel,
  namespace: string | undefined,
): Problem | undefined {
  if (namespace !== undefined || (direct === undefined && routerTls === undefined)) return undefined;
  return {
    code: 'AGW_NAMESPACE',
    path: 'edge.traefik',
    got: `a chart without a namespace, and ${direct === undefined ? 'routerTls' : "services with via: 'edge'"}`,
    expected: 'a chart with a namespace, as Traefik reaches the router by its whole name',
    fix: "give the chart its namespace: new Chart(app, 'agents', { namespace: 'agents' })",
  };
}

/** The router's name in the cluster, which is also in its certificate. */
export function routerHost({ names, namespace }: TraefikParts): string {
  return `${names.router}.${namespace}.svc`;
}

/**
 * A pod that has gone answers nobody: a request waits so long for it before it is sent to another one. Thirty seconds by
 * Traefik's own default.
 */
const CONNECT_MILLISECONDS = 2_000;
/** As Traefik has it where no transport is named; one that says nothing keeps two (Go's `http.Transport`). */
export const IDLE_CONNECTIONS = 200;

/**
 * How Traefik connects to the router. Without bounds on the TLS version: Traefik v3.7.0 to v3.7.9 drop certificates and
 * authorities of a transport that has only the lower one.
 */
export function renderRouterTransport(scope: Construct, parts: TraefikParts): ApiObject {
  const { routerTls } = parts.traefik;
  return traefikObject(scope, parts.names, 'ServersTransport', 'router', {
    ...(routerTls === undefined
      ? {}
      : {
          serverName: routerHost(parts),
          rootCAs: [{ secret: routerTls.clientSecretName }],
          certificatesSecrets: [routerTls.clientSecretName],
        }),
    maxIdleConnsPerHost: IDLE_CONNECTIONS,
    forwardingTimeouts: { dialTimeout: `${CONNECT_MILLISECONDS}ms` },
  });
}

/** How ForwardAuth reaches the router; its certificate is checked for the host of the address. */
export function authTls({ routerTls }: TraefikModel) {
  if (routerTls === undefined) return {};
  return { tls: { caSecret: routerTls.clientSecretName, certSecret: routerTls.clientSecretName } };
}
