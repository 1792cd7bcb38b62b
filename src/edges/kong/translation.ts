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
 * | timeouts              | those of the service, beyond the router's own                       |
 *
 * Kong's `request-size-limiting` is left out on purpose: it reads a chunked upload whole before it passes it on, and
 * answers `Expect: 100-continue` with 417. The router refuses a large body without either.
 */
import type { GatewayModel } from '../../model/gateway-model';
import { renderCorsPlugin } from './cors';
import { renderFloodGuardPlugin } from './flood-guard';
import type { KongService, RouterAddress } from './kong-config';
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
  router: RouterAddress,
): KongService {
  const patience = Object.values(gateway.services).map(({ timeouts }) =>
    Math.max(timeouts.firstByteSeconds, timeouts.idleSeconds),
  );
  return {
    name,
    ...router,
    connectTimeoutMilliseconds: milliseconds(CONNECT_SECONDS),
    idleTimeoutMilliseconds: milliseconds(Math.max(...patience) + LONGER_SECONDS),
    retries: 0,
    route: {
      name,
      hosts: gateway.hosts,
      basePath: gateway.basePath,
      protocols: front.tls === undefined ? ['http', 'https'] : ['https'],
      plugins: [
        renderRequestGuardPlugin(),
        renderRequestIdPlugin(),
        ...(gateway.cors === undefined ? [] : [renderCorsPlugin(gateway.cors)]),
        ...(front.floodGuard === undefined ? [] : [renderFloodGuardPlugin(front.floodGuard)]),
        renderAnswerHeadersPlugin(gateway),
      ],
    },
  };
}
