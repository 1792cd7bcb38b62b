/** What a client presents, read from its headers (RFC 6750; contract I1, I5). */
import { createHash } from 'node:crypto';
import type { Credentials } from './verifier';

/** A credential of either kind, or why there is none. */
export type Presented =
  | { readonly kind: 'token' | 'key'; readonly value: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Longest header with a credential. Unit: characters. */
const CREDENTIAL_MOST = 16_384;

/** RFC 6750's `b64token`. The scheme's case does not matter (RFC 9110 section 11.1). */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/** Three parts of base64url (RFC 7515 section 3.1); the last one is empty in a token that nobody has signed. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;

const MISSING = { kind: 'missing' } as const;
const TOO_LONG = { kind: 'invalid', reason: 'the credential is too long' } as const;
const TWO = { kind: 'invalid', reason: 'two credentials that differ' } as const;
const NO_BEARER = { kind: 'invalid', reason: 'no Bearer credential' } as const;

/**
 * 1. `X-API-Key` is an API key. Beside it there may be no Bearer credential but the same key: which of two callers was
 *    meant would be a guess.
 * 2. A Bearer credential of three base64url parts is a token.
 * 3. Any other Bearer credential is an API key.
 *
 * An empty header counts as none. Headers that were sent twice and joined are no `b64token` and no known key.
 */
export function presented({ authorization = '', apiKey = '' }: Credentials): Presented {
  if (authorization.length > CREDENTIAL_MOST || apiKey.length > CREDENTIAL_MOST) return TOO_LONG;
  if (authorization === '') return apiKey === '' ? MISSING : { kind: 'key', value: apiKey };
  const bearer = BEARER.exec(authorization)?.[1];
  if (apiKey !== '') return bearer === apiKey ? { kind: 'key', value: apiKey } : TWO;
  if (bearer === undefined) return NO_BEARER;
  return { kind: TOKEN.test(bearer) ? 'token' : 'key', value: bearer };
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
