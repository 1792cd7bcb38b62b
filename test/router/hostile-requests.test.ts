/** Requests that want too much of whoever reads them: each has one answer, and what is not sound is not forwarded. */
import { startBackend } from '../support/backend';
import { openRaw, send, sendRaw, until } from '../support/client';
import { startTestRouter } from '../support/router-under-test';
import { situation } from '../support/situation';

const target = { backend: 'agent', models: [{ pattern: 'gpt-4*', backend: 'agent' }] };
const s = situation({ service: { bodyLimitBytes: 4_194_304, versions: { v1: { target, variants: [] } } } });

const AUTHORIZED = 'host: a\r\nauthorization: Bearer good\r\n';
const CLOSE = 'connection: close\r\n';

async function statusOf(text: string): Promise<number> {
  return Number(/^HTTP\/1.1 (\d{3}) /.exec(await sendRaw(s.port, text))?.[1]);
}

describe('floods of headers', () => {
  const headers = (count: number) => Array.from({ length: count }, (_, i) => `a${i}:\r\n`).join('');
  const request = (count: number, last = '') =>
    `POST /v1/agents HTTP/1.1\r\n${AUTHORIZED}${CLOSE}${headers(count)}${last}\r\n`;

  test('takes 200 of them, and forwards each', async () => {
    expect(await statusOf(request(200))).toBe(200);
    expect(s.backend.last().headers).toMatchObject({ a0: '', a199: '' });
  });

  test.each([300, 1_999, 2_500, 4_000])(
    'refuses %i of them with 431, and drops none in silence',
    async (count) => {
      const before = s.backend.received.length;
      expect(await statusOf(`${request(count, 'content-length: 2\r\n')}{}`)).toBe(431);
      expect(s.backend.received).toHaveLength(before);
    },
  );

  test.each([
    ['a header of 40 KB', `GET /v1/agents HTTP/1.1\r\n${AUTHORIZED}x: ${'y'.repeat(40_000)}\r\n\r\n`],
    ['a name of 40 KB', `GET /v1/agents HTTP/1.1\r\n${AUTHORIZED}${'x'.repeat(40_000)}: y\r\n\r\n`],
    ['a target of 40 KB', `GET /v1/agents/${'x'.repeat(40_000)} HTTP/1.1\r\n${AUTHORIZED}\r\n`],
  ])('refuses %s with 431', async (_name, text) => {
    expect(await statusOf(text)).toBe(431);
  });

  test('reads no more of a head that does not end', async () => {
    const client = await openRaw(s.port, `GET /v1/agents HTTP/1.1\r\n${AUTHORIZED}`);
    const more = setInterval(() => client.socket.write(`x: ${'y'.repeat(8_000)}\r\n`), 1);
    await until(() => client.socket.closed, 'the end of the connection');
    clearInterval(more);
    expect(client.socket.bytesWritten).toBeLessThan(1_000_000);
  });

  test('refuses an endless method', async () => {
    expect(await statusOf(`${'G'.repeat(40_000)} / HTTP/1.1\r\n${AUTHORIZED}\r\n`)).toBe(400);
  });
});

test.each([
  ['the authority form', 'GET evil.example:443', 400],
  ['the authority form of a host alone', 'GET evil.example', 400],
  ['the asterisk form', 'OPTIONS *', 400],
  ['the absolute form of another scheme', 'GET ftp://evil.example/v1/agents', 400],
  ['the absolute form with a user', 'GET http://evil@a/v1/agents', 200],
  ['bytes that are not UTF-8', 'GET /v1/agents/\xc3\x28', 400],
  ['UTF-8 that is not escaped', 'GET /v1/agents/\xc3\xa9', 400],
  ['escaped bytes that are not UTF-8', 'GET /v1/agents/%c3%28', 200],
  ['an overlong slash', 'GET /v1/agents/..%c0%af..', 200],
  ['an escaped line end', 'GET /v1/agents/%0d%0ax:y', 400],
  ['an escaped null byte', 'GET /v1/agents/%00', 400],
])('answers a target in %s', async (_name, line, status) => {
  const before = s.backend.received.length;
  expect(await statusOf(`${line} HTTP/1.1\r\n${AUTHORIZED}${CLOSE}\r\n`)).toBe(status);

  const received = s.backend.received.slice(before);
  expect(received).toHaveLength(status === 200 ? 1 : 0);
  // What is forwarded is what came, byte by byte, below the service's own path and to its own host.
  for (const { url, headers } of received) {
    expect(line.replace('http://evil@a', '').replace('/v1', '')).toBe(`GET ${url}`);
    expect(headers.host).toBe(`127.0.0.1:${s.backend.port}`);
  }
});

