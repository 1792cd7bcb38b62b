/** What only Redis can show: many routers, one round trip, lost scripts, routers that die. */

import { RedisStore } from '../../../src/router/limits/redis-store';
import { moveBack, plan, untilConnected } from '../../support/limit-stores';
import { connectTo, type RedisClient } from '../../support/redis-client';
import { type RedisServer, startRedis } from '../../support/redis-server';

let server: RedisServer;
let client: RedisClient;
const stores: RedisStore[] = [];

beforeAll(async () => {
  server = await startRedis();
  client = connectTo(server.port);
});
afterAll(async () => {
  for (const store of stores) await store.close();
  client.disconnect();
  await server.stop();
});

async function openStore(options: { leaseMilliseconds?: number } = {}): Promise<RedisStore> {
  const store = new RedisStore({ url: server.url, ...options }, () => {});
  stores.push(store);
  await untilConnected(store);
  return store;
}

it('admits what the plan says over three routers together, whatever comes at once', async () => {
  const routers = [await openStore(), await openStore(), await openStore()];
  const request = { key: 'shared', plan: plan({ minute: 100, day: 1_000 }, 1_000) };

  const results = await Promise.all(
    Array.from({ length: 300 }, (_, i) => (routers[i % 3] as RedisStore).take(request)),
  );

  expect(results.filter((result) => result.refusedBy === undefined)).toHaveLength(100);
  expect(results.filter((result) => result.refusedBy === 'minute')).toHaveLength(200);
});

it('asks Redis once for each request, however many limits there are', async () => {
  const store = await openStore();
  const request = { key: 'round-trips', plan: plan({ minute: 10, hour: 100, day: 1_000 }, 10) };
  await store.take(request);
  await client.config('RESETSTAT');

  for (let i = 0; i < 5; i++) await store.take(request);

  const calls = (await client.info('commandstats')).match(/cmdstat_evalsha:calls=(\d+)/)?.[1];
  expect(calls).toBe('5');
});

it('asks Redis once for all requests of one moment, and each gets its own answer', async () => {
  const store = await openStore();
  const request = { key: 'together', plan: plan({ minute: 7, day: 100 }, 100) };
  await store.take({ key: 'first', plan: request.plan });
  await client.config('RESETSTAT');

  const results = await Promise.all(Array.from({ length: 10 }, () => store.take(request)));

  expect(results.map(({ refusedBy }) => refusedBy ?? 'admitted')).toEqual([
    ...Array(7).fill('admitted'),
    ...Array(3).fill('minute'),
  ]);
  expect((await client.info('commandstats')).match(/cmdstat_evalsha:calls=(\d+)/)?.[1]).toBe('1');
});

it('gives a slot back before it decides about a request of the same moment', async () => {
  const store = await openStore();
  const request = { key: 'slot-back', plan: plan({ minute: 10 }, 1) };
  const first = await store.take(request);

  first.lease?.release();

  expect((await store.take(request)).refusedBy).toBeUndefined();
});

it.each([
  ['text', 'something else'],
  ['another table', '\x81\xa6minute\x93\x01\x02\x03'],
])('fails for the caller alone whose keys hold what is not ours: %s', async (what, stored) => {
  const store = await openStore();
  await client.call('SET', 'agw:{foreign}:windows', Buffer.from(stored, 'latin1'));
  const of = (key: string) => ({ key, plan: plan({ minute: 10 }) });

  const [foreign, own] = await Promise.allSettled([
    store.take(of('foreign')),
    store.take(of(`beside ${what}`)),
  ]);

  expect(foreign.status).toBe('rejected');
  expect(own).toMatchObject({ status: 'fulfilled', value: { windows: [{ name: 'minute', remaining: 9 }] } });
});

it('goes on when Redis has forgotten its scripts', async () => {
  const store = await openStore();
  const request = { key: 'flushed', plan: plan({ minute: 2 }) };
  await store.take(request);
  await client.script('FLUSH');

  expect((await store.take(request)).refusedBy).toBeUndefined();
  expect((await store.take(request)).refusedBy).toBe('minute');
});

it('keeps all keys of a caller in one slot, and lets each expire', async () => {
  const store = await openStore();
  const request = { key: 'slots', plan: plan({ minute: 9, hour: 9, day: 9 }, 9) };
  await store.take(request);
  await moveBack(client, 'agw:{slots}:', 1_000);
  await store.take(request);

  const keys = (await client.keys('agw:{slots}:*')).sort();

  expect(keys).toEqual(['concurrency', 'hour', 'minute', 'windows'].map((name) => `agw:{slots}:${name}`));
  for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(0);
});

it('touches no list while nothing enters or leaves it', async () => {
  const store = await openStore();
  const request = { key: 'grain', plan: plan({ minute: 1_000_000, day: 1_000_000 }, 10) };
  await store.take(request);
  await client.config('RESETSTAT');

  for (let i = 0; i < 5; i++) await store.take(request);

  const calls = (await client.info('commandstats')).match(/cmdstat_\w+:calls=\d+/g) ?? [];
  const inScripts = calls.filter((call) => !/evalsha|config|info/.test(call)).sort();
  expect(inScripts).toEqual(
    ['get', 'pexpire', 'set', 'time', 'zadd', 'zcard'].map((name) => `cmdstat_${name}:calls=5`),
  );
});

