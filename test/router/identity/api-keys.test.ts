/** API keys by their digests (contract I5). */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVerifier, type RunningVerifier } from '../../../src/router/identity/verify-caller';

const directory = mkdtempSync(join(tmpdir(), 'agent-gateway-keys-'));
const file = join(directory, 'keys.json');
const digest = (key: string) => createHash('sha256').update(key).digest('hex');
let verifier: RunningVerifier | undefined;
const events: object[] = [];

afterEach(() => verifier?.close());
afterAll(() => rmSync(directory, { recursive: true }));

let generation = 0;

/** As the kubelet does: a new directory, and a link that is swapped to it. */
function mount(text: string): void {
  const target = `generation-${++generation}`;
  mkdirSync(join(directory, target));
  writeFileSync(join(directory, target, 'keys.json'), text);
  symlinkSync(target, join(directory, '..data-new'));
  renameSync(join(directory, '..data-new'), join(directory, '..data'));
  try {
    symlinkSync('..data/keys.json', file);
  } catch {
    // The link to the file stays as it is.
  }
}

function open(keys: object): RunningVerifier {
  mount(JSON.stringify(keys));
  events.length = 0;
  verifier = createVerifier(
    { issuers: [], apiKeys: true, requiredClaims: [] },
    {
      apiKeysFile: file,
      apiKeysPollMilliseconds: 20,
      log: (level, event, fields) => events.push({ level, event, ...fields }),
    },
  );
  return verifier;
}

async function until(key: string, kind: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if ((await verifier?.verify({ apiKey: key }, 0))?.kind === kind) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${key} does not become ${kind}`);
}

async function untilEvents(count: number): Promise<void> {
  for (let i = 0; i < 200 && events.length < count; i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

it('knows the caller of a key, in its own header or as Bearer', () => {
  const keys = open({ [digest('secret')]: { subject: 'bot', tenant: 'acme', plan: 'pro' } });
  const caller = {
    subject: 'bot',
    tenant: 'acme',
    keyPlan: 'pro',
    via: 'api-key',
    limitKey: expect.any(String),
  };

  expect(keys.verify({ apiKey: 'secret' }, 0)).toEqual({ kind: 'caller', caller });
  expect(keys.verify({ authorization: 'Bearer secret' }, 0)).toEqual({ kind: 'caller', caller });
  expect(keys.verify({ authorization: 'bearer  secret' }, 0)).toEqual({ kind: 'caller', caller });
});

it.each([
  ['no credential', {}, 'missing'],
  ['an empty one', { authorization: '' }, 'missing'],
  ['an unknown key', { apiKey: 'guess' }, 'invalid'],
  ['a digest in place of the key', { apiKey: digest('secret') }, 'invalid'],
  ['another scheme', { authorization: 'Basic c2VjcmV0' }, 'invalid'],
  ['two keys that differ', { apiKey: 'secret', authorization: 'Bearer other' }, 'invalid'],
  ['the same key twice', { apiKey: 'secret', authorization: 'Bearer secret' }, 'caller'],
  ['a repeated header', { apiKey: 'secret, secret' }, 'invalid'],
  ['a token, where none are accepted', { authorization: 'Bearer a.b.c' }, 'invalid'],
  [
    'a key that looks like a token, where none are accepted',
    { authorization: 'Bearer my.own.key' },
    'caller',
  ],
  ['an empty Authorization beside a key', { apiKey: 'secret', authorization: '' }, 'caller'],
  ['an empty key header', { apiKey: '' }, 'missing'],
  ['another scheme beside a key', { apiKey: 'secret', authorization: 'Basic c2VjcmV0' }, 'invalid'],
  ['the scheme alone', { authorization: 'Bearer' }, 'invalid'],
  ['a key with a space in it', { authorization: 'Bearer secret secret' }, 'invalid'],
  ['a Bearer credential that is far too long', { authorization: `Bearer ${'x'.repeat(20_000)}` }, 'invalid'],
  ['a key that is far too long', { apiKey: 'x'.repeat(20_000) }, 'invalid'],
])('answers %s', (_what, credentials, kind) => {
  const bot = { subject: 'bot' };
  const keys = open({ [digest('secret')]: bot, [digest('my.own.key')]: bot });
  expect(keys.verify(credentials, 0)).toMatchObject({ kind });
});

it('lets a revoked key die, and a new one in, without a restart', async () => {
  open({ [digest('old')]: { subject: 'bot' } });
  await until('old', 'caller');

  mount(JSON.stringify({ [digest('new')]: { subject: 'bot' } }));

  await until('new', 'caller');
  await until('old', 'invalid');
});

it('keeps its keys while the file is broken, and says so once', async () => {
  open({ [digest('old')]: { subject: 'bot' } });
  mount('{');
  await untilEvents(1);
  await until('old', 'caller');

  mount(JSON.stringify({ [digest('old')]: { subject: 'bot' }, [digest('new')]: { subject: 'bot' } }));
  await until('new', 'caller');

  expect(events).toEqual([
    { level: 'warn', event: 'api_keys_failed', cause: 'the API keys are not JSON' },
    { level: 'info', event: 'api_keys_read', keys: 2 },
  ]);
});

it('keeps its keys while the file is away, and says once that it is back', async () => {
  const keys = { [digest('old')]: { subject: 'bot' } };
  open(keys);
  rmSync(join(directory, '..data'));
  await untilEvents(1);
  // Long enough to look at the file a few times more.
  await new Promise((resolve) => setTimeout(resolve, 100));
  await until('old', 'caller');

  mount(JSON.stringify(keys));
  await untilEvents(2);

  expect(events).toEqual([
    { level: 'warn', event: 'api_keys_failed', cause: 'ENOENT' },
    { level: 'info', event: 'api_keys_read', keys: 1 },
  ]);
});

it('takes digests in either case', () => {
  const keys = open({ [digest('secret').toUpperCase()]: { subject: 'bot' } });
  expect(keys.verify({ apiKey: 'secret' }, 0)).toMatchObject({ kind: 'caller' });
});

it('does not start without the file, and names it', () => {
  const missing = join(directory, 'missing.json');
  expect(() =>
    createVerifier({ issuers: [], apiKeys: true, requiredClaims: [] }, { apiKeysFile: missing }),
  ).toThrow(`${missing}: ENOENT`);
  expect(() => createVerifier({ issuers: [], apiKeys: true, requiredClaims: [] })).toThrow(
    'no file of them is named',
  );
});

it.each([
  ['no JSON', '{', 'the API keys are not JSON'],
  ['a list', '[]', 'the API keys are not a JSON object'],
  [
    'a key in plain',
    '{"secret": {"subject": "bot"}}',
    'entry 1 of the API keys is not under a SHA-256 digest',
  ],
  ['no subject', `{"${digest('a')}": {}}`, 'entry 1 of the API keys: "subject" is not a text'],
  ['an unknown member', `{"${digest('a')}": {"subject": "a", "plans": "pro"}}`, 'it has members beside'],
])('does not start with %s, and does not show it', (_what, text, message) => {
  mount(text);
  const start = () =>
    createVerifier({ issuers: [], apiKeys: true, requiredClaims: [] }, { apiKeysFile: file });
  expect(start).toThrow(message);
  expect(start).not.toThrow('secret');
});
