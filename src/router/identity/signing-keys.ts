/** Private keys that the router signs with, read out of PEM (RFC 7468), and what the world may see of them. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto';
import { FileContentError } from '../watched-file';

/** A key that signs. */
export interface SigningKey {
  /** Thumbprint of the public key (RFC 7638), which is its id. */
  readonly kid: string;
  readonly alg: string;
  readonly publicJwk: JsonWebKey;
  /** Signature of the bytes as a JWS has it (RFC 7518 section 3). */
  sign(bytes: Buffer): Buffer;
}

const PRIVATE_KEY = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----[\s\S]*?-----END \1PRIVATE KEY-----/g;
/** RFC 7518 section 3.3. */
const RSA_BITS_LEAST = 2_048;

/**
 * At least one key, in the order in which they are written.
 *
 * @throws FileContentError that names the key by its place
 */
export function readSigningKeys(text: string): readonly [SigningKey, ...SigningKey[]] {
  const [first, ...others] = (text.match(PRIVATE_KEY) ?? []).map(readKey);
  if (first === undefined) throw new FileContentError('there is no private key in PEM form');
  return [first, ...others];
}

function readKey(pem: string, index: number): SigningKey {
  const fail = (what: string) => new FileContentError(`private key ${index + 1}: ${what}`);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw fail('it cannot be read, or has a passphrase');
  }
  const alg = algorithmOf(key);
  if (alg === undefined) throw fail('it is not RSA of 2,048 bits or more, P-256, P-384 or Ed25519');
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const kid = thumbprint(jwk);
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
  return {
    kid,
    alg,
    publicJwk: { ...jwk, kid, alg, use: 'sig' },
    sign: (bytes) => sign(hash, bytes, { key, dsaEncoding: 'ieee-p1363' }),
  };
}

function algorithmOf(key: KeyObject): string | undefined {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return modulusLength >= RSA_BITS_LEAST ? 'RS256' : undefined;
    case 'ec':
      return namedCurve === 'prime256v1' ? 'ES256' : namedCurve === 'secp384r1' ? 'ES384' : undefined;
    case 'ed25519':
      return 'EdDSA';
    default:
      return undefined;
  }
}

/** RFC 7638 section 3: the members that the type needs, in the order of their names. */
function thumbprint({ kty, crv, x, y, n, e }: JsonWebKey): string {
  const members = kty === 'RSA' ? { e, kty, n } : kty === 'EC' ? { crv, kty, x, y } : { crv, kty, x };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}
