/**
 * What happens to a request, in the order of the contract. Every step either adds to the exchange what it has learned
 * or ends the walk with a refusal; limits come last, so that a refused request uses none of them.
 *
 *     preflight → public keys → route → identity → admission → body and model → limits → service token → forward
 */
import { chooseBackend } from '../model/decide';
import { matchRoute } from '../model/route';
import { admitCaller, callerRefusal, routeRefusal } from './admit-caller';
import type { CompiledGateway } from './compiled-gateway';
import type { Exchange } from './exchange';
import type { RequestHeaders } from './http/request-head';
import { callerOf } from './identify';
import type { ServiceTokens } from './identity/service-tokens';
import type { Credentials, Verifier } from './identity/verifier';
import type { LimitStore } from './limits/store';
import { allowedOrigin, isPreflight } from './preflight';
import { asksForPublicKeys } from './public-keys';
import { type Refused, refused } from './refusal';
import { namesHost, splitTarget } from './request-target';
import { bodyUse, takeBody } from './take-body';
import { admissionAfter, limitRefusal, meterOf, takeRequest } from './take-limits';
import type { TokenCount } from './usage/token-meter';

/** What the steps ask. */
export interface PipelineParts {
  readonly gateway: CompiledGateway;
  readonly verifier: Verifier;
  readonly store: LimitStore;
  /** Absent when the router signs nothing. */
  readonly serviceTokens?: ServiceTokens;
  /** Told what an answer has cost in tokens of models, where a plan limits them; may come after the exchange's end. */
  readonly onTokens?: (exchange: Exchange, count: TokenCount) => void;
}

/** `gone`: the client left while a step was waiting, and there is nobody to answer. */
export type Outcome = { readonly kind: 'forward' | 'preflight' | 'public-keys' | 'gone' } | Refused;

/** Each costs work on both sides; browsers and SDKs send a few dozen. */
const HEADERS_MOST = 256;

const FORWARD: Outcome = { kind: 'forward' };
const PREFLIGHT: Outcome = { kind: 'preflight' };
const PUBLIC_KEYS: Outcome = { kind: 'public-keys' };
const GONE: Outcome = { kind: 'gone' };

/** Walks a request through the steps. Rejects only when the router itself is at fault. */
export async function decide(parts: PipelineParts, exchange: Exchange): Promise<Outcome> {
  const { gateway, verifier, store } = parts;
  const { request } = exchange;

  const target = splitTarget(request.head.target);
  exchange.path = target.path;
  exchange.query = target.query;
  exchange.allowedOrigin = allowedOrigin(gateway, request);
  if (request.rawHeaders.length > 2 * HEADERS_MOST) return refused('headers_too_large');
  if (!namesHost(request.head)) return refused('request_invalid');
  if (isPreflight(gateway, request)) return PREFLIGHT;
  if (parts.serviceTokens !== undefined && asksForPublicKeys(gateway, exchange)) return PUBLIC_KEYS;

  const route = matchRoute(gateway.routes, request.method, target.path);
  if (route.kind === 'refused') return routeRefusal(route);
  exchange.route = route;

  // Most credentials have been seen before and are known at once; only the others cost a turn of the event loop.
  const verifying = verifier.verify(credentialsOf(request.headers), Math.floor(Date.now() / 1000));
  const caller = callerOf('then' in verifying ? await verifying : verifying);
  if ('kind' in caller) return caller;
  exchange.caller = caller;
  if (exchange.ended) return GONE;

  const admission = admitCaller(gateway.model, route, caller);
  if (admission.kind === 'refused') return admission;
  exchange.admission = admission;

  if (request.head.contentLength > route.service.bodyLimitBytes) return refused('body_too_large');
  const use = request.hasBody ? bodyUse(exchange, route.service, admission) : undefined;
  if (use !== undefined) {
    const taking = takeBody(gateway, exchange, route.service, use);
    const taken = taking instanceof Promise ? await taking : taking;
    if (taken !== undefined) return taken === 'gone' ? GONE : taken;
  }
  const body = bodyFacts(exchange);
  const chosen = chooseBackend(gateway.model, route, admission, body);
  if (chosen.kind === 'refused') return callerRefusal(gateway.model, route, chosen);
  exchange.backend = chosen;

  const limited = { caller, admission, service: route.name, body };
  const limits = await store.take(takeRequest(gateway.model, limited));
  exchange.limits = limits;
  if (exchange.ended) {
    // The exchange ended before it had the lease, so it cannot have released it.
    limits.lease?.release();
    return GONE;
  }
  const after = admissionAfter(gateway.model, limited, limits);
  exchange.admission = after.admission;
  if (after.refusal !== undefined) {
    limits.lease?.release();
    return callerRefusal(gateway.model, route, after.refusal);
  }
  const refusal = limitRefusal(limits);
  if (refusal !== undefined) return refusal;
  exchange.meter = meterOf(gateway.model, store, limited, after.admission.plan, (count) =>
    parts.onTokens?.(exchange, count),
  );
  exchange.serviceToken = serviceToken(parts, exchange);
  return FORWARD;
}

function serviceToken(
  { serviceTokens }: PipelineParts,
  { route, caller, admission }: Exchange,
): string | undefined {
  const model = route?.service.serviceToken;
  if (model === undefined || caller === undefined || admission === undefined) return undefined;
  const facts = { caller, plan: admission.plan.name };
  return serviceTokens?.tokenFor(model, facts, Math.floor(Date.now() / 1000));
}

function bodyFacts(exchange: Exchange) {
  if (exchange.body === undefined) return undefined;
  return exchange.modelName === undefined ? {} : { model: exchange.modelName };
}

function credentialsOf({ authorization, 'x-api-key': apiKey }: RequestHeaders): Credentials {
  if (authorization === undefined) return apiKey === undefined ? {} : { apiKey };
  return apiKey === undefined ? { authorization } : { authorization, apiKey };
}
