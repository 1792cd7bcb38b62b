/** A service's changes of JSON on the way back, where an answer is JSON as a whole. */
import type { Answer } from '../support/backend';
import { untilBodiesHold } from '../support/body-memory';
import { send, until } from '../support/client';
import { modelWith } from '../support/resolved';
import { situation } from '../support/situation';

const { agents } = modelWith({
  services: {
    agents: {
      responseJson: { rename: { text: 'output' }, remove: ['internal'], defaults: { object: 'answer' } },
    },
  },
}).services;
if (agents?.responseJson === undefined || agents.requestHeaders === undefined) throw new Error('no changes');
const { responseJson, requestHeaders } = agents;

let answer: Answer = () => undefined;
const s = situation(
  { bodyBytesMost: 150_000, service: { responseJson, requestHeaders, bodyLimitBytes: 100_000 } },
  (request, response) => {
    request.resume();
    answer(request, response);
  },
);

const json =
  (body: string, headers: Record<string, string> = {}, status = 200): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(body);
  };

test('changes what is named, and says the new length', async () => {
  answer = json('{"text": "hi", "cost": 0.10000000000000000001, "internal": {"text": 1}}', {
    etag: '"1"',
    'x-a': 'b',
  });
  const got = await send(s.port, '/v1/agents');

  expect(got.body.toString()).toBe('{"output": "hi", "cost": 0.10000000000000000001,"object":"answer"}');
  expect(got.headers).toMatchObject({
    'content-length': String(got.body.length),
    'x-a': 'b',
    'x-frame-options': 'DENY',
  });
  expect(got.headers).not.toHaveProperty('etag');
  expect(s.router.log().at(-1)).toMatchObject({ bytesOut: got.body.length, aborted: false });
});

test('changes an answer in pieces, and errors too', async () => {
  answer = (_request, response) => {
    response.writeHead(422, { 'content-type': 'application/problem+json' });
    response.write('{"internal":"stack');
    setImmediate(() => response.end(' trace","text":1}'));
  };
  const got = await send(s.port, '/v1/agents');

  expect([got.status, got.body.toString()]).toEqual([422, '{"output":1,"object":"answer"}']);
});

test.each([
  ['a list', 'application/json', '[{"internal":1}]'],
  ['a text', 'text/plain', '{"internal":1}'],
  ['a stream of lines', 'application/x-ndjson', '{"internal":1}\n{"internal":2}\n'],
])('passes %s as it is', async (_what, type, body) => {
  answer = json(body, { 'content-type': type });

  expect((await send(s.port, '/v1/agents')).body.toString()).toBe(body);
});

test('passes events while their stream is open', async () => {
  let end: () => void = () => undefined;
  answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"internal":1}\n\n');
    end = () => response.end();
  };
  const got = await fetch(`${s.router.url}/v1/agents`, { headers: { authorization: 'Bearer good' } });
  const reader = (got.body as ReadableStream<Uint8Array>).getReader();

  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('data: {"internal":1}\n\n');
  end();
  expect((await reader.read()).done).toBe(true);
});

test.each<[string, Answer]>([
  ['broken', json('{"internal":')],
  ['too deep', json(`{"internal":1,"a":${'['.repeat(1_000)}${']'.repeat(1_000)}}`)],
  ['over the limit', json(`{"internal":1,"a":"${'x'.repeat(100_000)}"}`)],
  [
    'over the limit and does not say so',
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(`{"internal":1,"a":"${'x'.repeat(100_000)}`);
      response.end('"}');
    },
  ],
  ['compressed', json('{"internal":1}', { 'content-encoding': 'gzip' })],
  [
    'broken off',
    (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"internal":1', () => request.socket.resetAndDestroy());
    },
  ],
])('answers 502 and shows nothing of JSON that is %s', async (_what, how) => {
  answer = how;
  const got = await send(s.port, '/v1/agents');

  expect([got.status, got.json().code]).toEqual([502, 'backend_failed']);
  expect(got.body.toString()).not.toContain('internal":');
  expect(s.router.store.held).toBe(0);
});

test('asks backends for nothing compressed and for no part', async () => {
  answer = json('{}');
  await send(s.port, '/v1/agents', { headers: { 'accept-encoding': 'gzip', range: 'bytes=1-' } });

  expect(s.backend.last().headers).not.toHaveProperty('accept-encoding');
  expect(s.backend.last().headers).not.toHaveProperty('range');
});

test('answers HEAD and 204 as they are', async () => {
  answer = (_request, response) => response.writeHead(204, { 'content-type': 'application/json' }).end();

  expect((await send(s.port, '/v1/agents')).status).toBe(204);
  expect((await send(s.port, '/v1/agents', { method: 'HEAD' })).status).toBe(204);
});

test('uses the connection again after an answer that was changed', async () => {
  answer = json('{"text":1}');
  const before = s.backend.sockets.size;
  for (let request = 0; request < 3; request++) await send(s.port, '/v1/agents');

  expect(s.backend.sockets.size).toBeLessThanOrEqual(Math.max(1, before));
});

test('refuses an answer that there is no memory for, and takes the next one', async () => {
  const whole = JSON.stringify({ text: 'x'.repeat(90_000) });
  let finish: (() => void) | undefined;
  answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(whole.slice(0, 80_000));
    finish = () => response.end(whole.slice(80_000));
  };
  const first = send(s.port, '/v1/agents');
  await until(() => finish !== undefined, 'the first answer');
  await untilBodiesHold(s.router, 80_000);

  answer = json(whole);
  const second = await send(s.port, '/v1/agents', { headers: { authorization: 'Bearer good-other' } });
  expect(second.status).toBe(503);
  expect(second.headers['retry-after']).toBe('1');
  expect(second.json()).toMatchObject({ code: 'overloaded' });

  finish?.();
  expect((await first).status).toBe(200);
  await untilBodiesHold(s.router, 0);
  expect((await send(s.port, '/v1/agents')).status).toBe(200);
});
