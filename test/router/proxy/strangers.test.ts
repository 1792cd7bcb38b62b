/** What a host that is not the user's own gets of a request: its key, and nothing that says who the caller is. */
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import type { BackendModel } from '../../../src/model/gateway-model';
import { ServiceTokens } from '../../../src/router/identity/service-tokens';
import { answerOk, startBackend, type TestBackend } from '../../support/backend';
import { send, until } from '../../support/client';
import { modelWith } from '../../support/resolved';
import {
  type RouterUnderTest,
  type RouterUnderTestOptions,
  startTestRouter,
} from '../../support/router-under-test';
import { type SecretFolder, secretFolder } from '../../support/secret-folder';

/** The model of a backend, for the test's port and without TLS, which `tls.test.ts` is about. */
function backendOf(props: object): Partial<BackendModel> {
  const { backends } = modelWith({
    services: {
      agents: { backend: { service: null, port: null, url: 'https://api.example.com/v1', ...props } },
    },
  });
  const { tls: _, host: __, port: ___, ...backend } = Object.values(backends)[0] as BackendModel;
  return backend;
}

const credential = { secret: { name: 'provider', key: 'key' } };
const edge = { edgeDuties: ['forwarded-headers'] } as const;
const sent = {
  cookie: 'session=1',
  referer: 'https://app.example.com/',
  origin: 'https://app.example.com',
  'x-forwarded-for': '203.0.113.7',
  'x-real-ip': '203.0.113.7',
  'x-user-id': 'mallory',
  'OpenAI-Beta': 'assistants=v2',
};

let secrets: SecretFolder;
let backend: TestBackend;
let router: RouterUnderTest;

beforeAll(async () => {
  secrets = secretFolder();
  backend = await startBackend((request, response) => {
    response.setHeader('set-cookie', 'theirs=1');
    response.setHeader('strict-transport-security', 'max-age=1');
    response.setHeader('x-ratelimit-remaining-tokens', '7');
    answerOk(request, response);
  });
});
beforeEach(() => secrets.put('provider', { key: 'sk-first\n' }));
afterEach(() => router.close());
afterAll(async () => {
  await backend.close();
  secrets.remove();
});

async function start(props: object, more: RouterUnderTestOptions = {}): Promise<void> {
  router = await startTestRouter(0, {
    ...more,
    model: { ...edge, backends: { agent: { host: '127.0.0.1', port: backend.port, ...backendOf(props) } } },
    secrets: secrets.open(),
  });
}

test('gets the key, its path and what the client says to it', async () => {
  await start({ credential, headers: { 'X-Project': 'gateway' } });
  await send(router.port, '/v1/agents/chat/completions?a=1', {
    headers: { ...sent, 'x-project': 'mine' },
    body: '{}',
  });

  const { headers, url } = backend.last();
  expect(url).toBe('/v1/chat/completions?a=1');
  expect(headers).toMatchObject({
    authorization: 'Bearer sk-first',
    'openai-beta': 'assistants=v2',
    'x-project': 'gateway',
    'x-request-id': expect.any(String),
  });
});

test('gets nothing that says who the caller is, or where', async () => {
  await start({ credential });
  await send(router.port, '/v1/agents', { headers: sent });

  const text = JSON.stringify(backend.last().rawHeaders);
  expect(text).not.toMatch(
    /good|\bada\b|acme|session|app\.example|203\.0|127\.0\.0\.1"|x-(user|org|plan|forwarded|api-version)/i,
  );
});

test('gets no credential of the client where it has none of its own', async () => {
  await start({});
  await send(router.port, '/v1/agents');

  expect(backend.last().headers).not.toHaveProperty('authorization');
});

test.each([
  ['gets no token of the router’s, which says who calls', {}, undefined],
  [
    'gets its key in place of a token of the router’s, even where it is trusted',
    { trusted: true, credential },
    'Bearer sk-first',
  ],
])('%s', async (_what, props, authorization) => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  secrets.put('signing', { pem: key.export({ type: 'pkcs8', format: 'pem' }).toString() });
  const file = join(secrets.directory, 'signing', 'pem');
  const serviceTokens = new ServiceTokens({ issuer: 'gateway', file, log: () => undefined });
  await start(props, { serviceTokens, service: { serviceToken: { audience: 'agent', ttlSeconds: 60 } } });
  const answer = await send(router.port, '/v1/agents');
  serviceTokens.close();

  expect(answer.status).toBe(200);
  expect(backend.last().headers.authorization).toBe(authorization);
});

test('sets nothing for the gateway’s own host', async () => {
  await start({ credential });
  const { headers } = await send(router.port, '/v1/agents');

  expect(headers).not.toHaveProperty('set-cookie');
  expect(headers).not.toHaveProperty('strict-transport-security');
  expect(headers).toMatchObject({ 'x-ratelimit-remaining-tokens': '7' });
});

test('gets what a Service gets where it is trusted', async () => {
  await start({ trusted: true });
  await send(router.port, '/v1/agents', { headers: { cookie: 'session=1' } });

  expect(backend.last().headers).toMatchObject({
    'x-user-id': 'ada',
    authorization: 'Bearer good',
    cookie: 'session=1',
    'x-forwarded-for': '127.0.0.1',
  });
});

test('gets a key in a header of its own, in place of the client’s', async () => {
  await start({ trusted: true, credential: { ...credential, header: 'X-Provider-Key' } });
  await send(router.port, '/v1/agents', { headers: { x_provider_key: 'mine', 'X-Provider-Key': 'mine' } });

  expect(backend.last().headers).toMatchObject({
    'x-provider-key': 'sk-first',
    authorization: 'Bearer good',
  });
  expect(JSON.stringify(backend.last().rawHeaders)).not.toContain('mine');
});

test('gets the new key when it has changed, and keeps the old one while the new one cannot be used', async () => {
  await start({ credential });
  secrets.put('provider', { key: 'sk-second\r\nx-user-id: root' });
  await until(() => secrets.events.some(({ event }) => event === 'backend_secret_failed'), 'the warning');
  await send(router.port, '/v1/agents');
  expect(backend.last().headers.authorization).toBe('Bearer sk-first');

  secrets.put('provider', { key: 'sk-third' });
  await until(() => secrets.events.some(({ event }) => event === 'backend_secret_read'), 'the new key');
  await send(router.port, '/v1/agents');
  expect(backend.last().headers.authorization).toBe('Bearer sk-third');
  expect(JSON.stringify(secrets.events)).not.toContain('sk-');
});
