/** What a client presents, read from its headers (RFC 6750; contract I1, I5). */
import { createHash } from 'node:crypto';
import type { Credentials } from './verifier';

/** A credential of either kind, or why there is none. */
export type Presented =
  | { readonly kind: 'token' | 'key'; readonly value: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Longest credential. Unit: characters. */
const CREDENTIAL_MOST = 16_384;

const MISSING = { kind: 'missing' } as const;
const TOO_LONG = { kind: 'invalid', reason: 'the credential is too long' } as const;
const TWO = { kind: 'invalid', reason: 'two credentials that differ' } as const;
const NO_BEARER = { kind: 'invalid', reason: 'no Bearer credential' } as const;

/**
 * 1. `X-API-Key` is an API key. Beside it there may be no Bearer credential but the same key: which of two callers was
 *    meant would be a guess.
 * 2. A Bearer credential of three parts with dots between them is a token.
 * 3. Any other Bearer credential is an API key.
 */
export function presented({ authorization, apiKey }: Credentials): Presented {
  const bearer = authorization === undefined ? undefined : bearerOf(authorization);
  if (apiKey === undefined || apiKey === '') {
    if (authorization === undefined || authorization === '') return MISSING;
    if (bearer === undefined) return NO_BEARER;
    if (bearer.length > CREDENTIAL_MOST) return TOO_LONG;
    return { kind: isToken(bearer) ? 'token' : 'key', value: bearer };
  }
  if (apiKey.length > CREDENTIAL_MOST) return TOO_LONG;
  if (authorization !== undefined && bearer !== apiKey) return TWO;
  return { kind: 'key', value: apiKey };
}

/** The scheme's case does not matter (RFC 9110 section 11.1); what follows is RFC 6750's `b64token`. */
function bearerOf(authorization: string): string | undefined {
  return /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization)?.[1];
}

function isToken(value: string): boolean {
  const first = value.indexOf('.');
  const last = value.lastIndexOf('.');
  return first > 0 && last > first + 1 && value.indexOf('.', first + 1) === last;
}

/**
 * Who limits are counted for: a digest, so that stores hold no personal data. Lengths stand before the parts, so that
 * no two callers have the same text.
 *
 * @param source issuer of a token, or `api-key`
 */
export function limitKeyOf(source: string, tenant: string | undefined, subject: string): string {
  const text = [source, tenant ?? '', subject].map((part) => `${part.length}:${part}`).join('');
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
