/** A plan as it is written → its windows, and what holds while they cannot be counted. */
import { DEFAULTS } from '../model/defaults';
import type { PlanModel, WindowModel } from '../model/gateway-model';
import type { PlanProps } from '../props/plan-props';

/** Fills in what a plan leaves out. */
export function buildPlan(plan: PlanProps): PlanModel {
  const limits = { minute: plan.requestsPerMinute, hour: plan.requestsPerHour, day: plan.requestsPerDay };
  const windows = Object.entries(limits).flatMap(([name, requests]) =>
    requests === undefined ? [] : [{ name, requests } as WindowModel],
  );
  return {
    windows,
    ...(plan.concurrentRequests === undefined ? {} : { concurrentRequests: plan.concurrentRequests }),
    onStoreOutage: plan.onStoreOutage ?? DEFAULTS.plan.onStoreOutage,
    ...(plan.models === undefined ? {} : { models: [...plan.models].sort() }),
    ...(plan.versions === undefined ? {} : { versions: [...plan.versions].sort() }),
  };
}
