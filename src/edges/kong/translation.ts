/**
 * What Kong is to do for a gateway, in Kong's own terms but in neither of its written forms: `kong-yml.ts` writes it as
 * a file, `edge.ts` as objects for Kong's ingress controller. Everything below the base path goes to the router, which
 * answers all of it.
 *
 * | our word              | Kong's                                                              |
 * |-----------------------|---------------------------------------------------------------------|
 * | host, base path       | hosts and path of a route                                           |
 * | CORS                  | plugin `cors`                                                       |
 * | security headers      | plugin `response-transformer`                                       |
 * | flood guard           | plugin `rate-limiting` by address                                   |
 * | request id            | plugin `correlation-id`                                             |
 * | what clients may claim | plugin `pre-function`, before all others                           |
 * | tenant with `edgeCredentials` | consumer with `keyauth_credentials` or `jwt_secrets`         |
 * | plan                  | plugin `rate-limiting` of a consumer, in Redis                      |
 * | versions of a plan    | plugin `acl` of a route, `acls` of a consumer                       |
 * | what backends learn, and no router checks | plugin `post-function`, after all others        |
 * | timeouts              | those of the service, beyond the router's own                       |
 *
 * Kong's `request-size-limiting` is left out on purpose: it reads a chunked upload whole before it passes it on, and
 * answers `Expect: 100-continue` with 417. The router refuses a large body without either.
 */

import type { KongDirectModel, KongDirectRouteModel } from '../../model/deployment-model';
import type { GatewayModel } from '../../model/gateway-model';
import { renderBeforeBackendPlugin } from './before-backend';
import {
  renderBodyLimitPlugin,
  renderCredentialPlugin,
  renderPlansPlugin,
  translateConsumer,
} from './consumers';
import { renderCorsPlugin } from './cors';
import { renderFloodGuardPlugin } from './flood-guard';
import type { KongConfig, KongPlaces, KongPlugin, KongService } from './kong-config';
import type { KongFrontModel } from './kong-parts';
import { renderRequestGuardPlugin } from './request-guard';
import { renderRequestIdPlugin } from './request-id';
import { renderAnswerHeadersPlugin } from './security-headers';
import { milliseconds } from './units';

/** Time for a connection to the router, which is near. Unit: seconds. */
const CONNECT_SECONDS = 5;
/** How much longer Kong waits than the router, so that the router's answer about it is the one that clients get. */
const LONGER_SECONDS = 30;

/**
 * Translates a gateway.
 *
 * @param name of service and route, unique in a Kong that serves others too
 */
export function translate(
  name: string,
  gateway: GatewayModel,
  front: KongFrontModel,
  places: KongPlaces,
): KongConfig {
  const router: KongService = {
    name,
    ...places.router,
    connectTimeoutMilliseconds: milliseconds(CONNECT_SECONDS),
    idleTimeoutMilliseconds: milliseconds(longestPatience(gateway) + LONGER_SECONDS),
    retries: 0,
    route: {
      name,
      hosts: gateway.hosts,
      basePath: gateway.basePath,
      stripPath: false,
      preserveHost: true,
      protocols: protocolsOf(front),
      plugins: [...pluginsBefore(gateway), ...pluginsAfter(gateway, front)],
    },
  };
  const { direct } = front;
  if (direct === undefined) return { router, direct: [], consumers: [] };
  return {
    router,
    direct: direct.routes.map((route) => translateDirect(name, gateway, front, { direct, route, places })),
    consumers: direct.consumers.map((consumer, i) => translateConsumer(name, consumer, i, direct, places)),
  };
}

interface DirectParts {
  readonly direct: KongDirectModel;
  readonly route: KongDirectRouteModel;
  readonly places: KongPlaces;
}

/** A service that Kong decides about: the same plugins, and between them who calls and how much may be sent. */
function translateDirect(
  gatewayName: string,
  gateway: GatewayModel,
  front: KongFrontModel,
  { direct, route: model, places }: DirectParts,
): KongService {
  const name = `${gatewayName}.${model.name}`;
  const cut = model.path !== model.backendPath;
  const plans = renderPlansPlugin(model);
  const idleTimeoutMilliseconds = milliseconds(model.idleSeconds);
  return {
    name,
    host: model.host,
    port: model.port,
    ...(cut && model.backendPath !== '' ? { path: model.backendPath } : {}),
    connectTimeoutMilliseconds: milliseconds(model.connectSeconds),
    idleTimeoutMilliseconds,
    retries: 0,
    route: {
      name,
      hosts: gateway.hosts,
      basePath: model.path,
      stripPath: cut,
      preserveHost: false,
      // Before the router's route, and a longer path before a shorter one.
      regexPriority: model.path.length + 1,
      protocols: protocolsOf(front),
      plugins: [
        ...pluginsBefore(gateway),
        renderCredentialPlugin(direct),
        renderBodyLimitPlugin(model),
        ...(plans === undefined ? [] : [plans]),
        ...pluginsAfter(gateway, front),
        renderBeforeBackendPlugin(direct, model.version, places.usernameOf),
      ],
    },
  };
}

function protocolsOf(front: KongFrontModel): readonly ('http' | 'https')[] {
  return front.tls === undefined ? ['http', 'https'] : ['https'];
}

function pluginsBefore({ cors }: GatewayModel): KongPlugin[] {
  const plugins = [renderRequestGuardPlugin(), renderRequestIdPlugin()];
  return cors === undefined ? plugins : [...plugins, renderCorsPlugin(cors)];
}

function pluginsAfter(gateway: GatewayModel, { floodGuard }: KongFrontModel): KongPlugin[] {
  const answers = renderAnswerHeadersPlugin(gateway);
  return floodGuard === undefined ? [answers] : [renderFloodGuardPlugin(floodGuard), answers];
}

/** Of the router, for any service's backend; some, where it has none. Unit: seconds. */
function longestPatience({ services }: GatewayModel): number {
  const waits = Object.values(services).flatMap(({ timeouts }) => [
    timeouts.firstByteSeconds,
    timeouts.idleSeconds,
  ]);
  return Math.max(CONNECT_SECONDS, ...waits);
}
