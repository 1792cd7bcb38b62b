/** Redis as a Cluster and behind Sentinels: the same promises, also after a failover. */
import { connectRedis } from '../../../src/router/limits/connect-redis';
import { openStore } from '../../../src/router/limits/open-store';
import { RedisStore } from '../../../src/router/limits/redis-store';
import { until } from '../../support/client';
import { plan, untilConnected } from '../../support/limit-stores';
import { startCluster, startSentinel, type Topology } from '../../support/redis-topologies';

const TIMEOUT_MILLISECONDS = 30_000;
const limits = plan({ minute: 3, day: 100, 'tokens-minute': 1_000 }, 5);

describe('a Cluster', () => {
  let cluster: Topology;
  let store: RedisStore;
  beforeAll(async () => {
    cluster = await startCluster();
    store = new RedisStore({ url: cluster.url, cluster: true }, () => {});
    await untilConnected(store);
  }, TIMEOUT_MILLISECONDS);
  afterAll(async () => {
    await store.close();
    await cluster.stop();
  });

  it('counts each caller on the node that has its slot', async () => {
    for (let caller = 0; caller < 30; caller++) {
      const request = { key: `caller-${caller}`, plan: limits };
      const taken = await Promise.all([1, 2, 3, 4].map(() => store.take(request)));
      expect(taken.map((result) => result.refusedBy)).toEqual([undefined, undefined, undefined, 'minute']);
    }
  });

  it('charges tokens and frees slots', async () => {
    const request = { key: 'tokens', plan: plan({ 'tokens-minute': 10 }, 1) };
    const taken = await store.take(request);
    expect((await store.take(request)).refusedBy).toBe('concurrency');
    taken.lease?.release();
    await store.charge({ ...request, tokens: 10 });

    expect((await store.take(request)).refusedBy).toBe('tokens-minute');
  });

  it('finds a plan in the slot of its counters', async () => {
    const client = connectRedis({ url: cluster.url, cluster: true });
    await until(() => client.status === 'ready', 'the client');
    await client.set('agw-plan:{0d1e}', 'pro');
    client.disconnect();
    const pro = { name: 'pro', plan: limits, key: '{0d1e}user', allowed: true };
    const lookup = {
      key: 'agw-plan:{0d1e}',
      plans: [{ ...pro, name: 'free', plan: plan({}) }, pro],
    } as const;

    const result = await store.take({ key: '{0d1e}user', plan: plan({}), lookup });

    expect(result).toMatchObject({
      lookedUpPlan: 'pro',
      windows: [{ name: 'minute', remaining: 2 }, {}, {}],
    });
  });
});

it(
  'follows a failover that Sentinels decide, and goes on counting',
  async () => {
    const sentinel = await startSentinel();
    const store = openStore({ url: sentinel.url, sentinelMaster: 'main', replicasMax: 2 });
    await until(() => store.state() === 'ok', 'the store');
    const request = { key: 'ada', plan: { ...limits, onStoreOutage: 'closed' as const } };
    expect((await store.take(request)).windows[0]?.remaining).toBe(2);

    await sentinel.servers[0]?.kill();

    // What the replica had got still counts, with scripts that it has never seen.
    let result = await store.take(request);
    for (let i = 0; i < 1_000 && result.degraded; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      result = await store.take(request);
    }
    expect(result).toMatchObject({ degraded: false });
    expect(result.windows[0]?.remaining).toBe(1);
    await store.close();
    await sentinel.stop();
  },
  TIMEOUT_MILLISECONDS,
);

it.each(['http://a:1', 'redis://', 'redis://a:b:c,d', 'redis://user:secret@a b c:x'])(
  'refuses %s without showing it',
  (url) => {
    expect(() => connectRedis({ url, cluster: true })).toThrow(/^expected /);
  },
);
