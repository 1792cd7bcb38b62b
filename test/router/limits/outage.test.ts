/** Redis goes away in every way, under requests that go on: none hangs, each plan's policy holds, service returns. */
import type { OutagePolicy, PlanModel } from '../../../src/model/gateway-model';
import { openStore } from '../../../src/router/limits/open-store';
import type { LimitStore } from '../../../src/router/limits/store';
import { plan } from '../../support/limit-stores';
import { connectTo } from '../../support/redis-client';
import { type RedisServer, startRedis } from '../../support/redis-server';

let server: RedisServer;
let store: LimitStore;
const lines: string[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  store = openStore({ url: server.url, replicasMax: 2, log: (_level, event) => lines.push(event) });
  await until('ok');
});
afterEach(() => store.close());

async function until(state: string): Promise<void> {
  for (let i = 0; i < 500 && store.state() !== state; i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(store.state()).toBe(state);
}

function withPolicy(onStoreOutage: OutagePolicy, requests = 4): PlanModel {
  return { ...plan({ minute: requests }), onStoreOutage };
}

/** Asks until the breaker has opened. */
async function provoke(): Promise<void> {
  for (let i = 0; i < 50 && store.state() !== 'degraded'; i++) {
    await store.take({ key: 'provoke', plan: withPolicy('open') });
  }
  expect(store.state()).toBe('degraded');
}

it.each([
  ['killed', () => server.kill(), () => server.restart()],
  ['paused', async () => server.pause(), async () => server.resume()],
])('decides by each plan when Redis is %s, and returns by itself', async (_how, lose, restore) => {
  await lose();
  await provoke();

  expect(await store.take({ key: 'open', plan: withPolicy('open') })).toEqual({
    windows: [],
    degraded: true,
  });
  expect(await store.take({ key: 'closed', plan: withPolicy('closed') })).toEqual({
    windows: [],
    refusedBy: 'store',
    retryAfterSeconds: 1,
    degraded: true,
  });
  const local = { key: 'local', plan: withPolicy('local') };
  const results = [];
  for (let i = 0; i < 4; i++) results.push(await store.take(local));
  // Two routers at most: each has half of the four.
  expect(results.map((result) => result.refusedBy)).toEqual([undefined, undefined, 'minute', 'minute']);
  expect(results.every((result) => result.degraded)).toBe(true);

  await restore();
  await until('ok');
  expect((await store.take({ key: 'after', plan: withPolicy('closed') })).degraded).toBe(false);
});

it('asks nobody about a plan without limits, and admits whatever Redis does', async () => {
  await server.kill();
  await provoke();

  const unlimited = { ...plan({}), onStoreOutage: 'closed' as const };
  expect(await store.take({ key: 'unlimited', plan: unlimited })).toEqual({ windows: [], degraded: false });
  await server.restart();
  await until('ok');
});

it('answers every request while Redis is killed in the middle of them', async () => {
  const request = { key: 'load', plan: withPolicy('open', 100_000) };
  const results = [];
  for (let i = 0; i < 40; i++) {
    const batch = Array.from({ length: 25 }, () => store.take(request));
    if (i === 20) void server.kill();
    results.push(...(await Promise.all(batch)));
  }

  expect(results).toHaveLength(1_000);
  expect(results.filter((result) => result.refusedBy !== undefined)).toEqual([]);
  await server.restart();
});

it('gives back the slot of an answer that comes too late', async () => {
  const request = { key: 'late', plan: { ...plan({}, 1), onStoreOutage: 'closed' as const } };
  server.pause();
  // Redis reads it once it goes on, long after the request was decided without it.
  expect((await store.take(request)).refusedBy).toBe('store');
  server.resume();
  await new Promise((resolve) => setTimeout(resolve, 200));
  await until('ok');

  expect((await store.take(request)).refusedBy).toBeUndefined();
});

it('writes what was charged before it closes', async () => {
  const tokens = plan({ 'tokens-minute': 100 });
  const last = openStore({ url: server.url, replicasMax: 1 });
  for (let i = 0; i < 500 && last.state() !== 'ok'; i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  last.charge({ key: 'last', plan: tokens, tokens: 100 });
  await last.close();

  expect((await store.take({ key: 'last', plan: tokens })).refusedBy).toBe('tokens-minute');
});

it('is unknown until Redis was asked, and degraded when it was never there', async () => {
  const lost = openStore({ url: 'redis://127.0.0.1:1', replicasMax: 1 });
  expect(lost.state()).toBe('unknown');
  for (let i = 0; i < 500 && lost.state() === 'unknown'; i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(lost.state()).toBe('degraded');
  await lost.close();
});

it('does not count on a Redis that reads its data from disk', async () => {
  // A hundredth of a second for each of 200 keys, and an ear for commands meanwhile.
  const delay = ['--key-load-delay', '10000', '--loading-process-events-interval-bytes', '1024'];
  const slow = await startRedis(...delay);
  const client = connectTo(slow.port);
  await client.eval("for i = 1, 200 do redis.call('SET', i, string.rep('x', 100)) end", 0);
  await client.call('SAVE');
  client.disconnect();
  await slow.kill();
  await slow.restart();
  const loading = openStore({ url: slow.url, replicasMax: 1 });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(loading.state()).toBe('unknown');

  for (let i = 0; i < 500 && loading.state() !== 'ok'; i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await loading.take({ key: 'loaded', plan: withPolicy('closed') })).toMatchObject({
    degraded: false,
  });
  await loading.close();
  await slow.stop();
});

it('refuses a URL of another kind without showing it', () => {
  expect(() => openStore({ url: 'http://user:secret@host', replicasMax: 1 })).toThrow(
    'expected redis://…, rediss://… or memory:',
  );
});
