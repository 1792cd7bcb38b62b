/** The admission step of the pipeline: the model's decisions, and what their refusals look like to a client. */
import { own } from '../model/caller';
import { type Admission, admit, type MatchedRoute, pathInVersion, type Refusal } from '../model/decide';
import type { GatewayModel } from '../model/gateway-model';
import type { RouteMatch } from '../model/route';
import { versionHeaders } from '../model/version';
import { CHALLENGE } from './identify';
import type { VerifiedCaller } from './identity/verifier';
import { type Refused, refused } from './refusal';

/** What a path that names nothing is answered with; a method that is not taken brings `Allow`. */
export function routeRefusal(match: Extract<RouteMatch, { kind: 'refused' }>): Refused {
  if (match.code !== 'method_not_allowed') return refused(match.code);
  return refused(match.code, { headers: ['allow', match.allow.join(', ')] });
}

/** Version, target and plan of a verified caller's request, or why it goes no further. */
export function admitCaller(
  model: GatewayModel,
  route: MatchedRoute,
  caller: VerifiedCaller,
): Admission | Refused {
  const admission = admit(model, route, caller, Math.floor(Date.now() / 1000));
  return admission.kind === 'admitted' ? admission : callerRefusal(model, route, admission);
}

/** A retired version's answer leads to its successor (contract R5); a missing scope is named (RFC 6750 section 3.1). */
export function callerRefusal(model: GatewayModel, route: MatchedRoute, refusal: Refusal): Refused {
  if (refusal.code === 'insufficient_scope') {
    const challenge = `${CHALLENGE}, error="insufficient_scope", scope="${refusal.scopes.join(' ')}"`;
    return refused(refusal.code, { headers: ['www-authenticate', challenge] });
  }
  if (refusal.code !== 'version_sunset') return refused(refusal.code);
  return refused(refusal.code, { headers: lifeHeaders(model, route, refusal.version) });
}

/** The headers that tell of a version's end, for a route; names and values in turn. */
export function lifeHeaders(model: GatewayModel, route: MatchedRoute, version: string): readonly string[] {
  const life = own(model.versions, version);
  if (life === undefined) return NONE;
  const successor = life.successor === undefined ? undefined : pathInVersion(model, route, life.successor);
  return versionHeaders(life, successor);
}

const NONE: readonly string[] = [];
