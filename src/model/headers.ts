/** Header names that are part of the contract, in the spelling that is sent. */

/** What a backend learns of the caller (contract I4, R10). Whatever a client sends under these names is dropped. */
export const IDENTITY_HEADERS = {
  subject: 'x-user-id',
  tenant: 'x-org-id',
  plan: 'x-plan',
  version: 'x-api-version',
  variant: 'x-variant',
} as const;

const IDENTITY_NAMES: ReadonlySet<string> = new Set(Object.values(IDENTITY_HEADERS));

/**
 * Whether a backend could read a header as one of the identity headers: servers of the CGI family take `X_User_Id`,
 * and some `X.User.Id`, for `X-User-Id` (CVE-2026-54763 and its siblings), so every separator counts as a dash.
 *
 * @param name in any case
 */
export function isIdentityHeader(name: string): boolean {
  return IDENTITY_NAMES.has(name.toLowerCase().replace(/[^a-z0-9]/g, '-'));
}

/**
 * What clients send under these names is not passed on, because the gateway sets it, or it is of no use behind it:
 * `expect` was answered, `x-api-key` is the gateway's credential. Lower case.
 */
export const REPLACED_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'expect',
  'content-length',
  'x-api-key',
  'x-request-id',
  'traceparent',
  'x-forwarded-prefix',
]);

/**
 * What an edge that replaces forwarded headers does replace (Traefik v3.7, Kong 3.9). Others with that beginning, such as
 * `X-Forwarded-User`, and RFC 7239's `Forwarded` come through it as clients wrote them, so nobody vouches for them.
 */
export const VOUCHED_HEADERS: ReadonlySet<string> = new Set([
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-real-ip',
]);

/** The id of a request, on its way to the backend and back (contract H1). */
export const REQUEST_ID_HEADER = 'x-request-id';

/** Headers of an answer that a browser's script may read, before what the user adds. */
export const EXPOSED_HEADERS = [
  'Deprecation',
  'Link',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Sunset',
  'X-Api-Version',
  'X-Request-Id',
] as const;

/**
 * The client's request id if it is a sane one: 8 to 128 characters of a small alphabet that is safe in logs,
 * headers and shells.
 */
export function saneRequestId(value: string | undefined): string | undefined {
  return value !== undefined && /^[A-Za-z0-9][A-Za-z0-9._~:-]{7,127}$/.test(value) ? value : undefined;
}
