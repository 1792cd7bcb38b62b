/** From host and base path to the router, and from plain HTTP to HTTPS. */
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { GatewayModel } from '../../model/gateway-model';
import { ROUTER_SERVICE_PORT, ROUTER_TLS_SERVICE_PORT } from '../../names';
import { renderRouterTransport } from './router-tls';
import { renderTls } from './tls';
import { type IngressRouteSpec, type ServiceSpec, traefikObject } from './traefik-objects';
import type { TraefikParts } from './traefik-parts';

/**
 * A gateway at a longer base path comes before one at a shorter, on the same host. Above the default priority of rules
 * (their length), so that a catch-all of somebody else does not win.
 */
export const LEAST_PRIORITY = 1_000;

/**
 * Negative: each write of the router goes out at once, whatever the answer's type and length (Traefik v3.7
 * `responseForwarding.flushInterval`; a number without a unit would be seconds).
 */
export const FLUSH_AT_ONCE = '-1ms';

/** What every route from outside needs besides its rule. */
export interface Front {
  /** In the order in which they run. */
  readonly middlewares: readonly ApiObject[];
  readonly tlsOption: ApiObject | undefined;
}

/** The route of everything that has none of its own. */
export function renderRoute(scope: Construct, parts: TraefikParts, front: Front): ApiObject {
  const { gateway } = parts;
  return renderIngressRoute(scope, parts, '', {
    ...entryOf(parts, front),
    routes: [
      {
        kind: 'Rule',
        match: matchRule(gateway),
        priority: LEAST_PRIORITY + gateway.basePath.length,
        middlewares: [...front.middlewares, renderRetry(scope, parts)].map(({ name }) => ({ name })),
        services: [routerService(scope, parts)],
      },
    ],
  });
}

/** One router, and two others when it and the next cannot be reached. */
const ATTEMPTS = 3;

/**
 * A router that has gone is known to Traefik for some moments more. What could not be sent there at all goes to the next
 * one; what was sent never goes twice (Traefik v3.6 and v3.7 `retry` without statuses, read in its source).
 */
function renderRetry(scope: Construct, { names }: TraefikParts): ApiObject {
  return traefikObject(scope, names, 'Middleware', 'retry', { retry: { attempts: ATTEMPTS } });
}

/** A route on the plain entry point that sends clients to HTTPS. */
export function renderRedirect(scope: Construct, parts: TraefikParts): ApiObject {
  const { names, gateway, traefik } = parts;
  const redirect = traefikObject(scope, names, 'Middleware', 'https-redirect', {
    redirectScheme: { scheme: 'https', permanent: true },
  });
  return renderIngressRoute(scope, parts, 'https-redirect', {
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

/** An IngressRoute of the class that Traefik looks for: by a field since v3.7.0, by an annotation before. */
export function renderIngressRoute(
  scope: Construct,
  { names, traefik: { ingressClass, version } }: TraefikParts,
  part: string,
  spec: IngressRouteSpec,
): ApiObject {
  if (ingressClass === undefined) return traefikObject(scope, names, 'IngressRoute', part, spec);
  if (version === '3.6') {
    const annotations = { 'kubernetes.io/ingress.class': ingressClass };
    return traefikObject(scope, names, 'IngressRoute', part, spec, { annotations });
  }
  return traefikObject(scope, names, 'IngressRoute', part, { ingressClassName: ingressClass, ...spec });
}

/** Where clients come in, and with which certificate. */
export function entryOf({ gateway, traefik }: TraefikParts, { tlsOption }: Front) {
  const { tls, httpEntryPoint, httpsEntryPoint } = traefik;
  if (tls === undefined) return { entryPoints: [httpEntryPoint] };
  return { entryPoints: [httpsEntryPoint], tls: renderTls(tls, gateway.hosts, tlsOption) };
}

/** The rule of one of several hosts. */
export function hostRule({ hosts }: GatewayModel): string {
  return hosts.map((name) => `Host(\`${name}\`)`).join(' || ');
}

/** Whole segments: `PathPrefix` alone would take `/apix` for `/api` (Traefik v3.7, a plain prefix of the text). */
export function pathRule(path: string): string {
  return path === '' ? 'PathPrefix(`/`)' : `Path(\`${path}\`) || PathPrefix(\`${path}/\`)`;
}

function matchRule(gateway: GatewayModel): string {
  const { basePath } = gateway;
  return basePath === '' ? hostRule(gateway) : `(${hostRule(gateway)}) && (${pathRule(basePath)})`;
}

function routerService(scope: Construct, parts: TraefikParts): ServiceSpec {
  const tls = parts.traefik.routerTls !== undefined;
  return {
    name: parts.names.router,
    port: tls ? ROUTER_TLS_SERVICE_PORT : ROUTER_SERVICE_PORT,
    ...(tls ? { scheme: 'https' } : {}),
    serversTransport: renderRouterTransport(scope, parts).name,
    passHostHeader: true,
    responseForwarding: { flushInterval: FLUSH_AT_ONCE },
  };
}
