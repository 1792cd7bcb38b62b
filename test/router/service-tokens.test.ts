/** Tokens of the router's own, as a backend checks them: by the router's JWKS, with a client library (contract I4). */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { ServiceTokens } from '../../src/router/identity/service-tokens';
import { startBackend, type TestBackend } from '../support/backend';
import { send } from '../support/client';
import { type RouterUnderTest, startTestRouter, TOKEN } from '../support/router-under-test';

const directory = mkdtempSync(join(tmpdir(), 'agent-gateway-signing-'));
const file = join(directory, 'keys.pem');
const ISSUER = 'https://gateway.example.com/';
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const p256 = () => pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
let backend: TestBackend;
let router: RouterUnderTest;
let tokens: ServiceTokens;
const events: string[] = [];

beforeAll(async () => {
  writeFileSync(file, p256());
  tokens = new ServiceTokens({
    issuer: ISSUER,
    file,
    pollMilliseconds: 10,
    log: (_, event) => events.push(event),
  });
  backend = await startBackend();
  router = await startTestRouter(backend.port, {
    serviceTokens: tokens,
    model: { basePath: '/api' },
    service: { serviceToken: { audience: 'agent', ttlSeconds: 60 } },
  });
});
afterAll(async () => {
  await router.close();
  await backend.close();
  tokens.close();
  rmSync(directory, { recursive: true });
});

const keySet = () => createRemoteJWKSet(new URL(`${router.url}/api/.well-known/jwks.json`));
const checks = { issuer: ISSUER, audience: 'agent' };

async function tokenAtBackend(headers: Record<string, string> = { authorization: TOKEN }): Promise<string> {
  const answer = await send(router.port, '/api/v1/agents', {
    headers: { authorization: undefined, ...headers },
  });
  expect(answer.status).toBe(200);
  const values = backend
    .last()
    .rawHeaders.filter((_, i, all) => all[i - 1]?.toLowerCase() === 'authorization');
  expect(values).toHaveLength(1);
  return (values[0] as string).replace('Bearer ', '');
}

test('gives the backend a token that says who calls, and not the client’s', async () => {
  const token = await tokenAtBackend();
  const { payload } = await jwtVerify(token, keySet(), checks);

  expect(payload).toMatchObject({ sub: 'ada', org_id: 'acme', plan: 'free' });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
  expect(JSON.stringify(backend.last().rawHeaders)).not.toContain(TOKEN);
});

test('gives the same for a caller with an API key', async () => {
  const { payload } = await jwtVerify(await tokenAtBackend({ 'x-api-key': 'k-good' }), keySet(), checks);

  expect(payload).toMatchObject({ sub: 'robot' });
});

test('shows the public keys without a credential, and no private member', async () => {
  const answer = await send(router.port, '/api/.well-known/jwks.json', {
    headers: { authorization: undefined },
  });

  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/jwk-set+json');
  const { keys } = answer.json() as { keys: Record<string, string>[] };
  expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']]);
  expect((await send(router.port, '/.well-known/jwks.json')).status).toBe(404);
  expect((await send(router.port, '/api/.well-known/jwks.json', { method: 'POST' })).status).toBe(404);
});

test.each([
  ['RS256', () => generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey],
  ['ES256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['ES384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
  ['EdDSA', () => generateKeyPairSync('ed25519').privateKey],
])('signs with %s once its key comes first, and shows the key before it too', async (alg, makeKey) => {
  const before = await tokenAtBackend();
  const read = events.length;
  // At once, as Kubernetes does it: what is half written is no key.
  writeFileSync(`${file}.new`, `${pem(makeKey())}${p256()}`);
  renameSync(`${file}.new`, file);
  // Bounded: the file is looked at every 10 ms.
  for (let i = 0; i < 500 && events.length === read; i++) await new Promise((end) => setTimeout(end, 10));

  const token = await tokenAtBackend();
  expect(decodeProtectedHeader(token)).toMatchObject({ alg });
  expect(token).not.toBe(before);
  expect((await jwtVerify(token, keySet(), checks)).payload.sub).toBe('ada');
  const shown = await send(router.port, '/api/.well-known/jwks.json');
  expect((shown.json() as { keys: unknown[] }).keys).toHaveLength(2);
});

test('signs anew when half of the time is over', () => {
  const facts = { caller: { subject: 'ada', limitKey: 'ada', via: 'jwt' }, plan: 'free' } as const;
  const model = { audience: 'agent', ttlSeconds: 60 };
  const first = tokens.tokenFor(model, facts, 1_000);

  expect(tokens.tokenFor(model, facts, 1_029)).toBe(first);
  expect(tokens.tokenFor(model, facts, 1_030)).not.toBe(first);
  expect(tokens.tokenFor({ ...model, audience: 'other' }, facts, 1_000)).not.toBe(first);
  expect(tokens.tokenFor(model, { ...facts, plan: 'pro' }, 1_000)).not.toBe(first);
});

test.each([
  ['nothing', '', 'there is no private key in PEM form'],
  ['a public key', publicPem(), 'there is no private key in PEM form'],
  [
    'a short RSA key',
    pem(generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey),
    'private key 1: it is not RSA of 2,048',
  ],
  ['half a key', p256().replace(/\n\w{20}/, '\n'), 'private key 1: it cannot be read'],
])('does not start on %s', (_, text, message) => {
  const other = join(directory, 'other.pem');
  writeFileSync(other, text);

  expect(() => new ServiceTokens({ issuer: ISSUER, file: other, log: () => {} })).toThrow(message);
});

function publicPem(): string {
  return generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
