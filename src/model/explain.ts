/**
 * What the gateway does with a request, as one answer: the decisions of this folder in the order in which the
 * router takes them. Credentials and limits are not weighed here: the caller is given, counters live elsewhere.
 */
import type { Caller } from './caller';
import { admit, type BodyFacts, chooseBackend, type Refusal } from './decide';
import type { GatewayModel } from './gateway-model';
import { compileRoutes, matchRoute, type RouteMatch } from './route';
import type { VersionDecision } from './version';

/** A request, as far as decisions depend on it. */
export interface ExplainRequest {
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  readonly caller: Caller;
  /** Absent for a request without a body. */
  readonly body?: BodyFacts;
  /** Unit: seconds since 1970. */
  readonly nowSeconds: number;
}

/**
 * `{ kind: 'forwarded', service: 'agents', version: { name: 'v2', reason: 'split' }, plan: 'free',
 *    backend: 'openai-agent-service:8000', backendPath: '/agents/chat' }`
 */
export type Explanation =
  | {
      readonly kind: 'forwarded';
      readonly service: string;
      readonly version: VersionDecision;
      readonly variant?: string;
      readonly plan: string;
      readonly backend: string;
      readonly backendPath: string;
      /** Backend ids, where there are any to go on to. */
      readonly fallbacks?: readonly string[];
    }
  | Extract<RouteMatch, { kind: 'refused' }>
  | Refusal;

/** Answers offline what the router would decide. */
export function explain(model: GatewayModel, request: ExplainRequest): Explanation {
  const route = matchRoute(compileRoutes(model), request.method, request.path);
  if (route.kind === 'refused') return route;
  // Nobody can be asked here: a caller without a plan has the default one, unless the question says otherwise.
  const caller = { lookedUpPlan: '', ...request.caller };
  const admission = admit(model, route, caller, request.nowSeconds);
  if (admission.kind === 'refused') return admission;
  const chosen = chooseBackend(model, route, admission, request.body);
  if (chosen.kind === 'refused') return chosen;
  return {
    kind: 'forwarded',
    service: route.name,
    version: admission.version,
    ...(admission.variant === undefined ? {} : { variant: admission.variant }),
    plan: admission.plan.name,
    backend: chosen.id,
    backendPath: chosen.path,
    ...(chosen.fallbacks === undefined ? {} : { fallbacks: chosen.fallbacks.map(({ id }) => id) }),
  };
}
