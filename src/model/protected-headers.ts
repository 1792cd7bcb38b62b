/**
 * Headers that a service's own changes may not touch (contract H5), because they are about one connection, belong to the
 * gateway, or are a credential. `resolve/` refuses such changes; the router drops what others send under these names.
 */
import { isIdentityHeader } from './headers';

/**
 * About one connection (RFC 9110 section 7.6.1; contract H4). Lower case. `http2-settings` belongs to an upgrade to
 * HTTP/2, which the gateway does not do.
 */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Headers of every gateway's answers that no backend may set. */
export const OWNED_ANSWER_HEADERS = [
  'x-request-id',
  'x-api-version',
  'ratelimit',
  'ratelimit-policy',
  'x-gateway-degraded',
  'server',
  'x-powered-by',
  // Orders to an nginx in front, such as Kong's: to send another file, or to slow down until nothing arrives.
  'x-accel-redirect',
  'x-accel-limit-rate',
  'x-accel-charset',
  'x-accel-expires',
] as const;

/** Set by whoever does CORS. */
export const CORS_ANSWER_HEADERS = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-max-age',
  'access-control-allow-private-network',
] as const;

/** What says how a body is to be read, which must stay true. */
const FRAMING = ['content-length', 'content-encoding'];

const REQUEST: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  ...FRAMING,
  ...['host', 'expect', 'forwarded', 'x-real-ip', 'x-request-id', 'traceparent', 'x-api-key'],
]);

const ANSWER: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  ...FRAMING,
  ...OWNED_ANSWER_HEADERS,
  ...CORS_ANSWER_HEADERS,
  ...['strict-transport-security', 'x-content-type-options', 'x-frame-options', 'deprecation', 'sunset'],
]);

/** A name as the laxest backend compares it: lower case, every separator a dash. */
export function foldedHeaderName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-');
}

/** Whether no service may set, add or remove a header of its requests. */
export function isProtectedRequestHeader(name: string): boolean {
  const plain = foldedHeaderName(name);
  return (
    REQUEST.has(plain) ||
    isIdentityHeader(name) ||
    plain.startsWith('x-forwarded-') ||
    plain.startsWith('sec-websocket-')
  );
}

/** Whether no service may set, add or remove a header of its backends' answers. */
export function isProtectedAnswerHeader(name: string): boolean {
  const plain = foldedHeaderName(name);
  return ANSWER.has(plain) || plain.startsWith('sec-websocket-');
}
