/** Keys of an issuer that come, go, and cannot be had (contract I7). */
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
const events: string[] = [];
const now = () => Math.floor(Date.now() / 1000);
const COOLDOWN = 100;

beforeEach(async () => {
  provider = await startIdentityProvider();
});
afterEach(async () => {
  verifier.close();
  await provider.close();
});

async function open(): Promise<void> {
  const jwt = {
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: provider.url,
    algorithms: ['ES256'],
    clockToleranceSeconds: 0,
    claims: { subject: 'sub', tenant: 'org_id', plan: 'plan' },
  };
  verifier = createVerifier(
    { jwt, apiKeys: false },
    { jwksCooldownMilliseconds: COOLDOWN, log: (_level, event) => events.push(event) },
  );
  for (let i = 0; i < 200 && !verifier.ready(); i++) await pause(10);
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

  for (let i = 0; i < 300 && verifier.jwksAgeSeconds() === undefined; i++) await pause(20);

  expect(await kindOf(provider.sign())).toBe('caller');
});

it('uses the good keys of a JWKS with bad ones', async () => {
  const [key] = provider.keys as [SigningKey];
  provider.behave = (_request, answer) =>
    answer.end(JSON.stringify({ keys: [{ kty: 'oct' }, 7, key.publicJwk] }));
  await open();

  expect(await kindOf(provider.sign())).toBe('caller');
});
