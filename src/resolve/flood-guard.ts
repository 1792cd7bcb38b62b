/** How wide the guard against floods is, whichever edge keeps it. */
import { DEFAULTS } from '../model/defaults';
import type { KongFloodGuardModel } from '../model/deployment-model';
import type { AgentGatewayProps } from '../props/gateway-props';
import type { LooseProps } from './check-helpers';
import type { Place } from './problems';

/** Requests that pass at once, for each that passes over time. */
const BURST = 2;

/** The guard's size, as it is given or wide enough for the largest plan. */
export function buildFloodGuard(props: AgentGatewayProps, given: number | undefined): KongFloodGuardModel {
  const requestsPerSecond = given ?? defaultFloodGuard(props);
  // Traefik forgets an address after two seconds: a burst above twice the rate would never be used up.
  return { requestsPerSecond, burst: requestsPerSecond * BURST };
}

/** Wide enough that a caller within the largest plan can spend a minute's requests at once. */
function defaultFloodGuard(props: AgentGatewayProps): number {
  const { leastRequestsPerSecond, unlimitedRequestsPerSecond } = DEFAULTS.floodGuard;
  const plans = Object.values(props.plans).map(
    (plan) => plan.requestsPerMinute ?? unlimitedRequestsPerSecond,
  );
  return Math.max(leastRequestsPerSecond, ...plans);
}

/** Reports a guard that would refuse callers who are within their plan. */
export function checkFloodGuard(
  props: LooseProps,
  guard: { readonly requestsPerSecond?: number } | false | undefined,
  at: Place,
): void {
  const given = typeof guard === 'object' ? guard.requestsPerSecond : undefined;
  if (given === undefined) return;
  for (const [name, plan] of Object.entries(props.plans ?? {})) {
    const needed = plan?.requestsPerMinute ?? 0;
    if (needed <= given * BURST) continue;
    at.key('floodGuard')
      .key('requestsPerSecond')
      .report(
        'AGW_FLOOD_GUARD_BELOW_PLAN',
        given,
        `at least ${Math.ceil(needed / BURST)}, so that a caller of plan "${name}" can spend a minute's requests at once`,
        'raise it, or leave floodGuard out',
      );
  }
}
