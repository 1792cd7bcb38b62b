/** Keys of an issuer that come, go, and cannot be had (contract I7). */
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { exportJWK } from 'jose';
import {
  createVerifier,
  type RunningVerifier,
  type VerifierOptions,
} from '../../../src/router/identity/verify-caller';
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
const events: { readonly level: string; readonly event: string; readonly cause?: unknown }[] = [];
const now = () => Math.floor(Date.now() / 1000);
/** Unit: milliseconds. */
const COOLDOWN = 100;

beforeEach(async () => {
  provider = await startIdentityProvider();
  events.length = 0;
});
afterEach(async () => {
  verifier.close();
  await provider.close();
});

async function open(options: VerifierOptions = {}): Promise<void> {
  const jwt = {
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: provider.url,
    algorithms: ['ES256'],
    clockToleranceSeconds: 0,
    claims: { subject: 'sub', tenant: 'org_id', plan: 'plan', scopes: 'scope' },
  };
  verifier = createVerifier(
    { issuers: [jwt], apiKeys: false, requiredClaims: [] },
    {
      jwksCooldownMilliseconds: COOLDOWN,
      log: (level, event, fields) => events.push({ level, event, ...fields }),
      ...options,
    },
  );
  await until(() => verifier.ready());
}

/** Waits, but not for ever. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (await holds()) return;
    await pause(10);
  }
  throw new Error('what the test waits for does not happen');
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function kindOf(token: Promise<string>): Promise<string> {
  return (await verifier.verify({ authorization: `Bearer ${await token}` }, now())).kind;
}

it('picks a new key up when a token names it', async () => {
  await open();
  const key = await createKey('two');
  provider.keys = [...provider.keys, key];

  expect(await kindOf(provider.sign({}, { key }))).toBe('caller');
});

it('forgets the tokens of a key that was withdrawn', async () => {
  const [old] = provider.keys as [SigningKey];
  await open();
  const token = await provider.sign();
  expect(await kindOf(Promise.resolve(token))).toBe('caller');

  const next = await createKey('next');
  provider.keys = [next];
  expect(await kindOf(provider.sign({}, { key: next }))).toBe('caller');

  await pause(COOLDOWN + 20);
  expect(await kindOf(Promise.resolve(token))).toBe('invalid');
  expect(await kindOf(provider.sign({}, { key: old }))).toBe('invalid');
});

it('keeps known keys while the issuer cannot be reached', async () => {
  await open();
  provider.behave = (_request, answer) => answer.destroy();
  await kindOf(provider.sign({}, { key: await createKey('unknown') }));

  expect(await kindOf(provider.sign({ sub: 'new' }))).toBe('caller');
});

it('does not turn a flood of unknown key ids into a flood of requests', async () => {
  await open();
  const before = provider.requests;
  const stranger = await createKey('stranger');
  const tokens = await Promise.all(
    Array.from({ length: 200 }, (_, i) => provider.sign({}, { key: { ...stranger, kid: `unknown-${i}` } })),
  );

  const kinds = await Promise.all(tokens.map((token) => kindOf(Promise.resolve(token))));

  expect(new Set(kinds)).toEqual(new Set(['invalid']));
  expect(provider.requests - before).toBeLessThanOrEqual(2);
});

it('asks once more for unknown key ids when the last question was long enough ago', async () => {
  await open({ jwksCooldownMilliseconds: 600_000 });
  const stranger = await createKey('stranger');

  for (let i = 0; i < 20; i++) await kindOf(provider.sign({ jti: `${i}` }, { key: stranger }));

  expect(provider.requests).toBe(2);
});

it('does not flood an issuer that cannot answer', async () => {
  await open();
  let asked = 0;
  provider.behave = (_request, answer) => {
    asked++;
    answer.destroy();
  };
  const stranger = await createKey('stranger');
  const tokens = await Promise.all(
    Array.from({ length: 100 }, (_, i) => provider.sign({ jti: `${i}` }, { key: stranger })),
  );

  const kinds = await Promise.all(tokens.map((token) => kindOf(Promise.resolve(token))));

  expect(new Set(kinds)).toEqual(new Set(['invalid']));
  expect(asked).toBeLessThanOrEqual(2);
});

it('picks new keys up without being asked, and drops those that are gone', async () => {
  const [old] = provider.keys as [SigningKey];
  await open({ jwksRefreshMilliseconds: 20, jwksCooldownMilliseconds: 600_000 });
  const token = provider.sign();
  expect(await kindOf(token)).toBe('caller');

  await provider.rotate({ withdraw: true });

  await until(async () => (await kindOf(token)) === 'invalid');
  expect(await kindOf(provider.sign())).toBe('caller');
  expect(await kindOf(provider.sign({ sub: 'late' }, { key: old }))).toBe('invalid');
});

it('still knows its callers after a refresh that brought nothing new', async () => {
  await open({ jwksRefreshMilliseconds: 10 });
  const credentials = { authorization: `Bearer ${await provider.sign()}` };
  const first = await verifier.verify(credentials, now());
  const { requests } = provider;

  await until(() => provider.requests >= requests + 3);

  expect(verifier.verify(credentials, now())).toBe(first);
});

it('withdraws every key when the issuer lists none', async () => {
  await open({ jwksRefreshMilliseconds: 20 });
  const token = provider.sign();
  expect(await kindOf(token)).toBe('caller');

  const { keys } = provider;
  provider.keys = [];
  await until(async () => (await kindOf(token)) === 'invalid');

  provider.keys = keys;
  await until(async () => (await kindOf(token)) === 'caller');
});

it.each<[string, NonNullable<IdentityProvider['behave']>]>([
  ['hangs up', (_request, answer) => answer.destroy()],
  ['answers 503', (_request, answer) => answer.writeHead(503).end('{"keys":[]}')],
  ['redirects', (_request, answer) => answer.writeHead(302, { location: '/other' }).end()],
  ['answers HTML', (_request, answer) => answer.end('<html>')],
  ['answers JSON without keys', (_request, answer) => answer.end('{"error":"try later"}')],
  ['breaks off', (_request, answer) => answer.writeHead(200, { 'content-length': 99 }).write('{"keys":[')],
  ['never answers', () => undefined],
])('keeps known keys and known callers while the issuer %s, and says so once', async (_what, behave) => {
  await open({ jwksRefreshMilliseconds: 10, jwksTimeoutMilliseconds: 250 });
  const token = provider.sign();
  await kindOf(token);

  provider.behave = behave;
  await until(() => events.some(({ event }) => event === 'jwks_failed'));
  expect(await kindOf(token)).toBe('caller');
  expect(await kindOf(provider.sign({ sub: 'new' }))).toBe('caller');

  provider.behave = undefined;
  await until(() => events.at(-1)?.event === 'jwks_read');
  expect(events.map(({ event }) => event)).toEqual(['jwks_read', 'jwks_failed', 'jwks_read']);
});

it('tries again and again, and does not fill the log with it', async () => {
  provider.behave = (_request, answer) => answer.destroy();
  await open();

  await until(() => provider.requests >= 3);
  await pause(50);

  expect(events.map(({ event }) => event)).toEqual(['jwks_failed']);
});

it('keeps known keys while the issuer does not listen', async () => {
  await open({ jwksRefreshMilliseconds: 10 });
  await provider.stop();
  await until(() => events.some(({ event }) => event === 'jwks_failed'));

  expect(events.at(-1)).toMatchObject({ level: 'warn', cause: expect.stringContaining('ECONNREFUSED') });
  expect(await kindOf(provider.sign())).toBe('caller');
});

it('starts while the issuer does not listen, and finds it once it does', async () => {
  await provider.stop();
  await open();
  expect(await kindOf(provider.sign())).toBe('unavailable');

  await provider.start();

  await until(async () => (await kindOf(provider.sign())) === 'caller');
});

it('is not ready before the first answer of the issuer, and counts the age of the keys from it', async () => {
  let answerNow = () => {};
  provider.behave = (_request, answer) => {
    answerNow = () => answer.end(JSON.stringify({ keys: provider.keys.map((key) => key.publicJwk) }));
  };
  const opening = open();
  await until(() => provider.requests === 1);
  expect(verifier.ready()).toBe(false);
  const waiting = kindOf(provider.sign());

  answerNow();

  expect(await waiting).toBe('caller');
  await opening;
  expect(verifier.jwksAgeSeconds()).toBeGreaterThanOrEqual(0);
});

it('hangs up on an answer that it has no use for', async () => {
  let hungUp = false;
  provider.behave = (_request, answer) => {
    answer.on('close', () => {
      hungUp = true;
    });
    answer.writeHead(500).write('x');
  };
  // Not because time is up.
  await open({ jwksTimeoutMilliseconds: 600_000 });

  await until(() => hungUp);
});

it('does not go where a redirect leads', async () => {
  let followed = 0;
  provider.behave = (request, answer) => {
    if (request.url === '/other') followed++;
    answer.writeHead(307, { location: '/other' }).end('x'.repeat(100_000));
  };
  await open();

  expect(await kindOf(provider.sign())).toBe('unavailable');
  expect(followed).toBe(0);
  expect(events).toContainEqual(expect.objectContaining({ cause: 'status 307, expected 200' }));
});

it('stops reading an answer that is too long', async () => {
  let sent = 0;
  provider.behave = (_request, answer) => {
    const more = () => {
      while (!answer.destroyed && sent < 50_000_000) {
        sent += 65_536;
        if (!answer.write(' '.repeat(65_536))) return;
      }
    };
    answer.on('drain', more);
    more();
  };
  await open();

  expect(events).toContainEqual(expect.objectContaining({ cause: 'more than 524288 bytes' }));
  expect(sent).toBeLessThan(50_000_000);
});

it('asks nobody any more once it is closed', async () => {
  let hungUp = false;
  provider.behave = (_request, answer) => {
    answer.on('close', () => {
      hungUp = true;
    });
  };
  const opening = open();
  await until(() => provider.requests === 1);
  verifier.close();
  await until(() => hungUp);
  const { requests } = provider;

  expect(await kindOf(provider.sign())).toBe('unavailable');
  await pause(50);

  expect(provider.requests).toBe(requests);
  expect(events).toEqual([]);
  void opening.catch(() => undefined);
});

it.each<[string, IdentityProvider['behave']]>([
  ['hangs up', (_request, answer) => answer.destroy()],
  ['answers 500', (_request, answer) => answer.writeHead(500).end('{"keys":[]}')],
  ['redirects', (_request, answer) => answer.writeHead(302, { location: 'http://169.254.169.254/' }).end()],
  ['answers HTML', (_request, answer) => answer.end('<html>')],
  ['answers JSON without keys', (_request, answer) => answer.end('{}')],
  ['answers null', (_request, answer) => answer.end('null')],
  ['shows symmetric keys alone', (_request, answer) => answer.end('{"keys":[{"kty":"oct","k":"AAAA"}]}')],
  [
    'shows broken keys alone',
    (_request, answer) => answer.end('{"keys":[null,1,{"kty":"EC","crv":"P-256","x":"?"}]}'),
  ],
  [
    'answers without end',
    (_request, answer) => {
      for (let i = 0; i < 20; i++) answer.write('x'.repeat(65_536));
    },
  ],
])('cannot tell who a caller is when the issuer %s from the start', async (_what, behave) => {
  provider.behave = behave;
  await open();
  expect(verifier.ready()).toBe(true);
  expect(verifier.jwksAgeSeconds()).toBeUndefined();

  expect(await kindOf(provider.sign())).toBe('unavailable');
});

it('recovers by itself from an issuer that was away at the start', async () => {
  provider.behave = (_request, answer) => answer.destroy();
  await open();
  provider.behave = undefined;

  await until(() => verifier.jwksAgeSeconds() !== undefined);

  expect(await kindOf(provider.sign())).toBe('caller');
});

/** Shows JWKs as they are given. */
function show(...keys: unknown[]): void {
  provider.behave = (_request, answer) => answer.end(JSON.stringify({ keys }));
}

