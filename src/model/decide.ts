/**
 * The decisions about one request after its path is matched and its caller verified, in the order of the contract.
 * The router calls them as it learns more of the request; `explain` calls them in one go.
 */
import { type Caller, decidePlan, own, type PlanDecision } from './caller';
import type { BackendModel, GatewayModel, PlanModel, RequirementsModel } from './gateway-model';
import { matchesModel } from './model-pattern';
import type { RouteMatch } from './route';
import { backendOf, backendPath, decideBackend, decideTarget, type TargetDecision } from './target';
import { decideVersion, isSunset, splitKey, type VersionDecision } from './version';

/** A path that named a service. */
export type MatchedRoute = Extract<RouteMatch, { kind: 'route' }>;

/** A request that goes on to limits and backend. */
export interface Admission extends TargetDecision {
  readonly kind: 'admitted';
  readonly version: VersionDecision;
  readonly plan: PlanDecision;
}

/** Why a verified caller does not get through. */
export type Refusal =
  | {
      readonly kind: 'refused';
      readonly code: 'route_not_found' | 'caller_not_allowed' | 'version_not_allowed' | 'model_not_allowed';
    }
  | { readonly kind: 'refused'; readonly code: 'insufficient_scope'; readonly scopes: readonly string[] }
  | { readonly kind: 'refused'; readonly code: 'version_sunset'; readonly version: string };

/** What a body says that matters here. */
export interface BodyFacts {
  /** The top-level `model`, if there is one and it is a string. */
  readonly model?: string;
}

/** `{ kind: 'backend', id: 'openai-agent:8000', backend: {…}, path: '/agents/chat' }` */
export interface BackendDecision {
  readonly kind: 'backend';
  readonly id: string;
  readonly backend: BackendModel;
  /** Path that the backend sees, without query. */
  readonly path: string;
  /** Where the request goes on to when this one fails it, in this order; absent = nowhere. */
  readonly fallbacks?: readonly BackendDecision[];
}

/**
 * Version, target and plan of a request.
 * 1. A version that does not have the service: `route_not_found`.
 * 2. A credential without a scope or claim that the service requires: `insufficient_scope`, `caller_not_allowed`.
 * 3. A version after its sunset: `version_sunset`.
 * 4. A version that the plan does not list: `version_not_allowed`; of a plan that is pending, `planRefusal` says it later.
 */
export function admit(
  model: GatewayModel,
  route: MatchedRoute,
  caller: Caller,
  nowSeconds: number,
): Admission | Refusal {
  const version = decideVersion(model, route.pathVersion, caller);
  const target = decideTarget(route.name, route.service, version.name, splitKey(caller));
  if (target === undefined) return { kind: 'refused', code: 'route_not_found' };

  const { requires } = route.service;
  const lacking = requires === undefined ? undefined : lackOf(requires, caller);
  if (lacking !== undefined) return lacking;

  const life = own(model.versions, version.name);
  if (life !== undefined && isSunset(life, nowSeconds)) {
    return { kind: 'refused', code: 'version_sunset', version: version.name };
  }
  const plan = decidePlan(model, caller);
  const admission: Admission = { kind: 'admitted', version, plan, ...target };
  return (plan.pending ? undefined : versionRefusal(plan.plan, admission)) ?? admission;
}

/**
 * Why a plan does not include a request that goes this way, if it does not. `admit` and `chooseBackend` say it of the plan
 * that they know; for a plan that the store names, the router asks again.
 */
export function planRefusal(
  plan: PlanModel,
  admission: Admission,
  body: BodyFacts | undefined,
): Refusal | undefined {
  return versionRefusal(plan, admission) ?? modelRefusal(plan, admission, body);
}

function versionRefusal({ versions }: PlanModel, { version }: Admission): Refusal | undefined {
  if (versions === undefined || version.name === '' || versions.includes(version.name)) return undefined;
  return { kind: 'refused', code: 'version_not_allowed' };
}

function modelRefusal(
  { models }: PlanModel,
  admission: Admission,
  body: BodyFacts | undefined,
): Refusal | undefined {
  if (models === undefined || body === undefined || !readsModel(admission)) return undefined;
  const named = body.model;
  if (named !== undefined && models.some((pattern) => matchesModel(pattern, named))) return undefined;
  return { kind: 'refused', code: 'model_not_allowed' };
}

/** Scopes are told to the client, who can ask its issuer for them; claims are not its business. */
function lackOf({ scopes, claims }: RequirementsModel, caller: Caller): Refusal | undefined {
  if (!scopes.every((scope) => caller.scopes?.includes(scope))) {
    return { kind: 'refused', code: 'insufficient_scope', scopes };
  }
  const has = (name: string, value: string) => own(caller.claims ?? {}, name)?.includes(value) === true;
  if (Object.entries(claims).every(([name, value]) => has(name, value))) return undefined;
  return { kind: 'refused', code: 'caller_not_allowed' };
}

/** Whether a body must be read before the backend is known. */
export function readsModel(admission: Admission): boolean {
  return admission.target.models.length > 0;
}

/**
 * The backend of an admitted request. A plan that lists models refuses a body that names another one, or none,
 * where the model picks the backend. A request without a body goes to the target's own backend.
 */
export function chooseBackend(
  model: GatewayModel,
  route: MatchedRoute,
  admission: Admission,
  body: BodyFacts | undefined,
): BackendDecision | Refusal {
  const { plan } = admission;
  const refusal = plan.pending ? undefined : modelRefusal(plan.plan, admission, body);
  if (refusal !== undefined) return refusal;
  const chain = decideBackend(admission.target, body?.model);
  const decision = decisionOf(model, route, chain.backend);
  if (chain.fallbacks === undefined) return decision;
  return { ...decision, fallbacks: chain.fallbacks.map((id) => decisionOf(model, route, id)) };
}

function decisionOf(model: GatewayModel, route: MatchedRoute, id: string): BackendDecision {
  const backend = backendOf(model, id);
  return { kind: 'backend', id, backend, path: backendPath(backend, route.service.path, route.rest) };
}

/** The path of a request under another version; `undefined` where that version does not have the service. */
export function pathInVersion(model: GatewayModel, route: MatchedRoute, version: string): string | undefined {
  if (own(route.service.versions, version) === undefined) return undefined;
  return `${model.basePath}/${version}${route.service.path}${route.rest}`;
}
