/** Verifies tokens of one issuer (RFC 7519, RFC 8725; contract I2, I7). */
import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { IssuerModel } from '../../model/gateway-model';
import { claimOf, isName, scopesOf, valuesOf } from './claims';
import { limitKeyOf } from './credentials';
import type { Jwks, PublicKey } from './jwks';
import type { VerifiedTokens } from './verified-tokens';
import type { Verification } from './verifier';

/** Key types of the algorithms (RFC 7518 section 3.1, RFC 8037). No HMAC: its key would be the public one. */
const KEY_TYPES: Readonly<Record<string, { readonly kty: string; readonly crv?: string }>> = {
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
};

/**
 * Verifies the tokens of one issuer. Nothing is remembered of a token that is refused: whoever sends bad ones would fill
 * the memory.
 */
export class JwtVerifier {
  /** @param verified where tokens go that are good; shared by all issuers */
  constructor(
    private readonly model: IssuerModel,
    private readonly requiredClaims: readonly string[],
    private readonly jwks: Jwks,
    private readonly verified: VerifiedTokens,
  ) {}

  /** Never rejects. */
  async verify(token: string, nowSeconds: number): Promise<Verification> {
    const header = readHeader(token);
    if (header === undefined) return invalid('the header cannot be read');
    const { alg, kid } = header;
    if (!this.model.algorithms.includes(alg)) return invalid('the algorithm is not allowed');
    // Taken together with the key: a refresh from here on may withdraw it, and nothing may then be remembered.
    let generation = this.verified.generation;
    let key = this.keyAtHand(alg, kid);
    if (key === undefined) {
      await this.jwks.ask();
      generation = this.verified.generation;
      key = this.keyAtHand(alg, kid);
    }
    if (key === undefined) return this.jwks.known ? invalid('no key fits') : UNAVAILABLE;
    try {
      const { payload } = await jwtVerify(token, key.key, {
        algorithms: [alg],
        issuer: this.model.issuer,
        audience: this.model.audience,
        clockTolerance: this.model.clockToleranceSeconds,
        currentDate: new Date(nowSeconds * 1000),
        requiredClaims: ['exp'],
      });
      return this.accept(token, payload, generation);
    } catch (error) {
      return invalid(reasonOf(error));
    }
  }

  private accept(token: string, claims: Readonly<Record<string, unknown>>, generation: number): Verification {
    const { model } = this;
    const subject = claimOf(claims, model.claims.subject);
    const tenant = claimOf(claims, model.claims.tenant);
    const plan = claimOf(claims, model.claims.plan);
    if (!isName(subject)) return invalid('the subject claim is not a name');
    if (tenant !== undefined && !isName(tenant)) return invalid('the tenant claim is not a name');
    const caller = {
      subject,
      ...(tenant === undefined ? {} : { tenant }),
      // A plan that is no name counts as one that does not exist: the default plan, and a metric.
      ...(plan === undefined ? {} : { claimedPlan: isName(plan) ? plan : '' }),
      scopes: scopesOf(claimOf(claims, model.claims.scopes)),
      claims: this.kept(claims),
      limitKey: limitKeyOf(model.issuer, tenant, subject),
      via: 'jwt',
    } as const;
    const verification = { kind: 'caller', caller } as const;
    const untilSeconds = (claims.exp as number) + model.clockToleranceSeconds;
    this.verified.add(token, { verification, untilSeconds }, generation);
    return verification;
  }

  /** The values of the claims that services require. */
  private kept(claims: Readonly<Record<string, unknown>>): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(this.requiredClaims.map((name) => [name, valuesOf(claimOf(claims, name))]));
  }

  /** The key of a token: by its id, where it names one; else the only key that fits the algorithm. */
  private keyAtHand(alg: string, kid: string | undefined): PublicKey | undefined {
    const type = KEY_TYPES[alg];
    const fitting = this.jwks.find(
      (key) =>
        key.kty === type?.kty &&
        (type.crv === undefined || key.crv === type.crv) &&
        (key.alg === undefined || key.alg === alg) &&
        (kid === undefined || key.kid === kid),
    );
    return fitting.length === 1 || kid !== undefined ? fitting[0] : undefined;
  }
}

const UNAVAILABLE: Verification = { kind: 'unavailable', reason: 'the JWKS was never read' };

/** `undefined` for what is no header of a JWS: not JSON, no object, `alg` or `kid` that are no text. */
function readHeader(token: string): { alg: string; kid: string | undefined } | undefined {
  try {
    // What it says of types is not what it has checked.
    const { alg, kid }: Readonly<Record<string, unknown>> = decodeProtectedHeader(token);
    if (typeof alg !== 'string') return undefined;
    return kid === undefined || typeof kid === 'string' ? { alg, kid } : undefined;
  } catch {
    return undefined;
  }
}

/** Names the check that failed, never what the token says. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `the ${error.claim} claim does not fit`;
  if (error instanceof errors.JOSEError) return error.code;
  return 'the token cannot be read';
}

/** The refusal of a token. */
export function invalid(reason: string): Verification {
  return { kind: 'invalid', reason };
}