it('keeps a large window in a thousand entries, and admits what it says', async () => {
  const store = await openStore();
  const limit = 10_500;
  const request = { key: 'large', plan: plan({ hour: limit }) };
  const admitted = async (thousands: number) => {
    let count = 0;
    for (let i = 0; i < thousands; i++) {
      const results = await Promise.all(Array.from({ length: 1_000 }, () => store.take(request)));
      count += results.filter((result) => result.refusedBy === undefined).length;
    }
    return count;
  };

  expect(await admitted(5)).toBe(5_000);
  await moveBack(client, 'agw:{large}:', 1_800_000);
  expect(await admitted(6)).toBe(limit - 5_000);
  expect(await client.llen('agw:{large}:hour')).toBeLessThanOrEqual(1_000);

  // The first half leaves the window: room for it, but for what stands under one moment.
  await moveBack(client, 'agw:{large}:', 1_801_000);
  const left = (await store.take(request)).windows[0]?.remaining ?? 0;
  expect(left).toBeGreaterThan(5_000 - limit / 100);
  expect(left).toBeLessThan(5_000);
  expect(await client.llen('agw:{large}:hour')).toBeLessThanOrEqual(520);
});

it('goes on where Redis has lost a part of a window', async () => {
  const store = await openStore();
  const request = { key: 'lost', plan: plan({ minute: 3 }) };
  await store.take(request);
  await moveBack(client, 'agw:{lost}:', 30_000);
  await store.take(request);
  await client.del('agw:{lost}:minute');
  expect((await store.take(request)).windows[0]?.remaining).toBe(0);
  expect((await store.take(request)).refusedBy).toBe('minute');

  await moveBack(client, 'agw:{lost}:', 61_000);

  expect((await store.take(request)).windows[0]?.remaining).toBe(2);
  await moveBack(client, 'agw:{lost}:', 1_000);
  await store.take(request);
  expect(await client.pttl('agw:{lost}:minute')).toBeGreaterThan(0);
});

it('frees the slots of a router that has died, and keeps those of one that lives', async () => {
  const dead = await openStore({ leaseMilliseconds: 600 });
  const alive = await openStore({ leaseMilliseconds: 600 });
  const request = { key: 'leases', plan: plan({}, 2) };
  await dead.take(request);
  await alive.take(request);
  expect((await alive.take(request)).refusedBy).toBe('concurrency');

  await dead.close();
  await new Promise((resolve) => setTimeout(resolve, 1_500));

  expect((await alive.take(request)).refusedBy).toBeUndefined();
  expect((await alive.take(request)).refusedBy).toBe('concurrency');
});

it('stands still when the clock was set back', async () => {
  const store = await openStore();
  const perMinute = { key: 'clock', plan: plan({ minute: 2 }) };
  const perDay = { key: 'calendar', plan: plan({ day: 2 }) };
  for (const request of [perMinute, perMinute, perDay, perDay]) await store.take(request);

  // What is stored lies ahead of the clock now.
  await moveBack(client, 'agw:{clock}:', -3_600_000);
  await moveBack(client, 'agw:{calendar}:', -86_400_000);

  const refused = await store.take(perMinute);
  expect(refused.refusedBy).toBe('minute');
  expect(refused.retryAfterSeconds).toBeLessThanOrEqual(60);
  expect((await store.take(perDay)).refusedBy).toBe('day');
});

it('keeps the slot of a request that runs when the clock was set back', async () => {
  const store = await openStore({ leaseMilliseconds: 600 });
  const request = { key: 'back', plan: plan({ minute: 10 }, 1) };
  await store.take(request);
  // What is stored lies an hour ahead of the clock now.
  const ahead = Date.now() + 3_600_000;
  await moveBack(client, 'agw:{back}:', -3_600_000);
  const [lease = ''] = await client.zrange('agw:{back}:concurrency', 0, '-1');
  await client.zadd('agw:{back}:concurrency', `${ahead}`, lease);
  const renewed = async () => Number(await client.zscore('agw:{back}:concurrency', lease)) < ahead;
  for (let tries = 0; tries < 200 && !(await renewed()); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await renewed()).toBe(true);

  expect((await store.take(request)).refusedBy).toBe('concurrency');
});

it('does not keep the slot of a dead router for as long as the clock was set back', async () => {
  const store = await openStore({ leaseMilliseconds: 300 });
  const request = { key: 'dead', plan: plan({}, 1) };
  await client.zadd('agw:{dead}:concurrency', `${Date.now() + 3_600_000}`, 'of-a-dead-router:1');
  expect((await store.take(request)).refusedBy).toBe('concurrency');

  await new Promise((resolve) => setTimeout(resolve, 350));
  expect((await store.take(request)).refusedBy).toBeUndefined();
});

it('takes a password from beside the URL', async () => {
  const guarded = await startRedis('--requirepass', 'open sesame');
  const store = new RedisStore({ url: guarded.url, password: 'open sesame' }, () => {});

  await untilConnected(store);

  expect((await store.take({ key: 'a', plan: plan({ minute: 1 }) })).refusedBy).toBeUndefined();
  await store.close();
  await guarded.stop();
});
