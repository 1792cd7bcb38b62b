/** How callers prove who they are. */
import type { SecretKeyProps } from './workload-props';

/** At least one of the two; both work side by side. */
export interface AuthProps {
  /**
   * JSON Web Tokens in `Authorization: Bearer`, of one issuer or of each in a list. Security: each may name
   * any tenant and plan, so trust them alike.
   * @default - no tokens are accepted
   * @problem AGW_ONE_OF neither this nor `apiKeys`
   * @problem AGW_DUPLICATE two entries for the same issuer
   */
  readonly jwt?: JwtProps | readonly JwtProps[];

  /**
   * API keys in `X-API-Key` or `Authorization: Bearer`.
   * @default - no API keys are accepted
   * @problem AGW_ONE_OF neither this nor `jwt`
   */
  readonly apiKeys?: ApiKeysProps;

  /**
   * Tokens that the router signs itself, for backends of services with a `serviceToken`.
   * @default - no service has one
   * @problem AGW_UNUSED no service has one
   */
  readonly serviceTokens?: ServiceTokensProps;
}

/** Tokens of one issuer. At least one of `jwksUrl` and `jwks`. */
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
   * @default - the keys are those of `jwks` alone
   * @problem AGW_URL any other address
   * @problem AGW_ONE_OF neither this nor `jwks`
   */
  readonly jwksUrl?: string;

  /**
   * The issuer's public keys themselves, for a cluster that cannot reach it. Beside `jwksUrl` they count always, and
   * come before those of the same id from there.
   * @default - the keys are those at `jwksUrl` alone
   */
  readonly jwks?: JwksProps;

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

/** A JSON Web Key Set (RFC 7517 section 5). */
export interface JwksProps {
  /**
   * The keys.
   * Range: at least one.
   */
  readonly keys: readonly JwkProps[];
}

/** A public key for signatures (RFC 7517, RFC 7518 section 6, RFC 8037). A private or symmetric one is refused. */
export interface JwkProps {
  /**
   * Type.
   * Range: `RSA`, with `n` and `e`; `EC`, with `crv`, `x` and `y`; `OKP`, with `crv` and `x`.
   * @problem AGW_ENUM another type
   * @problem AGW_JWK a member of the type is missing, or one of another type is there
   * @problem AGW_SECRET_PLAIN a member of a private or symmetric key is there
   */
  readonly kty: 'RSA' | 'EC' | 'OKP';

  /**
   * Id that tokens name in their header.
   * @default - the key counts for tokens that name none, if it alone fits
   */
  readonly kid?: string;

  /**
   * The one algorithm that the key is for.
   * Range: as in `algorithms`.
   * @default - every accepted algorithm that the type and curve allow
   */
  readonly alg?: string;

  /**
   * What the key is for.
   * Range: `sig`.
   * @default - signatures all the same
   */
  readonly use?: 'sig';

  /**
   * Curve.
   * Range: `P-256`, `P-384` or `P-521` of `EC`; `Ed25519` of `OKP`.
   * @default - none, of `RSA`
   */
  readonly crv?: string;

  /**
   * Coordinate, or the whole public key of `OKP`, in base64url.
   * @default - none, of `RSA`
   */
  readonly x?: string;

  /**
   * The other coordinate, in base64url.
   * @default - none, but of `EC`
   */
  readonly y?: string;

  /**
   * Modulus, in base64url.
   * Range: 2,048 bits or more (RFC 7518 section 3.3).
   * @default - none, but of `RSA`
   */
  readonly n?: string;

  /**
   * Exponent, in base64url.
   * @default - none, but of `RSA`
   */
  readonly e?: string;
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

  /**
   * The scopes: a text with spaces between them (RFC 8693 section 4.2), or a list.
   * @default 'scope'
   */
  readonly scopes?: string;
}

/** API keys, of which only SHA-256 digests are stored. */
export interface ApiKeysProps {
  /**
   * Secret that holds the digests as JSON: `{ "<sha256 of the key, hex>": { "subject": "ci-bot", "tenant": "acme",
   * "plan": "pro", "scopes": ["chat"] } }`, all but the subject optional. The user makes it; a change is picked up without a restart.
   * @problem AGW_SECRET_PLAIN text in place of the reference
   */
  readonly secret: SecretKeyProps;
}

/** How the router signs tokens of its own. Their public keys are at `/.well-known/jwks.json` below the base path. */
export interface ServiceTokensProps {
  /**
   * Value of their `iss` claim.
   * Range: not empty.
   */
  readonly issuer: string;

  /**
   * Secret that holds private keys in PEM form: RSA of 2,048 bits or more (RS256), P-256 (ES256), P-384 (ES384) or
   * Ed25519 (EdDSA). The first one signs, the public halves of all are shown. The user makes it; a change is picked
   * up without a restart. To change keys: add the new one at the end, put it first once every replica shows it, take
   * the old one out once its tokens have expired.
   * @problem AGW_SECRET_PLAIN text in place of the reference
   */
  readonly signingKeySecret: SecretKeyProps;
}
