/**
 * `RateLimit-Policy` and `RateLimit` for an answer (draft-ietf-httpapi-ratelimit-headers-10): structured fields, one item
 * for each limit, named as in refusals.
 *
 *     RateLimit-Policy: "minute";q=60;w=60, "day";q=5000;w=86400, "concurrency";q=40;qu="concurrent-requests"
 *     RateLimit: "minute";r=59;t=60, "day";r=4999;t=41210
 */
import type { PlanModel } from '../../model/gateway-model';
import { CONCURRENCY, isTokenWindow, limitOf, WINDOW_KINDS } from '../../model/limits';
import type { TakeResult } from './store';

const policies = new WeakMap<PlanModel, string>();

/** Names and values in turn; nothing for a plan without limits. */
export function rateLimitHeaders(plan: PlanModel, result: TakeResult): readonly string[] {
  const policy = policyOf(plan);
  if (policy === '') return NONE;
  let state = '';
  for (const { name, remaining, resetSeconds } of result.windows) {
    state += `${state === '' ? '' : ', '}"${name}";r=${remaining};t=${resetSeconds}`;
  }
  return state === '' ? ['ratelimit-policy', policy] : ['ratelimit-policy', policy, 'ratelimit', state];
}

const NONE: readonly string[] = [];

function policyOf(plan: PlanModel): string {
  const known = policies.get(plan);
  if (known !== undefined) return known;
  const items = plan.windows.map(
    (window) =>
      `"${window.name}";q=${limitOf(window)};w=${WINDOW_KINDS[window.name].seconds}${isTokenWindow(window) ? ';qu="tokens"' : ''}`,
  );
  if (plan.concurrentRequests !== undefined) {
    items.push(`"${CONCURRENCY}";q=${plan.concurrentRequests};qu="concurrent-requests"`);
  }
  const policy = items.join(', ');
  policies.set(plan, policy);
  return policy;
}