test('passes bytes that are not UTF-8 in a header as they came', async () => {
  expect(await statusOf(`GET /v1/agents HTTP/1.1\r\n${AUTHORIZED}${CLOSE}x-a: \xc3\x28\xff\r\n\r\n`)).toBe(
    200,
  );
  expect(s.backend.last().headers['x-a']).toBe('\xc3\x28\xff');
});

test('takes a body with trailers, and drops them', async () => {
  const text =
    `POST /v1/agents HTTP/1.1\r\n${AUTHORIZED}${CLOSE}trailer: x-user-id, authorization\r\ntransfer-encoding: chunked\r\n\r\n` +
    '2\r\n{}\r\n0\r\nx-user-id: root\r\nauthorization: Bearer other\r\n\r\n';
  expect(await statusOf(text)).toBe(200);

  const { headers, body } = s.backend.last();
  expect(body.toString()).toBe('{}');
  expect(headers).toMatchObject({ 'x-user-id': 'ada', authorization: 'Bearer good' });
  expect(headers).not.toHaveProperty('trailer');
});

test('refuses endless trailers', async () => {
  const trailers = Array.from({ length: 3_000 }, (_, i) => `x${i}: ${'y'.repeat(20)}\r\n`).join('');
  const text = `POST /v1/agents HTTP/1.1\r\n${AUTHORIZED}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n${trailers}\r\n`;
  const before = s.backend.received.length;
  expect(await statusOf(text)).toBe(431);
  expect(s.backend.received).toHaveLength(before);
});

describe('JSON', () => {
  test.each([
    ['nested a million deep', '['.repeat(1_000_000), 'nested deeper'],
    ['of objects nested deep', '{"a":'.repeat(200_000), 'nested deeper'],
    ['with two models', '{"model":"gpt-4","model":"other"}', 'more than one'],
    ['with two models, one in escapes', '{"model":"gpt-4","\\u006d\\u006fdel":"other"}', 'more than one'],
    ['with 100,000 models', `{${'"model":"a",'.repeat(100_000)}"x":1}`, 'more than one'],
    ['with half a surrogate as its model', '{"model":"\\ud800","model":1}', 'more than one'],
    ['that is no JSON', '{"model":"gpt-4",}', 'not JSON'],
  ])('refuses a body %s, and says why', async (_name, json, why) => {
    const before = s.backend.received.length;
    const body = json.startsWith('[') ? `{"a":${json}` : json;
    const answer = await send(s.port, '/v1/agents', { body });

    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'body_invalid', detail: expect.stringContaining(why) });
    expect(answer.body.length).toBeLessThan(1_000);
    expect(s.backend.received).toHaveLength(before);
  });

  test('reads a key in escapes as the key that it is', async () => {
    await send(s.port, '/v1/agents', { body: '{"\\u006dodel":"gpt-4o"}' });
    expect(s.router.log().at(-1)).toMatchObject({ model: 'gpt-4o' });
  });

  test('takes a million members and a model of a mebibyte, and keeps little of it', async () => {
    const body = `{${'"a":0,'.repeat(500_000)}"model":"${'x'.repeat(1_000_000)}"}`;
    expect((await send(s.port, '/v1/agents', { body })).status).toBe(200);
    expect(JSON.stringify(s.router.log().at(-1)).length).toBeLessThan(1_000);
  });
});

test.each(['gzip', 'br', 'deflate', 'zstd', 'identity, gzip', 'x'])(
  'refuses a body in %s where its model must be read',
  async (coding) => {
    const before = s.backend.received.length;
    const headers = { 'content-encoding': coding };
    const answer = await send(s.port, '/v1/agents', { headers, body: Buffer.alloc(1_000) });

    expect(answer.status).toBe(415);
    expect(answer.json()).toMatchObject({ code: 'body_encoded' });
    expect(s.backend.received).toHaveLength(before);
  },
);

test('passes a compressed body as it is where nobody has to read it', async () => {
  const plain = await startTestRouter(s.backend.port);
  const body = Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0]);
  expect(
    (await send(plain.port, '/v1/agents', { headers: { 'content-encoding': 'gzip' }, body })).status,
  ).toBe(200);
  await plain.close();

  expect(s.backend.last().body).toEqual(body);
  expect(s.backend.last().headers['content-encoding']).toBe('gzip');
});

test('counts a client that closes its half as gone, and frees all that it held', async () => {
  const stalled = await startBackend((request) => request.resume());
  const router = await startTestRouter(stalled.port);
  const client = await openRaw(router.port, `GET /v1/agents HTTP/1.1\r\n${AUTHORIZED}\r\n`);
  await until(() => stalled.received.length === 1, 'the request');
  expect(router.store.held).toBe(1);

  client.socket.end();
  await until(() => client.socket.closed, 'the end of the connection');
  await until(() => stalled.sockets.size === 0, 'the cancellation');
  expect(router.store.held).toBe(0);
  expect(client.text()).toBe('');
  await router.close();
  await stalled.close();
});
