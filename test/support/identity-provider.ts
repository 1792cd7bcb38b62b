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

/** A key pair with what the JWKS shows of it. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** An issuer that listens. */
export interface IdentityProvider {
  /** Of the JWKS. */
  readonly url: string;
  readonly issuer: string;
  readonly audience: string;
  /** Keys that the JWKS shows. */
  keys: SigningKey[];
  /** JWKS requests so far. */
  readonly requests: number;
  /** Takes the place of the JWKS, until it is set to `undefined` again. */
  behave: RequestListener | undefined;
  /** By default for `ada`, for five minutes, signed with the first of the keys. */
  sign(claims?: Record<string, unknown>, options?: SignOptions): Promise<string>;
  /** Puts a new key before the others, so that it signs; with `withdraw` in place of them. */
  rotate(options?: { readonly alg?: string; readonly withdraw?: boolean }): Promise<SigningKey>;
  /** Stops listening and cuts connections; `start` takes it up on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** The same as `stop`, for good. */
  close(): Promise<void>;
}

/** What is unusual of a token. */
export interface SignOptions {
  readonly key?: SigningKey;
  /** Laid over the header; `undefined` takes a member away. */
  readonly header?: Partial<JWTHeaderParameters>;
  /** Unit: seconds from now. `null`: no `exp`. Default 300. */
  readonly expiresIn?: number | null;
}

/** What its tokens say, and what a model says of it. */
export const ISSUER = 'https://id.example.com/';
export const AUDIENCE = 'agents';

/** A key that no JWKS shows yet. */
export async function createKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg } };
}

/** Listens on a free port; with one `ES256` key unless others are given. */
export async function startIdentityProvider(keys?: SigningKey[]): Promise<IdentityProvider> {
  let requests = 0;
  let rotations = 0;
  const server = createServer((request, answer) => {
    requests++;
    if (provider.behave !== undefined) return provider.behave(request, answer);
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify({ keys: provider.keys.map((key) => key.publicJwk) }));
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const provider: IdentityProvider = {
    url: `http://127.0.0.1:${port}/jwks.json`,
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: keys ?? [await createKey('one')],
    behave: undefined,
    get requests() {
      return requests;
    },
    sign: (claims = {}, options = {}) =>
      signToken(options.key ?? (provider.keys[0] as SigningKey), claims, options),
    async rotate({ alg = 'ES256', withdraw = false } = {}) {
      const key = await createKey(`rotated-${++rotations}`, alg);
      provider.keys = withdraw ? [key] : [key, ...provider.keys];
      return key;
    },
    stop,
    start: () => listen(port),
    close: stop,
  };
  return provider;
}

function signToken(key: SigningKey, claims: Record<string, unknown>, options: SignOptions): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const expiresIn = options.expiresIn === undefined ? 300 : options.expiresIn;
  const critical = options.header?.crit ?? [];
  const usual = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', iat: now };
  return new SignJWT({ ...usual, ...(expiresIn === null ? {} : { exp: now + expiresIn }), ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...options.header })
    .sign(key.privateKey, { crit: Object.fromEntries(critical.map((name) => [name, true])) });
}
