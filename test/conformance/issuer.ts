/** Signs the tokens of a run. The platform trusts its public key, which the issuer serves as a JWKS. */
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';

/** What `platform/props.yaml` says of tokens. */
export const TOKENS = { issuer: 'https://id.example.com/', audience: 'agents' } as const;

/** What is unusual of a token. */
export interface TokenOptions {
  /** Unit: seconds from now. Default 300. */
  readonly expiresIn?: number;
  readonly key?: SigningKey;
  /** Laid over the header. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A key pair; `publicJwk` is what the JWKS shows. */
export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK & { readonly kid: string };
}

/** An issuer of tokens. */
export interface Issuer {
  /** The key that signs now. */
  readonly key: SigningKey;
  /** @param claims laid over issuer, audience, subject `nobody` and the usual times */
  sign(claims: Readonly<Record<string, unknown>>, options?: TokenOptions): Promise<string>;
}

const ALGORITHM = 'ES256';

/** Makes a key that no JWKS shows yet. */
export async function createSigningKey(kid: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: ALGORITHM } };
}

/** Reads a private key as it was written for a deployment. */
export async function readSigningKey(jwk: JWK): Promise<SigningKey> {
  const { d: _, ...publicJwk } = jwk;
  const privateKey = (await importJWK(jwk, ALGORITHM)) as CryptoKey;
  return { privateKey, publicJwk: { ...publicJwk, kid: jwk.kid ?? '' } };
}

/** @param key asked for every token, so that it can change */
export function issuerWith(key: () => SigningKey): Issuer {
  return {
    get key() {
      return key();
    },
    sign(claims, options = {}) {
      const { privateKey, publicJwk } = options.key ?? key();
      const now = Math.floor(Date.now() / 1000);
      const usual = { iss: TOKENS.issuer, aud: TOKENS.audience, sub: 'nobody', iat: now };
      return new SignJWT({ ...usual, exp: now + (options.expiresIn ?? 300), ...claims })
        .setProtectedHeader({ alg: ALGORITHM, kid: publicJwk.kid, ...options.header })
        .sign(privateKey);
    },
  };
}
