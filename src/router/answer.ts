/** Writes the answers that the router gives itself: problems (contract H6), preflights and public keys. */
import { answerHeaders } from './answer-headers';
import type { CompiledGateway } from './compiled-gateway';
import { ERRORS, problemBody } from './errors';
import type { Exchange } from './exchange';
import type { ClientAnswer } from './http/client-answer';
import { endAfterBody, leavesBodyUnread } from './linger';
import { decisionHeaders } from './proxy/request-headers';
import { PUBLIC_KEYS_HEADERS } from './public-keys';
import type { Refused } from './refusal';

/** Answers with a problem. Nothing must have been sent before. */
export function answerRefusal(
  gateway: CompiledGateway,
  exchange: Exchange,
  answer: ClientAnswer,
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
  send(exchange, answer, ERRORS[code].status, headers, body);
}

/** Answers a preflight: 204, and what the browser may do if its origin is allowed. */
export function answerPreflight(gateway: CompiledGateway, exchange: Exchange, answer: ClientAnswer): void {
  const headers = answerHeaders(gateway, exchange);
  if (exchange.allowedOrigin !== undefined && gateway.cors !== undefined) {
    headers.push(...gateway.cors.preflight);
  }
  send(exchange, answer, 204, headers, undefined);
}

/** Answers with the public keys of service tokens. */
export function answerPublicKeys(
  gateway: CompiledGateway,
  exchange: Exchange,
  answer: ClientAnswer,
  jwks: string,
): void {
  const body = Buffer.from(jwks);
  const headers = answerHeaders(gateway, exchange);
  headers.push(...PUBLIC_KEYS_HEADERS, 'content-length', String(body.length));
  send(exchange, answer, 200, headers, body);
}

/** Tells an edge that it may send a request on, and with which headers. */
export function answerDecision(exchange: Exchange, answer: ClientAnswer): void {
  send(exchange, answer, 204, decisionHeaders(exchange), undefined);
}

function send(
  exchange: Exchange,
  answer: ClientAnswer,
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
    answer.persistent = false;
    answer.writeHead(status, headers);
    endAfterBody(request, answer, withBody);
    exchange.end(true);
    return;
  }
  if (exchange.lifetime.draining) answer.persistent = false;
  answer.writeHead(status, headers);
  answer.end(withBody);
}
