/** A pooled connection that the backend has closed meanwhile costs nobody a failed request. */
import type { Socket } from 'node:net';
import { send } from '../../support/client';
import { situation } from '../../support/situation';

let mode: 'answer' | 'reset' = 'answer';
let resets = 0;
const used = new WeakSet<Socket>();

/** A second request on a connection meets a reset, as if the backend had closed it a moment before. */
const s = situation({}, (request, response) => {
  if (mode === 'reset' && used.has(request.socket)) {
    resets++;
    request.socket.resetAndDestroy();
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

test.each(['GET', 'POST'])('sends a %s again on another connection', async (method) => {
  const answer = await send(s.port, '/v1/agents', { method, headers: { 'content-length': 0 } });

  expect(answer.status).toBe(200);
  expect(resets).toBe(1);
});

test('sends a body again that had arrived whole', async () => {
  const answer = await send(s.port, '/v1/agents', { body: 'again' });

  expect(answer.status).toBe(200);
  expect(resets).toBe(1);
  expect(s.backend.last().body.toString()).toBe('again');
});

test('does not send a body again that went by as it came', async () => {
  const answer = await send(s.port, '/v1/agents', { body: Buffer.alloc(1_000_000) });

  expect(answer.status).toBe(502);
  expect(resets).toBe(1);
});
