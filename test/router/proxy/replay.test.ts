/** A pooled connection that the backend has closed meanwhile costs nobody a failed request. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { untilBodiesHold } from '../../support/body-memory';
import { openRaw, send, until } from '../../support/client';
import { situation } from '../../support/situation';

let mode: 'answer' | 'reset' | 'read-and-reset' = 'answer';
let resets = 0;
const used = new WeakSet<Socket>();

/** A second request on a connection meets a reset, as if the backend had closed it a moment before. */
const s = situation({}, (request, response) => {
  if (mode !== 'answer' && used.has(request.socket)) {
    resets++;
    if (mode === 'reset') request.socket.resetAndDestroy();
    else resetAfter(request, 2_000_000);
    return;
  }
  used.add(request.socket);
  request.resume().on('end', () => response.end('ok'));
});
beforeEach(async () => {
  mode = 'answer';
  resets = 0;
  await send(s.port, '/v1/agents');
  mode = 'reset';
});

async function resends(): Promise<number> {
  const metrics = (await send(s.router.adminPort, '/metrics')).body.toString();
  return Number(/^agent_gateway_resends_total\{backend="[^"]+"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
}

test.each(['GET', 'POST'])('sends a %s again on another connection', async (method) => {
  const answer = await send(s.port, '/v1/agents', { method, headers: { 'content-length': 0 } });

  expect(answer.status).toBe(200);
  expect(resets).toBe(1);
});

test('tells log and metrics what was sent again', async () => {
  const before = await resends();

  await send(s.port, '/v1/agents');

  expect(s.router.log().at(-1)).toMatchObject({ status: 200, resentTo: [expect.any(String)] });
  expect((await resends()) - before).toBe(1);
});

test('sends a body again that had arrived whole', async () => {
  const answer = await send(s.port, '/v1/agents', { body: 'again' });

  expect(answer.status).toBe(200);
  expect(resets).toBe(1);
  expect(s.backend.last().body.toString()).toBe('again');
});

test.each([100_000, 1_000_000])('sends a body of %d bytes again that goes by as it comes', async (size) => {
  const body = randomBytes(size);

  const answer = await send(s.port, '/v1/agents', { body });

  expect(answer.status).toBe(200);
  expect(resets).toBe(1);
  expect(s.backend.last().body.equals(body)).toBe(true);
});

test('sends a body again whose length is not known', async () => {
  const body = randomBytes(300_000);

  const answer = await send(s.port, '/v1/agents', { body, headers: { 'transfer-encoding': 'chunked' } });

  expect(answer.status).toBe(200);
  expect(resets).toBe(1);
  expect(s.backend.last().body.equals(body)).toBe(true);
});

test('does not send a body again of which more has gone by than is kept', async () => {
  mode = 'read-and-reset';
  const answer = await send(s.port, '/v1/agents', { body: Buffer.alloc(8_000_000) });

  expect(answer.status).toBe(502);
  expect(resets).toBe(1);
});

test('keeps nothing of a body that takes longer than a dead connection would', async () => {
  mode = 'answer';
  const head =
    'POST /v1/agents HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\ncontent-length: 300000\r\n\r\n';
  const client = await openRaw(s.port, head + 'x'.repeat(1_000));
  await untilBodiesHold(s.router, 1_000);
  await new Promise((resolve) => setTimeout(resolve, 250));

  client.socket.write('x'.repeat(1_000));
  await untilBodiesHold(s.router, 0);
  client.socket.write('x'.repeat(298_000));
  await until(() => client.text().includes('200 OK'), 'the answer');
  client.socket.destroy();
});

function resetAfter(request: IncomingMessage, bytes: number): void {
  let read = 0;
  request.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > bytes) request.socket.resetAndDestroy();
  });
}
