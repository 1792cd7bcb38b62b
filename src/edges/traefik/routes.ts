/** From host and base path to the router, and from plain HTTP to HTTPS. */
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { GatewayModel } from '../../model/gateway-model';
import { renderTls } from './tls';
import { traefikObject } from './traefik-objects';
import type { TraefikParts } from './traefik-parts';

/**
 * A gateway at a longer base path comes before one at a shorter, on the same host. Above the default priority of rules
 * (their length), so that a catch-all of somebody else does not win.
 */
const LEAST_PRIORITY = 1_000;

/**
 * Negative: each write of the router goes out at once, whatever the answer's type and length (Traefik v3.7
 * `responseForwarding.flushInterval`; a number without a unit would be seconds).
 */
const FLUSH_AT_ONCE = '-1ms';

/** @param middlewares in the order in which they run */
export function renderRoute(
  scope: Construct,
  { names, gateway, traefik }: TraefikParts,
  middlewares: readonly ApiObject[],
  tlsOption: ApiObject | undefined,
): ApiObject {
  const router = { name: names.router, port: 80, passHostHeader: true };
  return traefikObject(scope, names, 'IngressRoute', '', {
    entryPoints: [traefik.tls === undefined ? traefik.httpEntryPoint : traefik.httpsEntryPoint],
    routes: [
      {
        kind: 'Rule',
        match: matchRule(gateway),
        priority: LEAST_PRIORITY + gateway.basePath.length,
        middlewares: middlewares.map(({ name }) => ({ name })),
        services: [{ ...router, responseForwarding: { flushInterval: FLUSH_AT_ONCE } }],
      },
    ],
    ...(traefik.tls === undefined ? {} : { tls: renderTls(traefik.tls, gateway.hosts, tlsOption) }),
  });
}

/** A route on the plain entry point that sends clients to HTTPS. */
export function renderRedirect(scope: Construct, { names, gateway, traefik }: TraefikParts): ApiObject {
  const redirect = traefikObject(scope, names, 'Middleware', 'https-redirect', {
    redirectScheme: { scheme: 'https', permanent: true },
  });
  return traefikObject(scope, names, 'IngressRoute', 'https-redirect', {
    entryPoints: [traefik.httpEntryPoint],
    routes: [
      {
        kind: 'Rule',
        match: matchRule(gateway),
        priority: LEAST_PRIORITY + gateway.basePath.length,
        middlewares: [{ name: redirect.name }],
        // Never reached; a route without a service would not be served.
        services: [{ kind: 'TraefikService', name: 'noop@internal' }],
      },
    ],
  });
}

/** Whole segments: `PathPrefix` alone would take `/apix` for `/api` (Traefik v3.7, a plain prefix of the text). */
function matchRule({ hosts, basePath }: GatewayModel): string {
  const host = hosts.map((name) => `Host(\`${name}\`)`).join(' || ');
  if (basePath === '') return host;
  return `(${host}) && (Path(\`${basePath}\`) || PathPrefix(\`${basePath}/\`))`;
}
