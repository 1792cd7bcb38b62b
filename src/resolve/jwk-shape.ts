/** The shape of public keys that are written into the props (RFC 7517, RFC 7518 section 6, RFC 8037 section 2). */
import type { JwkProps, JwksProps } from '../props/auth-props';
import { listWords } from './nearest';
import { NOTHING, type Place, SECRET } from './problems';
import { list, object, optional, ownMembers, required, type Shape } from './shape';
import { checked, visible, word } from './values';

/** Members that a key of each type has. */
const MEMBERS = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
} as const satisfies Record<JwkProps['kty'], readonly (keyof JwkProps)[]>;

const CURVES = { RSA: [], EC: ['P-256', 'P-384', 'P-521'], OKP: ['Ed25519'] } as const;

/** Members of which any makes a key private or symmetric (RFC 7518 sections 6.2.2, 6.3.2 and 6.4). */
const PRIVATE = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

const base64url: Shape<string> = checked(
  'AGW_JWK',
  'a number in base64url',
  'copy it from the JWKS as it is',
  (value) => /^[\w-]{1,2000}$/.test(value),
);

/** @param algorithms that a key may be bound to */
export function jwksShape(algorithms: readonly string[]): Shape<JwksProps> {
  const members = object<JwkProps>({
    kty: required(word(['RSA', 'EC', 'OKP']), 'the type of the key'),
    kid: optional(visible),
    alg: optional(word(algorithms)),
    use: optional(word(['sig'])),
    crv: optional(word([...CURVES.EC, ...CURVES.OKP])),
    x: optional(base64url),
    y: optional(base64url),
    n: optional(base64url),
    e: optional(base64url),
  });
  const key: Shape<JwkProps> = (value, at) => {
    const given = ownMembers(value) ?? new Map<string, unknown>();
    const secret = PRIVATE.find((name) => given.has(name));
    if (secret !== undefined) return refuseSecret(at.key(secret));
    const read = members(value, at);
    if (read?.kty !== undefined) checkType(given, read.kty, at);
    return read;
  };
  return object<JwksProps>({ keys: required(list(key, 1), 'a list of public keys') });
}

function refuseSecret(at: Place): undefined {
  const fix = 'give the public half alone; if this was committed, make a new key';
  at.report('AGW_SECRET_PLAIN', SECRET, 'a public key, without private members', fix);
  return undefined;
}

/** Members are there, or are not, as the type says. */
function checkType(given: ReadonlyMap<string, unknown>, kty: JwkProps['kty'], at: Place): void {
  const wanted: readonly string[] = MEMBERS[kty];
  for (const name of ['crv', 'x', 'y', 'n', 'e']) {
    const there = given.has(name);
    if (wanted.includes(name) && !there) {
      at.key(name).report('AGW_JWK', NOTHING, `a member of every ${kty} key`, 'copy the whole key');
    } else if (!wanted.includes(name) && there) {
      at.key(name).report('AGW_JWK', given.get(name), `no such member in ${kty} keys`, 'remove it');
    }
  }
  const curves: readonly string[] = CURVES[kty];
  const curve = given.get('crv');
  if (typeof curve === 'string' && curves.length > 0 && !curves.includes(curve)) {
    at.key('crv').report('AGW_JWK', curve, `${listWords(curves, 'or')} in ${kty} keys`, 'copy the whole key');
  }
}
