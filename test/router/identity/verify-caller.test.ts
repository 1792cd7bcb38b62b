/** The real verifier in the real router: what clients and backends see of it (contract I1, I2, I4, I5). */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVerifier, type RunningVerifier } from '../../../src/router/identity/verify-caller';
import { startBackend, type TestBackend } from '../../support/backend';
import { send } from '../../support/client';
import {
  AUDIENCE,
  type IdentityProvider,
  ISSUER,
  startIdentityProvider,
} from '../../support/identity-provider';
import { type RouterUnderTest, startTestRouter } from '../../support/router-under-test';

const directory = mkdtempSync(join(tmpdir(), 'agent-gateway-callers-'));
const apiKeysFile = join(directory, 'keys.json');
let provider: IdentityProvider;
let verifier: RunningVerifier;
let backend: TestBackend;
let router: RouterUnderTest;

beforeAll(async () => {
  const digest = createHash('sha256').update('k-ci').digest('hex');
  writeFileSync(apiKeysFile, JSON.stringify({ [digest]: { subject: 'ci-bot', tenant: 'acme' } }));
  provider = await startIdentityProvider();
  const jwt = {
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: provider.url,
    algorithms: ['ES256'],
    clockToleranceSeconds: 5,
    claims: { subject: 'sub', tenant: 'org_id', plan: 'plan', scopes: 'scope' },
  };
  verifier = createVerifier({ issuers: [jwt], apiKeys: true, requiredClaims: [] }, { apiKeysFile });
  backend = await startBackend();
  router = await startTestRouter(backend.port, { verifier });
});
afterAll(async () => {
  await router.close();
  await backend.close();
  verifier.close();
  await provider.close();
  rmSync(directory, { recursive: true });
});

const ask = (headers: Record<string, string | undefined>) =>
  send(router.port, '/v1/agents', { headers: { authorization: undefined, ...headers } });

it('tells a client which scopes a service requires', async () => {
  const strict = await startTestRouter(backend.port, {
    verifier,
    service: { requires: { scopes: ['chat', 'tools'], claims: {} } },
  });
  const call = async (scope: string) => {
    const authorization = `Bearer ${await provider.sign({ scope })}`;
    return send(strict.port, '/v1/agents', { headers: { authorization } });
  };

  expect((await call('tools chat')).status).toBe(200);
  const refused = await call('chat');
  expect(refused.status).toBe(403);
  expect(refused.json()).toMatchObject({ code: 'insufficient_scope' });
  expect(refused.headers['www-authenticate']).toBe(
    'Bearer realm="agent-gateway", error="insufficient_scope", scope="chat tools"',
  );
  await strict.close();
});

it('asks for a credential where there is none', async () => {
  const answer = await ask({});

  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="[^"]+"$/);
  expect(answer.json()).toMatchObject({ code: 'credential_missing' });
});

it('tells the backend who the caller of a token is', async () => {
  const authorization = `Bearer ${await provider.sign({ sub: 'ada', org_id: 'acme' })}`;

  expect((await ask({ authorization, 'x-user-id': 'root' })).status).toBe(200);
  expect(backend.last().headers).toMatchObject({ 'x-user-id': 'ada', 'x-org-id': 'acme', authorization });
});

it.each([
  ['in its own header', { 'x-api-key': 'k-ci' }],
  ['as Bearer', { authorization: 'Bearer k-ci' }],
])('takes an API key %s beside tokens, and keeps it from the backend', async (_where, headers) => {
  expect((await ask(headers)).status).toBe(200);
  expect(backend.last().headers).toMatchObject({ 'x-user-id': 'ci-bot', 'x-org-id': 'acme' });
  expect(JSON.stringify(backend.last().rawHeaders)).not.toContain('k-ci');
});

it.each<[string, () => Promise<Record<string, string>>]>([
  [
    'an expired token',
    async () => ({ authorization: `Bearer ${await provider.sign({}, { expiresIn: -60 })}` }),
  ],
  ['an unknown API key', async () => ({ 'x-api-key': 'k-guess' })],
  [
    'a token and an API key',
    async () => ({ authorization: `Bearer ${await provider.sign()}`, 'x-api-key': 'k-ci' }),
  ],
])('answers %s with invalid_token, and logs no credential', async (_what, make) => {
  const headers = await make();
  const received = backend.received.length;

  const answer = await ask(headers);

  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
  expect(answer.json()).toMatchObject({ code: 'invalid_token' });
  expect(backend.received).toHaveLength(received);
  const line = JSON.stringify(router.log().at(-1));
  for (const value of Object.values(headers)) expect(line).not.toContain(value.replace('Bearer ', ''));
});
