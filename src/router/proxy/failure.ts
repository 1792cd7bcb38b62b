/** What the failures of a connection to a backend mean. */
import type { ErrorCode } from '../errors';
import { ConnectTimeoutError } from './backend-connection';

/** System errors (libuv names) of connections that were never there. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EMFILE',
]);

/**
 * For a failure before the first byte of an answer.
 *
 * @param stood whether there was a connection, as far as is known: a certificate that is refused leaves none
 */
export function codeOfFailure(error: NodeJS.ErrnoException, stood = true): ErrorCode {
  if (error instanceof ConnectTimeoutError || error.code === 'ETIMEDOUT') return 'backend_timeout';
  // What has no code is no system's failure but the router's own.
  if (error.code === undefined) return 'internal_error';
  return !stood || NEVER_CONNECTED.has(error.code) ? 'backend_unreachable' : 'backend_failed';
}

/** Methods that may be sent twice (RFC 9110 section 9.2.2). */
export const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/**
 * A connection that the backend had closed answers a request with a reset within a round trip. What comes later may
 * be a backend that died of the request, and an agent must not do its work twice. Unit: milliseconds.
 */
const RESET_MILLISECONDS_MOST = 200;

/**
 * Whether a pooled connection had been closed by the backend when the request was sent on it, so that the request can
 * be sent again on another one.
 */
export function diedBeforeItWasUsed(
  method: string,
  error: NodeJS.ErrnoException,
  afterMilliseconds: number,
): boolean {
  if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') return false;
  return mayHaveDiedUnused(method, afterMilliseconds);
}

/** Whether a connection that breaks so long after a request was sent may count as dead before. */
export function mayHaveDiedUnused(method: string, afterMilliseconds: number): boolean {
  return IDEMPOTENT.has(method) || afterMilliseconds < RESET_MILLISECONDS_MOST;
}
