/** Which tokens make a caller, and which do not (contract I2). */
import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import type { IssuerModel } from '../../../src/model/gateway-model';
import { limitKeyOf } from '../../../src/router/identity/credentials';
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
/** With two keys that fit the same algorithm. */
let twins: IdentityProvider;
const ALGORITHMS = ['RS256', 'RS512', 'PS256', 'PS384', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const now = () => Math.floor(Date.now() / 1000);

beforeAll(async () => {
  rsa = await createKey('rsa', 'RS256');
  const keys = await Promise.all(ALGORITHMS.map((alg) => createKey(`key-${alg}`, alg)));
  provider = await startIdentityProvider([await createKey('one'), rsa, ...keys]);
  twins = await startIdentityProvider([await createKey('a'), await createKey('b')]);
  verifier = open(provider);
});
afterAll(async () => {
  verifier.close();
  await provider.close();
  await twins.close();
});

function open({ url }: IdentityProvider, changes: Partial<IssuerModel> = {}): RunningVerifier {
  const jwt = {
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: url,
    algorithms: ALGORITHMS,
    clockToleranceSeconds: 5,
    claims: { subject: 'sub', tenant: 'org_id', plan: 'app_metadata.plan', scopes: 'scope' },
    ...changes,
  };
  return createVerifier(
    { issuers: [jwt], apiKeys: false, requiredClaims: [] },
    { jwksCooldownMilliseconds: 50 },
  );
}

async function verify(token: string, seconds = now()): Promise<Verification> {
  return verifier.verify({ authorization: `Bearer ${token}` }, seconds);
}

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

const claims = () => ({ iss: ISSUER, aud: AUDIENCE, sub: 'ada', exp: now() + 60 });

it.each(ALGORITHMS)('accepts a token signed with %s', async (alg) => {
  const key = provider.keys.find((candidate) => candidate.alg === alg) as SigningKey;
  expect(await verify(await provider.sign({}, { key }))).toMatchObject({
    kind: 'caller',
    caller: { subject: 'ada' },
  });
});

it('takes subject, tenant and plan from the claims that the model names', async () => {
  const token = await provider.sign({ sub: 'bob', org_id: 'acme', app_metadata: { plan: 'pro' } });
  expect(await verify(token)).toEqual({
    kind: 'caller',
    caller: {
      subject: 'bob',
      tenant: 'acme',
      claimedPlan: 'pro',
      scopes: [],
      claims: {},
      via: 'jwt',
      limitKey: expect.any(String),
    },
  });
});

it('accepts one of several audiences', async () => {
  expect((await verify(await provider.sign({ aud: ['other', AUDIENCE] }))).kind).toBe('caller');
});

const NO_KEY = 'no key fits';
const NOT_ALLOWED = 'the algorithm is not allowed';
const NO_HEADER = 'the header cannot be read';
const BAD_SIGNATURE = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED';

/** An HMAC over the token with bytes that everybody knows. */
function forge(secret: string | Buffer, kid: string): string {
  const text = `${encode({ alg: 'HS256', kid })}.${encode(claims())}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

function withPayload(token: string, payload: object): string {
  const [header, , signature] = token.split('.');
  return `${header}.${encode(payload)}.${signature}`;
}

/** What is wrong, how such a token is made, and the reason that the log gets. */
const hostile: [string, () => string | Promise<string>, string][] = [
  ['an expired token', () => provider.sign({}, { expiresIn: -10 }), 'the token has expired'],
  ['a token that is not valid yet', () => provider.sign({ nbf: now() + 60 }), 'the nbf claim does not fit'],
  ['a token that never expires', () => provider.sign({}, { expiresIn: null }), 'the exp claim does not fit'],
  ['an expiry that is text', () => provider.sign({ exp: '2999-01-01' }), 'the exp claim does not fit'],
  ['a start that is text', () => provider.sign({ nbf: '1999-01-01' }), 'the nbf claim does not fit'],
  ['another issuer', () => provider.sign({ iss: 'https://id.example.org/' }), 'the iss claim does not fit'],
  [
    'the issuer without its slash',
    () => provider.sign({ iss: ISSUER.slice(0, -1) }),
    'the iss claim does not fit',
  ],
  ['a list of issuers', () => provider.sign({ iss: [ISSUER] }), 'the iss claim does not fit'],
  ['another audience', () => provider.sign({ aud: 'others' }), 'the aud claim does not fit'],
  [
    'an audience that only begins alike',
    () => provider.sign({ aud: 'agents-2' }),
    'the aud claim does not fit',
  ],
  ['no audience', () => provider.sign({ aud: undefined }), 'the aud claim does not fit'],
  ['no subject', () => provider.sign({ sub: undefined }), 'the subject claim is not a name'],
  ['an empty subject', () => provider.sign({ sub: '' }), 'the subject claim is not a name'],
  ['a subject that is a number', () => provider.sign({ sub: 7 }), 'the subject claim is not a name'],
  [
    'a subject that backends would trim',
    () => provider.sign({ sub: ' ada' }),
    'the subject claim is not a name',
  ],
  [
    'a subject of 257 characters',
    () => provider.sign({ sub: 'a'.repeat(257) }),
    'the subject claim is not a name',
  ],
  [
    'a subject that would break a header',
    () => provider.sign({ sub: 'ada\r\nx-plan: enterprise' }),
    'the subject claim is not a name',
  ],
  ['a tenant that is a list', () => provider.sign({ org_id: ['acme'] }), 'the tenant claim is not a name'],
  ['an empty tenant', () => provider.sign({ org_id: '' }), 'the tenant claim is not a name'],
  ['a key that is not known', async () => provider.sign({}, { key: await createKey('unknown') }), NO_KEY],
  [
    'a known key id on another key',
    async () => provider.sign({}, { key: await createKey('one') }),
    BAD_SIGNATURE,
  ],
  [
    'an algorithm that is not allowed',
    async () => provider.sign({}, { key: await createKey('rsa', 'RS384') }),
    NOT_ALLOWED,
  ],
  ['an algorithm that the key is not for', () => provider.sign({}, { header: { kid: 'rsa' } }), NO_KEY],
  ['a key id that is a path', () => provider.sign({}, { header: { kid: '../../etc/passwd' } }), NO_KEY],
  ['a key id that every object has', () => provider.sign({}, { header: { kid: '__proto__' } }), NO_KEY],
  ['a key id that is a number', () => provider.sign({}, { header: { kid: 1 as never } }), NO_HEADER],
  ['an empty key id', () => provider.sign({}, { header: { kid: '' } }), NO_KEY],
  [
    'a key in its own header',
    async () => {
      const own = await createKey('own');
      return provider.sign({}, { key: own, header: { jwk: own.publicJwk } as never });
    },
    NO_KEY,
  ],
  [
    'a key in its own header, under the id of a known one',
    async () => {
      const own = await createKey('one');
      return provider.sign({}, { key: own, header: { jwk: own.publicJwk } as never });
    },
    BAD_SIGNATURE,
  ],
  ['alg none', () => `${encode({ alg: 'none' })}.${encode(claims())}.`, NOT_ALLOWED],
  [
    'alg None with a signature',
    () => `${encode({ alg: 'None', kid: 'one' })}.${encode(claims())}.AAAA`,
    NOT_ALLOWED,
  ],
  ['an alg that is a list', () => `${encode({ alg: ['ES256'] })}.${encode(claims())}.AAAA`, NO_HEADER],
  ['no alg', () => `${encode({ kid: 'one' })}.${encode(claims())}.AAAA`, NO_HEADER],
  [
    'an HMAC with the public key as PEM',
    () => {
      const key = createPublicKey({ key: rsa.publicJwk as JsonWebKey, format: 'jwk' });
      return forge(key.export({ type: 'spki', format: 'pem' }), 'rsa');
    },
    NOT_ALLOWED,
  ],
  ['an HMAC with the public key as JWK', () => forge(JSON.stringify(rsa.publicJwk), 'rsa'), NOT_ALLOWED],
  ['a header that is a number', () => 'MQ.MQ.MQ', NO_HEADER],
  ['a header that is null', () => `${encode('null')}.${encode(claims())}.AAAA`, NO_HEADER],
  ['a header that is no JSON', () => `${encode('{')}.${encode(claims())}.AAAA`, NO_HEADER],
  [
    'a critical header that nobody knows',
    () => provider.sign({}, { header: { crit: ['x'], x: 1 } }),
    'ERR_JOSE_NOT_SUPPORTED',
  ],
  [
    'a payload that was changed',
    async () => withPayload(await provider.sign(), { ...claims(), sub: 'root' }),
    BAD_SIGNATURE,
  ],
  [
    'a known token with another payload',
    async () => {
      const known = await provider.sign({ sub: 'known' });
      await verify(known);
      return withPayload(known, { ...claims(), sub: 'root' });
    },
    BAD_SIGNATURE,
  ],
  [
    'a known token without its signature',
    async () => {
      const known = await provider.sign({ sub: 'known' });
      await verify(known);
      return known.slice(0, known.lastIndexOf('.') + 1);
    },
    BAD_SIGNATURE,
  ],
];

it.each(hostile)('refuses %s', async (_what, make, reason) => {
  expect(await verify(await make())).toEqual({ kind: 'invalid', reason });
});

it.each(['HS256', 'none'])('refuses alg %s even where the model allows it', async (alg) => {
  const other = open(twins, { algorithms: [alg] });
  const token = `${encode({ alg })}.${encode(claims())}.AAAA`;

  expect(await other.verify({ authorization: `Bearer ${token}` }, now())).toEqual({
    kind: 'invalid',
    reason: NO_KEY,
  });
  other.close();
});

it('takes a plan that is no name for one that does not exist', async () => {
  const token = await provider.sign({ app_metadata: { plan: ['pro'] } });
  expect(await verify(token)).toMatchObject({ kind: 'caller', caller: { claimedPlan: '' } });
});

it('accepts the longest subject', async () => {
  expect((await verify(await provider.sign({ sub: 'a'.repeat(256) }))).kind).toBe('caller');
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
  const other = open(twins);
  const token = await twins.sign({}, { header: { kid: undefined as never } });
  expect((await other.verify({ authorization: `Bearer ${token}` }, now())).kind).toBe('invalid');
  other.close();
});

it('knows a token at once the second time, and the caller is the same object', async () => {
  const token = await provider.sign({ sub: 'twice' });
  const first = await verify(token);

  expect(verifier.verify({ authorization: `Bearer ${token}` }, now())).toBe(first);
  expect(verifier.verify({ authorization: `bearer  ${token}` }, now())).toBe(first);
  expect(verifier.verify({ authorization: `Bearer ${token}`, apiKey: '' }, now())).toBe(first);
});

it('refuses a known token once it has expired', async () => {
  const token = await provider.sign({ sub: 'brief' }, { expiresIn: 10 });
  const credentials = { authorization: `Bearer ${token}` };
  await verify(token);

  expect(verifier.verify(credentials, now() + 13)).toMatchObject({ kind: 'caller' });
  expect(await verifier.verify(credentials, now() + 16)).toMatchObject({ kind: 'invalid' });
});

it('refuses a known token beside an API key', async () => {
  const token = await provider.sign({ sub: 'both' });
  await verify(token);

  const both = verifier.verify({ authorization: `Bearer ${token}`, apiKey: 'k' }, now());
  expect(both).toEqual({ kind: 'invalid', reason: 'two credentials that differ' });
});

it('verifies each token by the issuer that it names', async () => {
  const other = await startIdentityProvider([await createKey('other')]);
  const base = { audience: AUDIENCE, algorithms: ['ES256'], clockToleranceSeconds: 5 };
  const claims = { subject: 'sub', tenant: 'org_id', plan: 'plan', scopes: 'scope' };
  const issuers = [
    { ...base, claims, issuer: ISSUER, jwksUrl: provider.url },
    {
      ...base,
      claims: { ...claims, subject: 'email' },
      issuer: 'https://other.example/',
      jwksUrl: other.url,
    },
  ];
  const both = createVerifier({ issuers, apiKeys: false, requiredClaims: [] });
  const ask = async (token: string) => both.verify({ authorization: `Bearer ${token}` }, now());
  const foreign = { iss: 'https://other.example/', email: 'grace' };

  expect(await ask(await provider.sign())).toMatchObject({ caller: { subject: 'ada' } });
  expect(await ask(await other.sign(foreign))).toMatchObject({ caller: { subject: 'grace' } });
  // Signed by one in the name of the other, and in the name of nobody.
  expect(await ask(await provider.sign(foreign))).toMatchObject({ kind: 'invalid' });
  expect(await ask(await other.sign())).toMatchObject({ kind: 'invalid' });
  expect(await ask(await other.sign({ iss: 'https://third.example/' }))).toMatchObject({ kind: 'invalid' });
  expect(await ask(await other.sign({ iss: ['https://other.example/'] }))).toMatchObject({ kind: 'invalid' });
  both.close();
  await other.close();
});

it.each<[string, Record<string, unknown>, object]>([
  ['a text with spaces', { scope: 'chat  tools' }, { scopes: ['chat', 'tools'] }],
  ['a list', { scope: ['chat', 7, 'tools'] }, { scopes: ['chat', 'tools'] }],
  ['neither', { scope: { chat: true } }, { scopes: [] }],
])('reads scopes that are %s, and the claims that are required', async (_, said, expected) => {
  const issuer = {
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: provider.url,
    algorithms: ['ES256'],
    clockToleranceSeconds: 5,
    claims: { subject: 'sub', tenant: 'org_id', plan: 'plan', scopes: 'scope' },
  };
  const requiredClaims = ['level', 'groups', 'app.role', 'none'];
  const strict = createVerifier({ issuers: [issuer], apiKeys: false, requiredClaims });
  const facts = { level: 3, groups: ['a', { b: 1 }, true], app: { role: 'admin' }, other: 'x' };
  const token = await provider.sign({ ...said, ...facts });

  expect(await strict.verify({ authorization: `Bearer ${token}` }, now())).toMatchObject({
    caller: {
      ...expected,
      claims: { level: ['3'], groups: ['a', 'true'], 'app.role': ['admin'], none: [] },
    },
  });
  strict.close();
});

it.each([
  ['alone', undefined],
  ['beside those of an issuer that is away', 'http://127.0.0.1:1/jwks.json'],
])('knows keys that are given %s', async (_, jwksUrl) => {
  const keys = [provider.keys[0]?.publicJwk as Record<string, string>];
  const issuer = {
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ALGORITHMS,
    clockToleranceSeconds: 5,
    claims: { subject: 'sub', tenant: 'org_id', plan: 'plan', scopes: 'scope' },
  };
  const alone = createVerifier({
    issuers: [{ ...issuer, keys, ...(jwksUrl === undefined ? {} : { jwksUrl }) }],
    apiKeys: false,
    requiredClaims: [],
  });
  const ask = async (token: string) => alone.verify({ authorization: `Bearer ${token}` }, now());

  expect(await ask(await provider.sign())).toMatchObject({ kind: 'caller' });
  expect(await ask(await provider.sign({}, { key: rsa }))).toMatchObject({ kind: 'invalid' });
  expect(alone.jwksAgeSeconds()).toBeUndefined();
  alone.close();
});

it('refuses an API key where none are accepted', () => {
  expect(verifier.verify({ apiKey: 'k' }, now())).toMatchObject({ kind: 'invalid' });
  expect(verifier.verify({ authorization: 'Bearer k' }, now())).toMatchObject({ kind: 'invalid' });
});

it('counts the same subject of two tenants, and of a token and an API key, apart', async () => {
  const keys = await Promise.all(
    [{ org_id: 'acme' }, { org_id: 'other' }, {}].map(async (tenant) => {
      const verification = await verify(await provider.sign({ sub: 'ada', ...tenant }));
      return verification.kind === 'caller' ? verification.caller.limitKey : '';
    }),
  );

  expect(new Set([...keys, limitKeyOf('api-key', undefined, 'ada'), '']).size).toBe(5);
});
