/**
 * The last step of the pipeline: charges the caller's limits, once nothing else can refuse (contract L2, L3). Where nothing
 * but the store can say which plan a caller has, the store says it in the same breath (contract I8, L4), and what the plan
 * does not include is refused here (contract R7).
 */
import { createHash } from 'node:crypto';
import { type Caller, decidePlan } from '../model/caller';
import { type Admission, type BodyFacts, planRefusal, type Refusal } from '../model/decide';
import type { GatewayModel, PlanLookupModel, PlanModel } from '../model/gateway-model';
import type { VerifiedCaller } from './identity/verifier';
import type { PlanCandidate, PlanLookup, TakeRequest, TakeResult } from './limits/store';
import { type Refused, refused } from './refusal';

/** What limits depend on, of a request that all other steps have let through. */
export interface LimitedRequest {
  readonly caller: VerifiedCaller;
  readonly admission: Admission;
  readonly body: BodyFacts | undefined;
}

/** What the store is asked for a request. */
export function takeRequest(model: GatewayModel, request: LimitedRequest): TakeRequest {
  const { caller, admission } = request;
  const { planLookup } = model;
  if (planLookup === undefined) return { key: caller.limitKey, plan: admission.plan.plan };
  const slot = slotOf(caller);
  const key = `{${slot}}${caller.limitKey}`;
  const { name, plan, pending } = admission.plan;
  if (pending === undefined) return { key, plan };
  const candidate = (named: string, one: PlanModel): PlanCandidate => ({
    name: named,
    plan: one,
    key,
    allowed: planRefusal(one, admission, request.body) === undefined,
  });
  const others = Object.entries(model.plans).filter(([other]) => other !== name);
  return {
    key,
    plan,
    lookup: lookupOf(planLookup, slot, [
      candidate(name, plan),
      ...others.map(([other, one]) => candidate(other, one)),
    ]),
  };
}

/** The admission under the plan that a look-up has found, or what that plan does not include. */
export function admissionAfter(
  model: GatewayModel,
  { caller, admission, body }: LimitedRequest,
  { lookedUpPlan = '' }: TakeResult,
): { readonly admission: Admission; readonly refusal: Refusal | undefined } {
  if (admission.plan.pending === undefined) return { admission, refusal: undefined };
  const found: Caller = { ...caller, lookedUpPlan };
  const plan = decidePlan(model, found);
  return { admission: { ...admission, plan }, refusal: planRefusal(plan.plan, admission, body) };
}

function lookupOf({ keyPrefix }: PlanLookupModel, slot: string, plans: PlanLookup['plans']): PlanLookup {
  return { key: `${keyPrefix}{${slot}}`, plans };
}

const slots = new WeakMap<VerifiedCaller, string>();

/**
 * The subject's digest: what billing knows of a caller, and what counters and look-up share as their hash slot. Verified
 * callers live as long as their tokens are remembered.
 */
function slotOf(caller: VerifiedCaller): string {
  const known = slots.get(caller);
  if (known !== undefined) return known;
  const slot = createHash('sha256').update(caller.subject).digest('hex');
  slots.set(caller, slot);
  return slot;
}

/** The refusal of a result; `undefined` when the request is admitted. */
export function limitRefusal(result: TakeResult): Refused | undefined {
  const limit = result.refusedBy;
  // What a plan does not include is refused by the model's own words.
  if (limit === undefined || limit === 'plan') return undefined;
  const wait = result.retryAfterSeconds ?? 1;
  const headers = ['retry-after', String(wait)];
  if (limit === 'store') return refused('limits_unavailable', { headers });
  return refused('limit_exceeded', {
    headers,
    detail: limit === 'concurrency' ? 'too many requests at once' : `the ${limit} limit is reached`,
    members: { limit, retryAfterSeconds: wait },
  });
}
