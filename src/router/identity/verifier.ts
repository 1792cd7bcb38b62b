/** How the pipeline asks who a caller is; `jwt.ts` and `api-keys.ts` answer. */
import type { Caller } from '../../model/caller';

/** What a credential turned out to be. `reason` is for the log and never holds the credential. */
export type Verification =
  | { readonly kind: 'caller'; readonly caller: VerifiedCaller }
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid'; readonly reason: string }
  /** Nobody can tell right now: the JWKS was never reachable. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** A caller whose credential was good. */
export interface VerifiedCaller extends Caller {
  /** Who limits are counted for: a digest of issuer, tenant and subject, so that stores hold no personal data. */
  readonly limitKey: string;
  readonly via: 'jwt' | 'api-key';
}

/** The two headers in which credentials arrive (contract I1, I5). */
export interface Credentials {
  readonly authorization?: string;
  readonly apiKey?: string;
}

/** Answers at once where the credential is known. */
export interface Verifier {
  verify(credentials: Credentials, nowSeconds: number): Promise<Verification> | Verification;
}

/** Takes the events of identity verification; fields never hold a credential. */
export type IdentityLog = (
  level: 'info' | 'warn',
  event: string,
  fields: Readonly<Record<string, unknown>>,
) => void;
