/**
 * Services that Traefik sends requests to by itself, in two layers (Traefik v3.6 `parentRefs`): the outer route asks the
 * router by ForwardAuth, which decides who calls, which version and which variant; the inner ones are chosen by the headers
 * that the router has answered with, and lead to the backends.
 */
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { TraefikDirectModel, TraefikTargetModel } from '../../model/deployment-model';
import { IDENTITY_HEADERS } from '../../model/headers';
import { contentHash, DECISION_PORT } from '../../names';
import { otherUpgradePattern, TAKEN_OVER, takenOverPattern } from './auth-headers';
import { PathChanges } from './path-changes';
import { authTls, IDLE_CONNECTIONS, routerHost } from './router-tls';
import {
  entryOf,
  FLUSH_AT_ONCE,
  type Front,
  hostRule,
  LEAST_PRIORITY,
  pathRule,
  renderIngressRoute,
} from './routes';
import { capitalised } from './security-headers';
import { renderTargetHeaders } from './target-headers';
import { type RouteSpec, traefikObject } from './traefik-objects';
import type { TraefikParts } from './traefik-parts';

/** A problem body of the router has some hundred bytes; Traefik reserves as many for each answer. */
const ANSWER_BYTES_MOST = 16_384;

/** The objects of every service that is `via: 'edge'`. */
export function renderDirectRoutes(scope: Construct, parts: TraefikParts, front: Front): void {
  const changes = new PathChanges(scope, parts.names);
  for (const direct of parts.traefik.direct ?? []) {
    const auth = renderAuth(scope, parts, direct.service);
    const outer = renderOuter(scope, parts, direct, { ...front, middlewares: [...front.middlewares, auth] });
    renderInner(scope, parts, direct, outer, changes);
  }
}

/** `preserveRequestMethod`: the router sees the client's method, and answers HEAD as Traefik expects it. */
function renderAuth(scope: Construct, parts: TraefikParts, service: string): ApiObject {
  const { names, traefik } = parts;
  const scheme = traefik.routerTls === undefined ? 'http' : 'https';
  return traefikObject(scope, names, 'Middleware', `auth-${service}`, {
    forwardAuth: {
      address: `${scheme}://${routerHost(parts)}:${DECISION_PORT}/${service}`,
      ...authTls(traefik),
      preserveRequestMethod: true,
      // What the router is told of the path must be what Traefik is going to do, whoever is in front of it.
      trustForwardHeader: false,
      authResponseHeaders: TAKEN_OVER.map(capitalised),
      authResponseHeadersRegex: takenOverPattern(),
      // In the CRDs since v3.6.9.
      ...(traefik.version === '3.6' ? {} : { maxResponseBodySize: ANSWER_BYTES_MOST }),
    },
  });
}

function renderOuter(
  scope: Construct,
  parts: TraefikParts,
  { service, path, targets }: TraefikDirectModel,
  front: Front,
): ApiObject {
  const { gateway } = parts;
  const prefixes = [gateway.basePath, ...versionsOf(targets).map((name) => `${gateway.basePath}/${name}`)];
  const paths = [...new Set(prefixes)].map((prefix) => pathRule(prefix + path)).join(' || ');
  const others = [
    `!HeaderRegexp(\`Upgrade\`, \`${otherUpgradePattern()}\`)`,
    // Public keys are the router's own answer.
    ...(path === '' ? [`!PathPrefix(\`${gateway.basePath}/.well-known/\`)`] : []),
  ];
  return renderIngressRoute(scope, parts, `direct-${service}`, {
    ...entryOf(parts, front),
    routes: [
      {
        kind: 'Rule',
        // What is left out goes through the router.
        match: [`(${hostRule(gateway)})`, `(${paths})`, ...others].join(' && '),
        // Before the route to the router, and a longer path before a shorter one.
        priority: LEAST_PRIORITY + gateway.basePath.length + 1 + path.length,
        middlewares: front.middlewares.map(({ name }) => ({ name })),
      },
    ],
  });
}

function renderInner(
  scope: Construct,
  parts: TraefikParts,
  direct: TraefikDirectModel,
  outer: ApiObject,
  changes: PathChanges,
): void {
  const { basePath } = parts.gateway;
  const routes = direct.targets.flatMap((target): RouteSpec[] => {
    const headers = renderTargetHeaders(scope, parts, direct, target);
    const transport = renderTransport(scope, parts, direct, target);
    const versioned = target.version === '' ? [] : [`${basePath}/${target.version}`];
    return [basePath, ...versioned].map((prefix) => ({
      kind: 'Rule',
      match: innerRule(prefix + direct.path, target),
      priority: LEAST_PRIORITY + prefix.length + direct.path.length,
      middlewares: [headers, ...changes.of(prefix, direct.path, target.backendPath)].map(({ name }) => ({
        name,
      })),
      services: [
        {
          name: target.name,
          ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
          port: target.port,
          passHostHeader: true,
          serversTransport: transport,
          responseForwarding: { flushInterval: FLUSH_AT_ONCE },
        },
      ],
    }));
  });
  renderIngressRoute(scope, parts, `targets-${direct.service}`, {
    parentRefs: [{ name: outer.name }],
    routes,
  });
}

/** By what the router has said, and by the path, so that the two agree. */
function innerRule(path: string, { version, variant }: TraefikTargetModel): string {
  const said = [
    ...(version === '' ? [] : [headerRule(IDENTITY_HEADERS.version, version)]),
    ...(variant === undefined ? [] : [headerRule(IDENTITY_HEADERS.variant, variant)]),
  ];
  return [...said, `(${pathRule(path)})`].join(' && ');
}

function headerRule(name: string, value: string): string {
  return `Header(\`${capitalised(name)}\`, \`${value}\`)`;
}

function versionsOf(targets: readonly TraefikTargetModel[]): string[] {
  return [...new Set(targets.map(({ version }) => version))].filter((version) => version !== '');
}

/** One for each namespace of the service's backends, where Traefik looks for it. @returns its name */
function renderTransport(
  scope: Construct,
  { names }: TraefikParts,
  { service, connectSeconds, firstByteSeconds }: TraefikDirectModel,
  { namespace }: TraefikTargetModel,
): string {
  const part = namespace === undefined ? service : `${service}-${contentHash(namespace)}`;
  const id = `serverstransport-direct-${part}`;
  const known = scope.node.tryFindChild(id) as ApiObject | undefined;
  const made = () =>
    traefikObject(
      scope,
      names,
      'ServersTransport',
      `direct-${part}`,
      {
        maxIdleConnsPerHost: IDLE_CONNECTIONS,
        forwardingTimeouts: {
          dialTimeout: milliseconds(connectSeconds),
          responseHeaderTimeout: milliseconds(firstByteSeconds),
        },
      },
      namespace === undefined ? {} : { namespace },
    );
  return (known ?? made()).name;
}

/** With a unit: a bare number would be seconds, and parts of one are not taken. */
function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1_000)}ms`;
}
