/**
 * The headers that the router puts on every answer, its own and its backends' (contract H1, H2, H3, L3, R6), as the
 * flat list that Node writes without a copy.
 */
import { corsHeaders } from '../model/cors';
import { lifeHeaders } from './admit-caller';
import type { CompiledGateway } from './compiled-gateway';
import type { Exchange } from './exchange';
import { rateLimitHeaders } from './limits/rate-limit-headers';

/** Names and values in turn; a new list every time, for the caller to add to. */
export function answerHeaders(gateway: CompiledGateway, exchange: Exchange): string[] {
  const headers = ['x-request-id', exchange.requestId, ...gateway.securityHeaders];
  if (gateway.cors !== undefined) {
    headers.push('vary', 'Origin');
    if (exchange.allowedOrigin !== undefined) {
      addAll(headers, corsHeaders(gateway.cors.model, exchange.allowedOrigin));
    }
  }
  const { admission, route, limits } = exchange;
  if (admission !== undefined && route !== undefined && admission.version.name !== '') {
    headers.push('x-api-version', admission.version.name);
    headers.push(...lifeHeaders(gateway.model, route, admission.version.name));
  }
  if (limits !== undefined && admission !== undefined) {
    headers.push(...rateLimitHeaders(admission.plan.plan, limits));
    if (limits.degraded) headers.push('x-gateway-degraded', 'limits');
  }
  return headers;
}

function addAll(headers: string[], more: Readonly<Record<string, string>>): void {
  for (const name in more) headers.push(name, more[name] as string);
}
