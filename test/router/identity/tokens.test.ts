/** Which tokens make a caller, and which do not (contract I2). */
import { createHmac, createPublicKey } from 'node:crypto';
import type { Verification } from '../../../src/router/identity/verifier';
import { createVerifier, type RunningVerifier } from '../../../src/router/identity/verify-caller';
import {
  AUDIENCE,
  createKey,
  type IdentityProvider,
  ISSUER,
  type SigningKey,
  startIdentityProvider,
} from '../../support/identity-provider';

let provider: IdentityProvider;
let verifier: RunningVerifier;
let rsa: SigningKey;
const now = () => Math.floor(Date.now() / 1000);

beforeAll(async () => {
  rsa = await createKey('rsa', 'RS256');
  const keys = await Promise.all(
    ['PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'].map((alg) => createKey(`key-${alg}`, alg)),
  );
  provider = await startIdentityProvider([await createKey('one'), rsa, ...keys]);
  verifier = open(provider);
});
afterAll(async () => {
  verifier.close();
  await provider.close();
});

function open({ url }: IdentityProvider): RunningVerifier {
  const jwt = {
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: url,
    algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'],
    clockToleranceSeconds: 5,
    claims: { subject: 'sub', tenant: 'org_id', plan: 'app_metadata.plan' },
  };
  return createVerifier({ jwt, apiKeys: false }, { jwksCooldownMilliseconds: 50 });
}

async function verify(token: string, seconds = now()): Promise<Verification> {
  return verifier.verify({ authorization: `Bearer ${token}` }, seconds);
}

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

const claims = () => ({ iss: ISSUER, aud: AUDIENCE, sub: 'ada', exp: now() + 60 });

it.each(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
  'accepts a token signed with %s',
  async (alg) => {
    const key = provider.keys.find((candidate) => candidate.alg === alg) as SigningKey;
    expect(await verify(await provider.sign({}, { key }))).toMatchObject({
      kind: 'caller',
      caller: { subject: 'ada' },
    });
  },
);

it('takes subject, tenant and plan from the claims that the model names', async () => {
  const token = await provider.sign({ sub: 'bob', org_id: 'acme', app_metadata: { plan: 'pro' } });
  expect(await verify(token)).toEqual({
    kind: 'caller',
    caller: { subject: 'bob', tenant: 'acme', claimedPlan: 'pro', via: 'jwt', limitKey: expect.any(String) },
  });
});

it('accepts one of several audiences', async () => {
  expect((await verify(await provider.sign({ aud: ['other', AUDIENCE] }))).kind).toBe('caller');
});

const hostile: [string, () => string | Promise<string>][] = [
  ['an expired token', () => provider.sign({}, { expiresIn: -10 })],
  ['a token that is not valid yet', () => provider.sign({ nbf: now() + 60 })],
  ['a token that never expires', () => provider.sign({}, { expiresIn: null })],
  ['an expiry that is text', () => provider.sign({ exp: '2999-01-01' as never })],
  ['another issuer', () => provider.sign({ iss: 'https://id.example.org/' })],
  ['another audience', () => provider.sign({ aud: 'others' })],
  ['no audience', () => provider.sign({ aud: undefined })],
  ['an empty subject', () => provider.sign({ sub: '' })],
  ['a subject that is a number', () => provider.sign({ sub: 7 as never })],
  ['a subject that would break a header', () => provider.sign({ sub: 'ada\r\nx-plan: enterprise' })],
  ['a tenant that is a list', () => provider.sign({ org_id: ['acme'] })],
  ['a key that is not known', async () => provider.sign({}, { key: await createKey('unknown') })],
  ['a known key id on another key', async () => provider.sign({}, { key: await createKey('one') })],
  [
    'an algorithm that is not allowed',
    async () => provider.sign({}, { key: await createKey('rsa', 'RS384') }),
  ],
  ['a key id that is a path', async () => provider.sign({}, { header: { kid: '../../etc/passwd' } })],
  [
    'a key in its own header',
    async () => {
      const own = await createKey('own');
      return provider.sign({}, { key: own, header: { jwk: own.publicJwk } as never });
    },
  ],
  ['alg none', () => `${encode({ alg: 'none' })}.${encode(claims())}.`],
  ['alg None with a signature', () => `${encode({ alg: 'None', kid: 'one' })}.${encode(claims())}.AAAA`],
  [
    'an HMAC with the public key',
    () => {
      const pem = createPublicKey({ key: rsa.publicJwk as never, format: 'jwk' }).export({
        type: 'spki',
        format: 'pem',
      });
      const text = `${encode({ alg: 'HS256', kid: 'rsa' })}.${encode(claims())}`;
      return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
    },
  ],
  ['a header that is a number', () => 'MQ.MQ.MQ'],
  ['a header that is no JSON', () => `${encode('{')}.${encode(claims())}.AAAA`],
  [
    'a critical header that nobody knows',
    () =>
      provider
        .sign({}, { header: { crit: ['x'], x: 1 } as never })
        .catch(() => `${encode({ alg: 'ES256', kid: 'one', crit: ['x'], x: 1 })}.${encode(claims())}.AAAA`),
  ],
  [
    'a payload that was changed',
    async () => {
      const [header, , signature] = (await provider.sign()).split('.');
      return `${header}.${encode({ ...claims(), sub: 'root' })}.${signature}`;
    },
  ],
  [
    'a known token with another payload',
    async () => {
      const known = await provider.sign({ sub: 'known' });
      await verify(known);
      const [header, , signature] = known.split('.');
      return `${header}.${encode({ ...claims(), sub: 'root' })}.${signature}`;
    },
  ],
];

it.each(hostile)('refuses %s', async (_what, make) => {
  const verification = await verify(await make());
  expect(verification).toEqual({ kind: 'invalid', reason: expect.any(String) });
});

it('says nothing of the token in its reason', async () => {
  const token = await provider.sign({ sub: '' });
  const verification = await verify(token);
  expect(JSON.stringify(verification)).not.toContain(token.slice(0, 20));
});

it('allows for clocks that differ a little, and no more', async () => {
  const token = await provider.sign({}, { expiresIn: 10 });
  expect((await verify(token, now() + 13)).kind).toBe('caller');
  expect((await verify(token, now() + 20)).kind).toBe('invalid');
});

it('accepts a token without a key id where one key alone fits, and no other', async () => {
  const eddsa = provider.keys.find((key) => key.alg === 'EdDSA') as SigningKey;
  expect(
    (await verify(await provider.sign({}, { key: eddsa, header: { kid: undefined as never } }))).kind,
  ).toBe('caller');
  const twins = await startIdentityProvider([await createKey('a'), await createKey('b')]);
  const other = open(twins);
  const token = await twins.sign({}, { header: { kid: undefined as never } });
  expect((await other.verify({ authorization: `Bearer ${token}` }, now())).kind).toBe('invalid');
  other.close();
  await twins.close();
});

it('knows a token at once the second time', async () => {
  const token = await provider.sign({ sub: 'twice' });
  await verify(token);
  expect(verifier.verify({ authorization: `Bearer ${token}` }, now())).toMatchObject({ kind: 'caller' });
});
