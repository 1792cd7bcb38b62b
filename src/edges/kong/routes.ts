/** From hosts and base path to the router, as an Ingress or, where the user names a Gateway, an HTTPRoute. */
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { KongControllerModel } from '../../model/deployment-model';
import { ROUTER_SERVICE_PORT } from '../../names';
import { HTTPS_REDIRECT_STATUS, type KongRoute, type KongService } from './kong-config';
import { entryObject } from './kong-objects';
import type { KongParts } from './kong-parts';

/** @param plugins names of the KongPlugins on the route */
export function renderEntry(
  scope: Construct,
  { names, controller }: KongParts,
  { route }: KongService,
  plugins: readonly string[],
): ApiObject {
  const annotations = routeAnnotations(route, plugins);
  const { gateway } = controller;
  if (gateway === undefined) {
    return entryObject(scope, names, 'Ingress', annotations, ingressSpec(names.router, controller, route));
  }
  return entryObject(scope, names, 'HTTPRoute', annotations, {
    parentRefs: [gateway],
    hostnames: route.hosts,
    rules: [
      {
        matches: [{ path: { type: 'PathPrefix', value: prefix(route) } }],
        backendRefs: [{ name: names.router, port: ROUTER_SERVICE_PORT }],
      },
    ],
  });
}

/** Annotations of the controller are texts; what it would assume by itself is said all the same. */
function routeAnnotations(route: KongRoute, plugins: readonly string[]): Record<string, string> {
  return {
    'konghq.com/plugins': plugins.join(','),
    'konghq.com/protocols': route.protocols.join(','),
    ...(route.protocols.includes('http')
      ? {}
      : { 'konghq.com/https-redirect-status-code': String(HTTPS_REDIRECT_STATUS) }),
    'konghq.com/strip-path': String(route.stripPath),
    'konghq.com/preserve-host': String(route.preserveHost),
    'konghq.com/request-buffering': 'false',
    'konghq.com/response-buffering': 'false',
  };
}

/** What the controller reads at the router's Service: Kong's service is made from it. */
export function serviceAnnotations(service: KongService): Record<string, string> {
  return {
    'konghq.com/connect-timeout': String(service.connectTimeoutMilliseconds),
    'konghq.com/read-timeout': String(service.idleTimeoutMilliseconds),
    'konghq.com/write-timeout': String(service.idleTimeoutMilliseconds),
    'konghq.com/retries': String(service.retries),
  };
}

/** `Prefix` is on whole segments, and the controller keeps it so with two paths of Kong's. */
function ingressSpec(router: string, { ingressClass, tls }: KongControllerModel, route: KongRoute) {
  return {
    ingressClassName: ingressClass,
    ...(tls?.secretName === undefined ? {} : { tls: [{ hosts: route.hosts, secretName: tls.secretName }] }),
    rules: route.hosts.map((host) => ({
      host,
      http: {
        paths: [
          {
            path: prefix(route),
            pathType: 'Prefix' as const,
            backend: { service: { name: router, port: { number: ROUTER_SERVICE_PORT } } },
          },
        ],
      },
    })),
  };
}

function prefix({ basePath }: KongRoute): string {
  return basePath === '' ? '/' : basePath;
}
