/** An issuer of tokens on the loopback: serves its public keys as a JWKS over HTTP and signs what a test asks for. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JWK, SignJWT } from 'jose';
import type { JwtModel } from '../../src/model/gateway-model';

/** Claims laid over the usual ones; `undefined` takes one away. */
export type TestClaims = Readonly<Record<string, unknown>>;

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export interface SignOptions {
  /** Default: the newest key. */
  readonly key?: SigningKey;
  /** Laid over `alg` and `kid`; `undefined` takes one away. */
  readonly header?: Readonly<Record<string, unknown>>;
}

export interface IdentityProvider {
  /** Of the JWKS. */
  readonly url: string;
  readonly issuer: string;
  /** What the router needs to know of it: every algorithm, 5 s of clock tolerance. */
  readonly jwtModel: JwtModel;
  /** How often the JWKS was asked for. */
  readonly requests: number;
  /** The key that signs. */
  readonly key: SigningKey;
  /** A token for `ada` that is good for five minutes, and for the audience `agents`. */
  sign(claims?: TestClaims, options?: SignOptions): Promise<string>;
  /** Adds a key, which signs from now on. With `withdraw` the keys before it leave the JWKS. */
  rotate(options?: { readonly alg?: string; readonly withdraw?: boolean }): SigningKey;
  /** Entries of the JWKS besides the keys that sign. */
  readonly extraKeys: unknown[];
  /** Answers instead of the JWKS, until `undefined` is given. */
  answer(with_: ((request: IncomingMessage, response: ServerResponse) => void) | undefined): void;
  /** Stops listening and cuts connections; `start` takes it up on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Every algorithm that a gateway can allow. */
export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** Listens on a free port of the loopback with one key, `ES256` unless told otherwise. */
export async function startIdentityProvider(alg = 'ES256'): Promise<IdentityProvider> {
  let kids = 0;
  let keys: SigningKey[] = [];
  let requests = 0;
  let custom: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  const extraKeys: unknown[] = [];
  const server = createServer((request, response) => {
    requests++;
    if (custom !== undefined) return custom(request, response);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [...extraKeys, ...keys.map(publicJwk)] }));
  });
  const rotate: IdentityProvider['rotate'] = (options = {}) => {
    const key = { kid: `key-${++kids}`, ...generateKey(options.alg ?? alg) };
    keys = options.withdraw === true ? [key] : [...keys, key];
    return key;
  };
  rotate();
  const port = await listen(server, 0);
  const url = `http://127.0.0.1:${port}/jwks.json`;
  const issuer = `http://127.0.0.1:${port}/`;
  const newest = () => keys[keys.length - 1] as SigningKey;
  return {
    url,
    issuer,
    jwtModel: {
      issuer,
      audience: 'agents',
      jwksUrl: url,
      algorithms: ALGORITHMS,
      clockToleranceSeconds: 5,
      claims: { subject: 'sub', tenant: 'org_id', plan: 'plan' },
    },
    get requests() {
      return requests;
    },
    get key() {
      return newest();
    },
    sign: (claims, options) => signToken(issuer, options?.key ?? newest(), claims, options?.header),
    rotate,
    extraKeys,
    answer: (with_) => {
      custom = with_;
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    start: async () => void (await listen(server, port)),
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function signToken(
  issuer: string,
  key: SigningKey,
  claims: TestClaims = {},
  header: SignOptions['header'] = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: issuer, aud: 'agents', sub: 'ada', iat: now, exp: now + 300, ...claims };
  return new SignJWT(payload as Record<string, never>)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey);
}

/** A new key pair for an algorithm, without an id. */
export function generateKey(alg: string): Omit<SigningKey, 'kid'> {
  if (alg === 'EdDSA') return { alg, ...generateKeyPairSync('ed25519') };
  const curve = CURVES[alg];
  if (curve !== undefined) return { alg, ...generateKeyPairSync('ec', { namedCurve: curve }) };
  return { alg, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
}

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/** As it stands in a JWKS. */
export function publicJwk({ kid, alg, publicKey }: SigningKey): JWK {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } as JWK;
}
