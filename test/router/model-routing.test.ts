import { createHash } from 'node:crypto';
import { request as sendRequest } from 'node:http';
import { startBackend, type TestBackend } from '../support/backend';
import { send } from '../support/client';
import { type RouterUnderTest, startTestRouter, TOKEN } from '../support/router-under-test';

let general: TestBackend;
let special: TestBackend;
let router: RouterUnderTest;

beforeAll(async () => {
  general = await startBackend();
  special = await startBackend();
  const models = [{ pattern: 'gpt-4*', backend: 'special' }];
  router = await startTestRouter(general.port, {
    model: {
      backends: {
        agent: { host: '127.0.0.1', port: general.port },
        special: { host: '127.0.0.1', port: special.port },
      },
      plans: { free: { windows: [], onStoreOutage: 'local', models: ['gpt-4*', 'llama'] } },
    },
    service: { versions: { v1: { target: { backend: 'agent', models }, variants: [] } } },
  });
});
afterAll(async () => {
  await router.close();
  await general.close();
  await special.close();
});

test('sends a model to its backend and another one to the default', async () => {
  await send(router.port, '/v1/agents', { body: '{"model":"gpt-4o"}' });
  await send(router.port, '/v1/agents', { body: '{"model":"llama"}' });

  expect(special.last().body.toString()).toBe('{"model":"gpt-4o"}');
  expect(general.last().body.toString()).toBe('{"model":"llama"}');
  expect(router.log().slice(-2)).toMatchObject([
    { backend: 'special', model: 'gpt-4o' },
    { backend: 'agent', model: 'llama' },
  ]);
});

test('finds the model at the end of a body of a mebibyte, and forwards the same bytes', async () => {
  const text = 'é"\\\n\u{1f600} x'.repeat(80_000);
  const body = Buffer.from(JSON.stringify({ messages: [{ content: text }], model: 'gpt-4' }, null, 1));
  expect(body.length).toBeGreaterThan(1_048_576);

  await send(router.port, '/v1/agents', { body });

  expect(hash(special.last().body)).toBe(hash(body));
  expect(special.last().headers['content-length']).toBe(String(body.length));
});

test('reads a chunked body, wherever it is cut', async () => {
  const body = '{ "x" : "\\u00e9" , "model" : "gpt-4" }\n';
  await new Promise<void>((resolve, reject) => {
    const request = sendRequest({
      port: router.port,
      path: '/v1/agents',
      method: 'POST',
      headers: { authorization: TOKEN },
      agent: false,
    });
    request.on('error', reject);
    request.on('response', (answer) => answer.resume().on('end', resolve));
    for (const character of body) request.write(character);
    request.end();
  });

  expect(special.last().body.toString()).toBe(body);
  expect(special.last().headers).not.toHaveProperty('transfer-encoding');
});

test('sends a request without a body to the default backend', async () => {
  const before = general.received.length;
  const answer = await send(router.port, '/v1/agents');

  expect(answer.status).toBe(200);
  expect(general.received).toHaveLength(before + 1);
});

test.each([
  ['what is not JSON', 'model=gpt-4', 400, 'body_invalid'],
  ['an array', '[]', 400, 'body_invalid'],
  ['two models', '{"model":"gpt-4","model":"llama"}', 400, 'body_invalid'],
  ['a model that is no string', '{"model":4}', 400, 'body_invalid'],
  ['a model that the plan does not list', '{"model":"claude"}', 403, 'model_not_allowed'],
  ['no model', '{}', 403, 'model_not_allowed'],
])('refuses %s and charges nothing', async (_name, body, status, code) => {
  const { taken } = router.store;
  const answer = await send(router.port, '/v1/agents', { body });

  expect(answer.status).toBe(status);
  expect(answer.json()).toMatchObject({ code });
  expect(router.store.taken).toBe(taken);
});

test('refuses a compressed body', async () => {
  const answer = await send(router.port, '/v1/agents', {
    body: 'x',
    headers: { 'content-encoding': 'gzip' },
  });

  expect(answer.status).toBe(415);
  expect(answer.json()).toMatchObject({ code: 'body_encoded' });
});

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
