/** TLS from Traefik to the router, as a ServersTransport for requests and as the `tls` of ForwardAuth for questions. */
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
 * Absent where Traefik speaks plain HTTP. Without bounds on the TLS version: Traefik v3.7.0 to v3.7.9 drop certificates and
 * authorities of a transport that has only the lower one.
 */
export function renderRouterTransport(scope: Construct, parts: TraefikParts): ApiObject | undefined {
  const { routerTls } = parts.traefik;
  if (routerTls === undefined) return undefined;
  return traefikObject(scope, parts.names, 'ServersTransport', 'router', {
    serverName: routerHost(parts),
    rootCAs: [{ secret: routerTls.clientSecretName }],
    certificatesSecrets: [routerTls.clientSecretName],
  });
}

/** How ForwardAuth reaches the router; its certificate is checked for the host of the address. */
export function authTls({ routerTls }: TraefikModel) {
  if (routerTls === undefined) return {};
  return { tls: { caSecret: routerTls.clientSecretName, certSecret: routerTls.clientSecretName } };
}
