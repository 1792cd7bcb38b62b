/**
 * The last step of the pipeline: charges the caller's limits, once nothing else can refuse (contract L2, L3). Where nothing
 * but the store can say which plan a caller has, the store says it in the same breath (contract I8, L4), and what the plan
 * does not include is refused here (contract R7).
 */
import { createHash } from 'node:crypto';
import { type Caller, decidePlan, type PlanDecision } from '../model/caller';
import { type Admission, type BodyFacts, planRefusal, type Refusal } from '../model/decide';
import type { GatewayModel, PlanModel } from '../model/gateway-model';
import { limitsTokens } from '../model/limits';
import type { VerifiedCaller } from './identity/verifier';
import type { LimitStore, PlanCandidate, TakeRequest, TakeResult } from './limits/store';
import { type Refused, refused } from './refusal';
import { type TokenCount, TokenMeter } from './usage/token-meter';

/** What limits depend on, of a request that all other steps have let through. */
export interface LimitedRequest {
  readonly caller: VerifiedCaller;
  readonly admission: Admission;
  /** Name of the service. */
  readonly service: string;
  readonly body: BodyFacts | undefined;
}

/** What the store is asked for a request. */
export function takeRequest(model: GatewayModel, request: LimitedRequest): TakeRequest {
  const { admission, caller, body } = request;
  const { name, plan, pending } = admission.plan;
  const key = countedKey(model, request, admission.plan);
  if (pending === undefined || model.planLookup === undefined) return { key, plan };
  const candidate = (named: string, one: PlanModel): PlanCandidate => ({
    name: named,
    plan: one,
    key: countedKey(model, request, { name: named, plan: one }),
    allowed: planRefusal(one, admission, body) === undefined,
  });
  const others = Object.entries(model.plans).filter(([other]) => other !== name);
  const plans = others.map(([other, one]) => candidate(other, one));
  return {
    key,
    plan,
    lookup: {
      key: `${model.planLookup.keyPrefix}{${slotOf(caller)}}`,
      plans: [candidate(name, plan), ...plans],
    },
  };
}

/**
 * Counts the tokens of an answer and charges them, where a plan limits them (contract L6).
 *
 * @param decided the plan that the request has, which a look-up may have found
 */
export function meterOf(
  model: GatewayModel,
  store: LimitStore,
  request: LimitedRequest,
  decided: PlanDecision,
  told: (count: TokenCount) => void,
): TokenMeter | undefined {
  const { plan } = decided;
  if (!limitsTokens(plan)) return undefined;
  const key = countedKey(model, request, decided);
  return new TokenMeter((count) => {
    store.charge({ key, plan, tokens: count.tokens });
    told(count);
  });
}

/** Who is counted: the caller, unless the plan says otherwise. Where there are look-ups, counters are in their slot. */
function countedKey(
  { planLookup }: GatewayModel,
  { caller, service }: LimitedRequest,
  { name, plan }: Pick<PlanDecision, 'name' | 'plan'>,
): string {
  if (plan.limitBy === 'service') return `service.${name}.${service}`;
  if (plan.limitBy === 'tenant' && caller.tenant !== undefined) return `tenant.${digestOf(caller.tenant)}`;
  return planLookup === undefined ? caller.limitKey : `{${slotOf(caller)}}${caller.limitKey}`;
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

const slots = new WeakMap<VerifiedCaller, string>();

/**
 * The subject's digest: what billing knows of a caller, and what counters and look-up share as their hash slot. Verified
 * callers live as long as their tokens are remembered.
 */
function slotOf(caller: VerifiedCaller): string {
  const known = slots.get(caller);
  if (known !== undefined) return known;
  const slot = digestOf(caller.subject);
  slots.set(caller, slot);
  return slot;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
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
