/** How callers prove who they are. */
import type { SecretKeyProps } from './workload-props';

/** At least one of the two; both work side by side. */
export interface AuthProps {
  /**
   * JSON Web Tokens in `Authorization: Bearer`.
   * @default - no tokens are accepted
   * @problem AGW_ONE_OF neither this nor `apiKeys`
   */
  readonly jwt?: JwtProps;

  /**
   * API keys in `X-API-Key` or `Authorization: Bearer`.
   * @default - no API keys are accepted
   * @problem AGW_ONE_OF neither this nor `jwt`
   */
  readonly apiKeys?: ApiKeysProps;
}

/** Tokens of one issuer. */
export interface JwtProps {
  /**
   * Exact value of the `iss` claim.
   * Range: not empty.
   */
  readonly issuer: string;

  /**
   * Value that must be in the `aud` claim.
   * Range: not empty.
   */
  readonly audience: string;

  /**
   * Address of the issuer's public keys (JWKS, RFC 7517).
   * Range: `https://`; `http://` for a host inside the cluster (a Service's name, or a name that ends in `.svc` or
   * `.svc.cluster.local`).
   * @problem AGW_URL any other address
   */
  readonly jwksUrl: string;

  /**
   * Signature algorithms that are accepted (RFC 7518, RFC 8037). Security: HMAC algorithms cannot be named, because
   * their key would be the public one.
   * Range: `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, `ES384`, `ES512`, `EdDSA`.
   * @default ['RS256', 'PS256', 'ES256', 'EdDSA']
   * @problem AGW_ENUM another algorithm
   */
  readonly algorithms?: readonly string[];

  /**
   * How far the issuer's clock may be off, for `exp` and `nbf`.
   * Unit: seconds. Range: 0 to 300, whole.
   * @default 30
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly clockToleranceSeconds?: number;

  /**
   * Claims that say who the caller is.
   * @default - `sub`, `org_id` and `plan`
   */
  readonly claims?: ClaimsProps;
}

/** Names of claims: a name, a name that is a URL, or a path with dots (`app_metadata.plan`). */
export interface ClaimsProps {
  /**
   * The caller.
   * @default 'sub'
   */
  readonly subject?: string;

  /**
   * The caller's organisation.
   * @default 'org_id'
   */
  readonly tenant?: string;

  /**
   * The caller's plan. Counts where neither the API key nor the tenant has one.
   * @default 'plan'
   */
  readonly plan?: string;
}

/** API keys, of which only SHA-256 digests are stored. */
export interface ApiKeysProps {
  /**
   * Secret that holds the digests as JSON: `{ "<sha256 of the key, hex>": { "subject": "ci-bot", "tenant": "acme",
   * "plan": "pro" } }`, tenant and plan optional. The user makes it; a change is picked up without a restart.
   * @problem AGW_SECRET_PLAIN text in place of the reference
   */
  readonly secret: SecretKeyProps;
}
