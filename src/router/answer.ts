/** Writes the answers that the router gives itself: problems (contract H6), preflights and public keys. */
import type { ServerResponse } from 'node:http';
import { answerHeaders } from './answer-headers';
import type { CompiledGateway } from './compiled-gateway';
import { ERRORS, problemBody } from './errors';
import type { Exchange } from './exchange';
import { endAfterBody, leavesBodyUnread } from './linger';
import { decisionHeaders } from './proxy/request-headers';
import { PUBLIC_KEYS_HEADERS } from './public-keys';
import type { Refused } from './refusal';

/** Answers with a problem. Nothing must have been sent before. */
export function answerRefusal(
  gateway: CompiledGateway,
  exchange: Exchange,
  response: ServerResponse,
  refusal: Refused,
): void {
  const { code, detail, members } = refusal;
  exchange.code = code;
  exchange.cause ??= refusal.cause;
  const body = Buffer.from(problemBody(code, exchange.requestId, detail, members));
  const headers = answerHeaders(gateway, exchange);
  headers.push('content-type', 'application/problem+json', 'content-length', String(body.length));
  headers.push('cache-control', 'no-store');
  if (refusal.headers !== undefined) {
    // A version's end is told once: the refusal of a retired version brings the headers itself.
    headers.push(...refusal.headers);
  }
  send(exchange, response, ERRORS[code].status, headers, body);
}

/** Answers a preflight: 204, and what the browser may do if its origin is allowed. */
export function answerPreflight(
  gateway: CompiledGateway,
  exchange: Exchange,
  response: ServerResponse,
): void {
  const headers = answerHeaders(gateway, exchange);
  if (exchange.allowedOrigin !== undefined && gateway.cors !== undefined) {
    headers.push(...gateway.cors.preflight);
  }
  send(exchange, response, 204, headers, undefined);
}

/** Answers with the public keys of service tokens. */
export function answerPublicKeys(
  gateway: CompiledGateway,
  exchange: Exchange,
  response: ServerResponse,
  jwks: string,
): void {
  const body = Buffer.from(jwks);
  const headers = answerHeaders(gateway, exchange);
  headers.push(...PUBLIC_KEYS_HEADERS, 'content-length', String(body.length));
  send(exchange, response, 200, headers, body);
}

/** Tells an edge that it may send a request on, and with which headers. */
export function answerDecision(exchange: Exchange, response: ServerResponse): void {
  send(exchange, response, 204, decisionHeaders(exchange), undefined);
}

function send(
  exchange: Exchange,
  response: ServerResponse,
  status: number,
  headers: string[],
  body: Buffer | undefined,
): void {
  const { request } = exchange;
  const withBody = body !== undefined && request.method !== 'HEAD' ? body : undefined;
  exchange.status = status;
  exchange.firstByteAt = performance.now();
  exchange.bytesOut = withBody?.length ?? 0;
  if (leavesBodyUnread(exchange)) {
    headers.push('connection', 'close');
    response.writeHead(status, headers);
    endAfterBody(request, response, withBody);
    exchange.end(true);
    return;
  }
  if (exchange.lifetime.draining) headers.push('connection', 'close');
  response.writeHead(status, headers);
  response.end(withBody);
}
