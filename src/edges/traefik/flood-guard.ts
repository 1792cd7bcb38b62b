/**
 * The flood guard as a `rateLimit` middleware. Never a plan: Traefik forgets an address after two seconds without traffic
 * and begins with a full burst again, so what it admits in a minute can be many times its rate.
 */
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { FloodGuardModel } from '../../model/deployment-model';
import type { GatewayNames } from '../../names';
import { traefikObject } from './traefik-objects';

/** The middleware that refuses what one address sends beyond the guard. */
export function renderFloodGuard(scope: Construct, names: GatewayNames, guard: FloodGuardModel): ApiObject {
  const { forwardedForDepth: depth, trustedProxies: excludedIPs } = guard;
  const ipStrategy = excludedIPs === undefined ? { depth } : { excludedIPs };
  return traefikObject(scope, names, 'Middleware', 'flood-guard', {
    rateLimit: {
      average: guard.requestsPerSecond,
      period: '1s',
      burst: guard.burst,
      ...(depth === 0 && excludedIPs === undefined ? {} : { sourceCriterion: { ipStrategy } }),
    },
  });
}
