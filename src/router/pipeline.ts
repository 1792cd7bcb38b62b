/**
 * What happens to a request, in the order of the contract. Every step either adds to the exchange what it has learned
 * or ends the walk with a refusal; limits come last, so that a refused request uses none of them.
 *
 *     preflight → route → identity → admission → body and model → limits → forward
 */
import type { IncomingMessage } from 'node:http';
import { chooseBackend, readsModel } from '../model/decide';
import { matchRoute } from '../model/route';
import { admitCaller, callerRefusal, routeRefusal } from './admit-caller';
import { announcesTooMuch, hasBody, readModelBody } from './body';
import type { CompiledGateway } from './compiled-gateway';
import type { Exchange } from './exchange';
import { callerOf } from './identify';
import type { Verifier } from './identity/verifier';
import type { LimitStore } from './limits/store';
import { allowedOrigin, isPreflight } from './preflight';
import { type Refused, refused } from './refusal';
import { namesOneHost, splitTarget } from './request-target';
import { admissionAfter, limitRefusal, meterOf, takeRequest } from './take-limits';
import type { TokenCount } from './usage/token-meter';

/** What the steps ask. */
export interface PipelineParts {
  readonly gateway: CompiledGateway;
  readonly verifier: Verifier;
  readonly store: LimitStore;
  /** Told what an answer has cost in tokens of models, where a plan limits them; may come after the exchange's end. */
  readonly onTokens?: (exchange: Exchange, count: TokenCount) => void;
}

/** `gone`: the client left while a step was waiting, and there is nobody to answer. */
export type Outcome = { readonly kind: 'forward' | 'preflight' | 'gone' } | Refused;

const FORWARD: Outcome = { kind: 'forward' };
const PREFLIGHT: Outcome = { kind: 'preflight' };
const GONE: Outcome = { kind: 'gone' };

/** Walks a request through the steps. Rejects only when the router itself is at fault. */
export async function decide(parts: PipelineParts, exchange: Exchange): Promise<Outcome> {
  const { gateway, verifier, store } = parts;
  const { request } = exchange;

  const target = splitTarget(request.url ?? '');
  exchange.path = target.path;
  exchange.query = target.query;
  exchange.allowedOrigin = allowedOrigin(gateway, request);
  if (!namesOneHost(request)) return refused('request_invalid');
  if (isPreflight(gateway, request)) return PREFLIGHT;

  const route = matchRoute(gateway.routes, request.method ?? '', target.path);
  if (route.kind === 'refused') return routeRefusal(route);
  exchange.route = route;

  // Most credentials have been seen before and are known at once; only the others cost a turn of the event loop.
  const verifying = verifier.verify(credentialsOf(request), Math.floor(Date.now() / 1000));
  const caller = callerOf('then' in verifying ? await verifying : verifying);
  if ('kind' in caller) return caller;
  exchange.caller = caller;
  if (exchange.ended) return GONE;

  const admission = admitCaller(gateway.model, route, caller);
  if (admission.kind === 'refused') return admission;
  exchange.admission = admission;

  const withBody = hasBody(request);
  if (withBody && announcesTooMuch(request, route.service.bodyLimitBytes)) return refused('body_too_large');
  if (withBody && readsModel(admission)) {
    const outcome = await readModel(exchange, route.service.bodyLimitBytes);
    if (outcome !== undefined) return outcome;
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
  exchange.meter = meterOf(gateway.model, store, { ...limited, admission: after.admission }, (count) =>
    parts.onTokens?.(exchange, count),
  );
  return FORWARD;
}

function credentialsOf(request: IncomingMessage) {
  const authorization = request.headers.authorization;
  const apiKey = request.headers['x-api-key'];
  return {
    ...(authorization === undefined ? {} : { authorization }),
    ...(typeof apiKey === 'string' ? { apiKey } : {}),
  };
}

/** Reads the body for its model. Gives the outcome where the walk ends with it. */
async function readModel(exchange: Exchange, limitBytes: number): Promise<Outcome | undefined> {
  const { request } = exchange;
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') return refused('body_encoded');
  exchange.continueBody?.();
  const reading = await readModelBody(request, limitBytes);
  if (reading.kind === 'refused') return reading;
  if (reading.kind === 'gone' || exchange.ended) return GONE;
  exchange.body = reading.body;
  exchange.modelName = reading.model;
  exchange.bytesIn = reading.body.length;
  return undefined;
}

function bodyFacts(exchange: Exchange) {
  if (exchange.body === undefined) return undefined;
  return exchange.modelName === undefined ? {} : { model: exchange.modelName };
}
