/** Tokens of all issuers: each is verified by the issuer that it names, once, and then remembered. */
import { decodeJwt } from 'jose';
import type { IdentityModel, IssuerModel } from '../../model/gateway-model';
import { Jwks, type JwksOptions } from './jwks';
import { invalid, JwtVerifier } from './jwt';
import { VerifiedTokens } from './verified-tokens';
import type { Verification } from './verifier';

/** An issuer with what verifies its tokens. */
interface Issuer {
  readonly jwks: Jwks;
  readonly verifier: JwtVerifier;
}

/** Verifies tokens. */
export class Tokens {
  private readonly verified = new VerifiedTokens();
  private readonly issuers: ReadonlyMap<string, Issuer>;
  /** Where there is only one, it need not be looked for. */
  private readonly only: Issuer | undefined;

  /** Starts reading the issuers' keys. */
  constructor(
    private readonly identity: IdentityModel,
    options: Omit<JwksOptions, 'url' | 'given' | 'onChange'>,
  ) {
    const { issuers } = identity;
    this.issuers = new Map(issuers.map((model) => [model.issuer, this.open(model, options)]));
    this.only = issuers.length === 1 ? this.issuers.values().next().value : undefined;
  }

  /** The answer for a token that was verified before and is still good. */
  known(token: string, nowSeconds: number): Verification | undefined {
    return this.verified.get(token, nowSeconds);
  }

  /** At once for a token that is known. Never rejects. */
  verify(token: string, nowSeconds: number): Verification | Promise<Verification> {
    const known = this.known(token, nowSeconds);
    if (known !== undefined) return known;
    const issuer = this.only ?? this.issuers.get(issuerNamedBy(token));
    return issuer?.verifier.verify(token, nowSeconds) ?? invalid('the issuer is not known');
  }

  /** Whether the first attempt to read keys has ended for every issuer, well or not. */
  get tried(): boolean {
    return this.all().every(({ jwks }) => jwks.tried);
  }

  /** The oldest of what was read; `undefined` where nothing was. */
  ageSeconds(): number | undefined {
    const ages = this.all().flatMap(({ jwks }) => jwks.ageSeconds() ?? []);
    return ages.length === 0 ? undefined : Math.max(...ages);
  }

  /** Ends timers and fetches. */
  close(): void {
    for (const { jwks } of this.all()) jwks.close();
  }

  private all(): readonly Issuer[] {
    return [...this.issuers.values()];
  }

  private open(model: IssuerModel, options: Omit<JwksOptions, 'url' | 'given' | 'onChange'>): Issuer {
    const jwks = new Jwks({
      ...options,
      ...(model.jwksUrl === undefined ? {} : { url: model.jwksUrl }),
      given: model.keys ?? [],
      // A key may have been withdrawn.
      onChange: () => this.verified.clear(),
    });
    return { jwks, verifier: new JwtVerifier(model, this.identity.requiredClaims, jwks, this.verified) };
  }
}

/** What a token says of its issuer, which is not yet known to be true; `''` where it says nothing. */
function issuerNamedBy(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    return '';
  }
}
