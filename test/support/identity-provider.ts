/** An issuer of tokens on the loopback, with its keys as a JWKS that tests can change, break and count. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose';

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export interface IdentityProvider {
  readonly url: string;
  readonly issuer: string;
  readonly audience: string;
  /** Keys that the JWKS shows. */
  keys: SigningKey[];
  /** JWKS requests so far. */
  readonly requests: number;
  /** Takes the place of the JWKS, until it is set to `undefined` again. */
  behave: RequestListener | undefined;
  sign(claims?: Record<string, unknown>, options?: SignOptions): Promise<string>;
  close(): Promise<void>;
}

export interface SignOptions {
  readonly key?: SigningKey;
  /** Laid over the header. */
  readonly header?: Partial<JWTHeaderParameters>;
  /** Unit: seconds from now. `null`: no `exp`. Default 300. */
  readonly expiresIn?: number | null;
}

export const ISSUER = 'https://id.example.com/';
export const AUDIENCE = 'agents';

export async function createKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg } };
}

export async function startIdentityProvider(keys?: SigningKey[]): Promise<IdentityProvider> {
  let requests = 0;
  const server = createServer((request, answer) => {
    requests++;
    if (provider.behave !== undefined) return provider.behave(request, answer);
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify({ keys: provider.keys.map((key) => key.publicJwk) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const provider: IdentityProvider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: keys ?? [await createKey('one')],
    behave: undefined,
    get requests() {
      return requests;
    },
    sign: (claims = {}, options = {}) =>
      signToken(options.key ?? (provider.keys[0] as SigningKey), claims, options),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return provider;
}

function signToken(key: SigningKey, claims: Record<string, unknown>, options: SignOptions): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const expiresIn = options.expiresIn === undefined ? 300 : options.expiresIn;
  const usual = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', iat: now };
  return new SignJWT({ ...usual, ...(expiresIn === null ? {} : { exp: now + expiresIn }), ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...options.header })
    .sign(key.privateKey);
}
