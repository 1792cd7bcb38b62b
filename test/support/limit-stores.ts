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
  await client.eval(MOVE_BACK, 1, base, milliseconds);
}

/** KEYS: what the keys of a caller begin with. ARGV: milliseconds. Entries move, and when keys expire does not. */
const MOVE_BACK = `
local base, by = KEYS[1], tonumber(ARGV[1])
local text = redis.call('GET', base .. 'windows')
if text then
  local state = cmsgpack.unpack(text)
  for name, is in pairs(state) do
    if name == 'day' or name == 'tokens-day' then is[1] = is[1] - math.floor(by / 86400000)
    elseif name ~= 'until' then
      is[1], is[4] = is[1] - by, is[4] - by
      local entries = redis.call('LRANGE', base .. name, 0, -1)
      for i, entry in ipairs(entries) do
        redis.call('LSET', base .. name, i - 1, string.format('%.0f', string.sub(entry, 1, 13) - by) .. string.sub(entry, 14))
      end
    end
  end
  redis.call('SET', base .. 'windows', cmsgpack.pack(state), 'KEEPTTL')
end
local leases = redis.call('ZRANGE', base .. 'concurrency', 0, -1, 'WITHSCORES')
for i = 1, #leases, 2 do redis.call('ZADD', base .. 'concurrency', leases[i + 1] - by, leases[i]) end
`;

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