it('uses the good keys of a JWKS with bad ones', async () => {
  const [key] = provider.keys as [SigningKey];
  show(
    { kty: 'oct', kid: 'one', k: 'AAAA' },
    7,
    null,
    { kty: 'EC', kid: 'one', crv: 'P-256' },
    key.publicJwk,
  );
  await open();

  expect(await kindOf(provider.sign())).toBe('caller');
});

it.each([
  ['for encryption', { use: 'enc' }],
  ['for operations without verifying', { key_ops: ['encrypt'] }],
  ['for another algorithm', { alg: 'ES384' }],
])('does not verify with a key that is %s', async (_what, members) => {
  const [key] = provider.keys as [SigningKey];
  show((await createKey('other')).publicJwk, { ...key.publicJwk, ...members });
  await open();

  expect(await kindOf(provider.sign())).toBe('invalid');
});

it('verifies with a key that says nothing but what it is', async () => {
  const [key] = provider.keys as [SigningKey];
  const { alg: _, kid: __, ...bare } = key.publicJwk;
  show(bare);
  await open();

  expect(await kindOf(provider.sign({}, { header: { kid: undefined as never } }))).toBe('caller');
  expect(await kindOf(provider.sign({ sub: 'named' }))).toBe('invalid');
});

it('tells keys of one type apart by their curve', async () => {
  const [key] = provider.keys as [SigningKey];
  const other = await createKey('other', 'ES384');
  show({ ...other.publicJwk, alg: undefined }, { ...key.publicJwk, alg: undefined });
  await open();

  expect(await kindOf(provider.sign({}, { header: { kid: undefined as never } }))).toBe('caller');
});

it('takes the public half of a private key that the issuer shows by mistake', async () => {
  const [key] = provider.keys as [SigningKey];
  show({ ...(await exportJWK(key.privateKey)), kid: key.kid });
  await open();

  expect(await kindOf(provider.sign())).toBe('caller');
});

it('reads 200 entries of a JWKS and no more', async () => {
  const [key] = provider.keys as [SigningKey];
  show(...Array.from({ length: 200 }, () => ({ kty: 'oct' })), key.publicJwk);
  await open();

  expect(await kindOf(provider.sign())).toBe('unavailable');
});

it('leaves RSA keys out that are too short', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
  const short: JsonWebKey = publicKey.export({ format: 'jwk' });
  show({ ...short, kid: 'short', alg: 'RS256' });
  await open();

  expect(events).toContainEqual(expect.objectContaining({ cause: 'no key that can verify signatures' }));
});
