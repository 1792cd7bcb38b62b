/** Bodies that are read before limits are taken: how many one caller may have, and how much memory all of them take. */
import type { PlanModel } from '../../src/model/gateway-model';
import { untilBodiesHold } from '../support/body-memory';
import { openRaw, send, until } from '../support/client';
import { situation } from '../support/situation';

const MEBIBYTE = 1_048_576;
const target = { backend: 'agent', models: [{ pattern: 'gpt-4*', backend: 'agent' }] };
const plan: PlanModel = { windows: [], concurrentRequests: 5, onStoreOutage: 'local' };
const s = situation({
  bodyBytesMost: 4 * MEBIBYTE,
  model: { plans: { free: plan } },
  service: { versions: { v1: { target, variants: [] } } },
});

const START = '{"model":"gpt-4o","input":"';
const END = '"}';

/** Begins a request, and sends so many bytes of its body. */
async function begin(caller: string, bytes: number, length = 6 * MEBIBYTE) {
  const head = `POST /v1/agents HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good-${caller}\r\ncontent-length: ${length}\r\n\r\n`;
  const client = await openRaw(s.port, head + START + 'x'.repeat(bytes - START.length));
  return {
    ...client,
    finish: () => client.socket.write('x'.repeat(length - bytes - END.length) + END),
    leave: async () => {
      client.socket.destroy();
      await until(() => s.router.log().some(({ aborted }) => aborted), 'the end of the request');
    },
  };
}

const body = (bytes: number) => START + 'x'.repeat(bytes - START.length - END.length) + END;
const sendAs = (caller: string, bytes: number) =>
  send(s.port, '/v1/agents', { headers: { authorization: `Bearer good-${caller}` }, body: body(bytes) });

test('refuses a body that there is no memory for, and takes it once there is', async () => {
  const bodies = await Promise.all(['a', 'b', 'c', 'd'].map((caller) => begin(caller, MEBIBYTE - 1)));
  await untilBodiesHold(s.router, 4 * (MEBIBYTE - 1));
  const before = s.backend.received.length;

  const answer = await sendAs('e', 1_000);
  expect(answer.status).toBe(503);
  expect(answer.headers['retry-after']).toBe('1');
  expect(answer.json()).toMatchObject({ code: 'overloaded' });
  expect(s.backend.received).toHaveLength(before);

  for (const { socket } of bodies) socket.destroy();
  await untilBodiesHold(s.router, 0);
  expect((await sendAs('e', MEBIBYTE)).status).toBe(200);
  await untilBodiesHold(s.router, 0);
});

test('takes a body larger than its memory where it is the only one', async () => {
  expect((await sendAs('large', 5 * MEBIBYTE)).status).toBe(200);
  await untilBodiesHold(s.router, 0);
});

test('gives one caller a quarter where half is in use, so that others have room', async () => {
  const greedy = [await begin('greedy', MEBIBYTE), await begin('greedy', MEBIBYTE)];
  await untilBodiesHold(s.router, 2 * MEBIBYTE);

  expect((await sendAs('greedy', 1_000)).json()).toMatchObject({ code: 'overloaded' });
  expect((await sendAs('modest', MEBIBYTE / 2)).status).toBe(200);

  for (const { socket } of greedy) socket.destroy();
  await untilBodiesHold(s.router, 0);
});

test('counts bodies that are being read as requests in flight', async () => {
  const slow = await Promise.all(Array.from({ length: 5 }, () => begin('slow', 100)));
  await untilBodiesHold(s.router, 500);

  const answer = await sendAs('slow', 1_000);
  expect(answer.status).toBe(429);
  expect(answer.json()).toMatchObject({ code: 'limit_exceeded', limit: 'concurrency' });
  expect((await sendAs('other', 1_000)).status).toBe(200);

  for (const { socket } of slow) socket.destroy();
  await untilBodiesHold(s.router, 0);
  expect((await sendAs('slow', 1_000)).status).toBe(200);
});
