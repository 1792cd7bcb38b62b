/** Who makes a request, and which plan that gives: what identity verification hands to the decisions. */
import type { GatewayModel, PlanModel } from './gateway-model';

/** A caller as a credential describes it. */
export interface Caller {
  /** Never empty. */
  readonly subject: string;
  readonly tenant?: string;
  /** Plan that an API key carries. */
  readonly keyPlan?: string;
  /** Plan that a token claims. */
  readonly claimedPlan?: string;
  /** Absent = none. */
  readonly scopes?: readonly string[];
  /** Values of the claims that some service requires, as text; absent = none. */
  readonly claims?: Readonly<Record<string, readonly string[]>>;
  /** Plan that a look-up in the store gave; `''` when it gave none, absent when nobody has looked. */
  readonly lookedUpPlan?: string;
}

/** `{ name: 'free', plan: {…}, unknown: 'gold' }` for a token that claims a plan "gold" that there is not. */
export interface PlanDecision {
  readonly name: string;
  readonly plan: PlanModel;
  /** A plan that was named and does not exist; the default plan counts instead. */
  readonly unknown?: string;
  /** Whether the store has still to be asked; the default plan stands here until then. */
  readonly pending?: true;
}

/**
 * The plan of a caller. The first that is named wins:
 * 1. the API key's, 2. the tenant's, 3. the token's claim, 4. what the store says, where it is asked, 5. the default plan.
 * A named plan that does not exist counts as the default plan.
 */
export function decidePlan(model: GatewayModel, caller: Caller): PlanDecision {
  const tenant = caller.tenant === undefined ? undefined : own(model.tenants, caller.tenant);
  const stated = caller.keyPlan ?? tenant?.plan ?? caller.claimedPlan;
  const named = stated ?? (caller.lookedUpPlan || model.defaultPlan);
  const plan = own(model.plans, named);
  if (plan !== undefined) {
    const pending =
      stated === undefined && caller.lookedUpPlan === undefined && model.planLookup !== undefined;
    return pending ? { name: named, plan, pending } : { name: named, plan };
  }
  const fallback = own(model.plans, model.defaultPlan);
  if (fallback === undefined) throw new RangeError(`the model has no plan "${model.defaultPlan}"`);
  return { name: model.defaultPlan, plan: fallback, unknown: named };
}

/** The entry of a map that was made from JSON: names such as `constructor` are not in it unless put there. */
export function own<T>(map: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
