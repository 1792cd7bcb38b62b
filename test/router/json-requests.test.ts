/** A service's changes of JSON on the way to its backend. */
import { answerOk } from '../support/backend';
import { send, sendRaw } from '../support/client';
import { startTestRouter } from '../support/router-under-test';
import { situation } from '../support/situation';

const requestJson = {
  rename: { 'options.length': 'max_tokens' },
  remove: ['debug'],
  defaults: { stream: false },
};
const s = situation({ service: { requestJson, bodyLimitBytes: 10_000 } }, answerOk);

const ask = (body: string | Buffer, type = 'application/json', headers = {}) =>
  send(s.port, '/v1/agents', { body, headers: { 'content-type': type, ...headers } });

test('changes what is named, and nothing else', async () => {
  const answer = await ask('{"id": 12345678901234567890, "options": {"length": 1e2}, "debug": {"a": []}}');

  expect(answer.status).toBe(200);
  expect(s.backend.last().body.toString()).toBe(
    '{"id": 12345678901234567890, "options": {"max_tokens": 1e2},"stream":false}',
  );
  expect(s.backend.last().headers['content-length']).toBe(String(s.backend.last().body.length));
});

test('forwards a body that needs no change byte by byte', async () => {
  const body = Buffer.from('{ "stream" :\ttrue, "s": "\\u00e9é", "n": 1.0, "n": 1.00 }\n');
  await ask(body);

  expect(s.backend.last().body.equals(body)).toBe(true);
});

test('changes an object that arrives in chunks', async () => {
  await sendRaw(
    s.port,
    'POST /v1/agents HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\nconnection: close\r\n' +
      'transfer-encoding: chunked\r\n\r\n5\r\n{"deb\r\n8\r\nug": 1, \r\n7\r\n"a": 2}\r\n0\r\n\r\n',
  );

  expect(s.backend.last().body.toString()).toBe('{"a": 2,"stream":false}');
});

test('changes an object whatever its type says, as the backend may not look at the type', async () => {
  await ask(' {"debug":1}', 'text/plain');

  expect(s.backend.last().body.toString()).toBe(' {"stream":false}');
});

test.each([
  ['a form', 'a=1&b=2', 'application/x-www-form-urlencoded'],
  ['a text', 'debug', 'text/plain'],
  ['nothing', '', 'application/octet-stream'],
])('passes %s as it is', async (_what, body, type) => {
  expect((await ask(body, type)).status).toBe(200);
  expect(s.backend.last().body.toString()).toBe(body);
});

test('passes the rest of a body that is no JSON as it comes', async () => {
  const body = Buffer.alloc(9_000, 'not JSON ');

  expect((await ask(body, 'text/plain')).status).toBe(200);
  expect(s.backend.last().body.equals(body)).toBe(true);
});

test.each([
  ['a list that says it is JSON', '[{"debug":1}]', 'application/json', 400, 'body_invalid'],
  ['an object that does not end', '{"debug":1', 'text/plain', 400, 'body_invalid'],
  ['an object that is no JSON', "{'debug':1}", 'application/json', 400, 'body_invalid'],
  ['a bomb of brackets', `{"a":${'['.repeat(4_000)}`, 'application/json', 400, 'body_invalid'],
  ['a body over the limit', `{"a":"${'x'.repeat(10_000)}"}`, 'application/json', 413, 'body_too_large'],
])('refuses %s', async (_what, body, type, status, code) => {
  const before = s.backend.received.length;
  const answer = await ask(body, type);

  expect([answer.status, answer.json().code]).toEqual([status, code]);
  expect(s.backend.received.length).toBe(before);
});

test('refuses a body that is compressed, which it cannot change', async () => {
  const answer = await ask('x', 'application/json', { 'content-encoding': 'gzip' });

  expect(answer.status).toBe(415);
});

test('takes a request without a body', async () => {
  expect((await send(s.port, '/v1/agents')).status).toBe(200);
  expect(s.backend.last().body.length).toBe(0);
});

test('picks the backend by the model that the client sent, and then changes it', async () => {
  const target = { backend: 'agent', models: [{ pattern: 'public-*', backend: 'gpt' }] };
  const router = await startTestRouter(0, {
    model: {
      backends: { agent: { host: '127.0.0.1', port: 1 }, gpt: { host: '127.0.0.1', port: s.backend.port } },
    },
    service: {
      versions: { v1: { target, variants: [] } },
      requestJson: { rename: { model: 'engine' }, remove: [], defaults: {} },
    },
  });
  const answer = await send(router.port, '/v1/agents', { body: '{"model":"public-1"}' });

  expect(answer.status).toBe(200);
  expect(s.backend.last().body.toString()).toBe('{"engine":"public-1"}');
  await router.close();
});
