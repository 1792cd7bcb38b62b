/** From hosts and a path to a Service, as an Ingress or, where the user names a Gateway, an HTTPRoute. */
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { KongControllerModel } from '../../model/deployment-model';
import { HTTPS_REDIRECT_STATUS, type KongRoute, type KongService, kongPath } from './kong-config';
import { entryObject, type IngressPath } from './kong-objects';
import type { KongParts } from './kong-parts';

/** A Service of the gateway's namespace. */
export interface ServicePortName {
  readonly name: string;
  readonly port: number;
}

/**
 * @param backend what the requests go to
 * @param plugins names of the KongPlugins on the route
 */
export function renderEntry(
  scope: Construct,
  { names, controller }: KongParts,
  { route }: KongService,
  backend: ServicePortName,
  plugins: readonly string[],
): ApiObject {
  const annotations = routeAnnotations(route, plugins);
  const { gateway } = controller;
  if (gateway === undefined) {
    const spec = ingressSpec(backend, controller, route);
    return entryObject(scope, names, 'Ingress', route.name, annotations, spec);
  }
  return entryObject(scope, names, 'HTTPRoute', route.name, annotations, {
    parentRefs: [gateway],
    hostnames: route.hosts,
    rules: [{ matches: [{ path: { type: 'PathPrefix', value: prefix(route) } }], backendRefs: [backend] }],
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
    ...(route.regexPriority === undefined
      ? {}
      : { 'konghq.com/regex-priority': String(route.regexPriority) }),
    'konghq.com/strip-path': String(route.stripPath),
    'konghq.com/preserve-host': String(route.preserveHost),
    'konghq.com/request-buffering': 'false',
    'konghq.com/response-buffering': 'false',
  };
}

/** What the controller reads at a Service: Kong's service is made from it. */
export function serviceAnnotations(service: KongService): Record<string, string> {
  return {
    'konghq.com/connect-timeout': String(service.connectTimeoutMilliseconds),
    'konghq.com/read-timeout': String(service.idleTimeoutMilliseconds),
    'konghq.com/write-timeout': String(service.idleTimeoutMilliseconds),
    'konghq.com/retries': String(service.retries),
    ...(service.path === undefined ? {} : { 'konghq.com/path': service.path }),
  };
}

function ingressSpec(
  { name, port }: ServicePortName,
  { ingressClass, tls }: KongControllerModel,
  route: KongRoute,
) {
  return {
    ingressClassName: ingressClass,
    ...(tls?.secretName === undefined ? {} : { tls: [{ hosts: route.hosts, secretName: tls.secretName }] }),
    rules: route.hosts.map((host) => ({
      host,
      http: {
        paths: [{ ...ingressPath(route), backend: { service: { name, port: { number: port } } } }],
      },
    })),
  };
}

/**
 * `Prefix` is on whole segments, and enough for the router, which looks again. The controller takes a dot in it for any
 * character (3.5), so what nobody looks at again is the expression of the file, behind the controller's sign for one.
 */
function ingressPath(route: KongRoute): Pick<IngressPath, 'path' | 'pathType'> {
  if (route.regexPriority === undefined) return { path: prefix(route), pathType: 'Prefix' };
  return { path: `/${kongPath(route)}`, pathType: 'ImplementationSpecific' };
}

function prefix({ basePath }: KongRoute): string {
  return basePath === '' ? '/' : basePath;
}
