/** Both stores on a clock that tests move: memory by its own, Redis by moving what is stored into the past. */

import type { PlanModel, WindowModel } from '../../src/model/gateway-model';
import { MemoryStore } from '../../src/router/limits/memory-store';
import { RedisStore } from '../../src/router/limits/redis-store';
import type { TakeRequest, TakeResult, TokenCharge } from '../../src/router/limits/store';
import { connectTo, type RedisClient } from './redis-client';
import { startRedis } from './redis-server';

export interface StoreUnderTest {
  take(request: TakeRequest): Promise<TakeResult>;
  charge(charge: TokenCharge): Promise<void>;
  /** Lets time pass for one caller. */
  pass(key: string, milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** A day's start in UTC, so that a test's day does not end in its middle. */
const MORNING = Date.UTC(2026, 10, 24);

export async function memoryUnderTest(): Promise<StoreUnderTest> {
  let now = MORNING;
  const store = new MemoryStore({ now: () => now });
  return {
    take: (request) => store.take(request),
    charge: async (charge) => store.charge(charge),
    pass: async (_key, milliseconds) => {
      now += milliseconds;
    },
    close: () => store.close(),
  };
}

export async function redisUnderTest(): Promise<StoreUnderTest> {
  const server = await startRedis();
  const store = new RedisStore({ url: server.url }, () => {});
  await untilConnected(store);
  const client = connectTo(server.port);
  return {
    take: (request) => store.take(request),
    charge: (charge) => store.charge(charge),
    pass: (key, milliseconds) => moveBack(client, `agw:{${key}}:`, milliseconds),
    async close() {
      client.disconnect();
      await store.close();
      await server.stop();
    },
  };
}

export async function untilConnected(store: RedisStore): Promise<void> {
  for (let i = 0; i < 200; i++) {
    try {
      return await store.ping();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Error('the store does not connect');
}

/** What was stored at a moment is stored so much earlier. */
export async function moveBack(client: RedisClient, base: string, milliseconds: number): Promise<void> {
  for (const name of ['minute', 'hour', 'tokens-minute']) {
    const times = await client.lrange(base + name, 0, -1);
    if (times.length === 0) continue;
    await client.del(base + name);
    await client.rpush(
      base + name,
      ...times.map((entry) => `${Number(entry.slice(0, 13)) - milliseconds}${entry.slice(13)}`),
    );
  }
  const days = Math.floor(milliseconds / 86_400_000);
  for (const name of ['day', 'tokens-day']) {
    const day = await client.hget(base + name, 'day');
    if (day !== null) await client.hset(base + name, 'day', Number(day) - days);
  }
  for (const lease of await client.zrange(`${base}concurrency`, 0, '-1')) {
    const ends = Number(await client.zscore(`${base}concurrency`, lease));
    await client.zadd(`${base}concurrency`, `${ends - milliseconds}`, lease);
  }
}

const NAMES = ['minute', 'hour', 'day', 'tokens-minute', 'tokens-day'] as const;

export function plan(
  limits: Partial<Record<(typeof NAMES)[number], number>>,
  concurrentRequests?: number,
): PlanModel {
  const windows = NAMES.flatMap((name) => {
    const limit = limits[name];
    if (limit === undefined) return [];
    return [(name.startsWith('tokens') ? { name, tokens: limit } : { name, requests: limit }) as WindowModel];
  });
  return {
    windows,
    ...(concurrentRequests === undefined ? {} : { concurrentRequests }),
    onStoreOutage: 'local',
  };
}

/** How many scripts a Redis has run: one for each question about limits, and for each lease that is renewed. */
export async function scriptsRun(client: Pick<RedisClient, 'info'>): Promise<number> {
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0);
}
