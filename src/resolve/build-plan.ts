/** A plan as it is written → its windows, and what holds while they cannot be counted. */
import { DEFAULTS } from '../model/defaults';
import type { PlanModel, RequestWindowModel, TokenWindowModel, WindowModel } from '../model/gateway-model';
import type { PlanProps } from '../props/plan-props';

/** Fills in what a plan leaves out. */
export function buildPlan(plan: PlanProps): PlanModel {
  const limitBy = plan.limitBy ?? DEFAULTS.plan.limitBy;
  return {
    windows: buildWindows(plan),
    ...(plan.concurrentRequests === undefined ? {} : { concurrentRequests: plan.concurrentRequests }),
    onStoreOutage: plan.onStoreOutage ?? DEFAULTS.plan.onStoreOutage,
    ...(limitBy === 'caller' ? {} : { limitBy }),
    ...(plan.models === undefined ? {} : { models: [...plan.models].sort() }),
    ...(plan.versions === undefined ? {} : { versions: [...plan.versions].sort() }),
  };
}

/** The windows of a plan, requests before tokens, short before long. */
function buildWindows(plan: PlanProps): readonly WindowModel[] {
  return [...requestWindows(plan), ...tokenWindows(plan)];
}

/** Those that count requests. */
export function requestWindows(plan: PlanProps): readonly RequestWindowModel[] {
  const limits = { minute: plan.requestsPerMinute, hour: plan.requestsPerHour, day: plan.requestsPerDay };
  return Object.entries(limits).flatMap(([name, requests]) =>
    requests === undefined ? [] : [{ name, requests } as RequestWindowModel],
  );
}

function tokenWindows(plan: PlanProps): readonly TokenWindowModel[] {
  const limits = { 'tokens-minute': plan.tokensPerMinute, 'tokens-day': plan.tokensPerDay };
  return Object.entries(limits).flatMap(([name, tokens]) =>
    tokens === undefined ? [] : [{ name, tokens } as TokenWindowModel],
  );
}
