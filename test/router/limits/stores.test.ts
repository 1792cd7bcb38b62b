/** What both stores promise, by the same cases. */
import { memoryUnderTest, plan, redisUnderTest, type StoreUnderTest } from '../../support/limit-stores';

describe.each([
  ['memory', memoryUnderTest],
  ['Redis', redisUnderTest],
])('%s', (_name, open) => {
  let store: StoreUnderTest;
  let callers = 0;
  let key: string;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());
  beforeEach(() => {
    key = `caller-${++callers}`;
  });

  async function admitted(request: Parameters<StoreUnderTest['take']>[0], times: number): Promise<number> {
    let count = 0;
    for (let i = 0; i < times; i++) if ((await store.take(request)).refusedBy === undefined) count++;
    return count;
  }

  it('admits just as many requests as a window has', async () => {
    expect(await admitted({ key, plan: plan({ minute: 3 }) }, 5)).toBe(3);
  });

  it('tells what is left, and when there is more', async () => {
    const request = { key, plan: plan({ minute: 3, day: 10 }) };
    await store.take(request);

    const { windows } = await store.take(request);

    expect(windows[0]).toMatchObject({ name: 'minute', limit: 3, remaining: 1 });
    expect(windows[0]?.resetSeconds).toBeLessThanOrEqual(60);
    expect(windows[1]).toMatchObject({ name: 'day', limit: 10, remaining: 8 });
  });

  it('slides: a request makes room one window after it was admitted, not before', async () => {
    const request = { key, plan: plan({ minute: 2 }) };
    await store.take(request);
    await store.pass(key, 40_000);
    await store.take(request);
    await store.pass(key, 19_000);
    expect((await store.take(request)).refusedBy).toBe('minute');

    await store.pass(key, 1_500);

    expect(await admitted(request, 2)).toBe(1);
  });

  it('charges no window when one of them refuses', async () => {
    const request = { key, plan: plan({ minute: 1, day: 5 }) };
    await store.take(request);
    await admitted(request, 4);

    await store.pass(key, 61_000);

    expect((await store.take(request)).windows[1]).toMatchObject({ name: 'day', remaining: 3 });
  });

  it('names the limit that takes longest, and a wait after which the request is admitted', async () => {
    const request = { key, plan: plan({ minute: 1, hour: 1 }) };
    await store.take(request);

    const refusal = await store.take(request);

    expect(refusal.refusedBy).toBe('hour');
    await store.pass(key, (refusal.retryAfterSeconds as number) * 1000);
    expect((await store.take(request)).refusedBy).toBeUndefined();
  });

  it('waits for midnight (UTC) when the day is used up', async () => {
    const request = { key, plan: plan({ day: 1 }) };
    await store.take(request);

    const refusal = await store.take(request);

    expect(refusal).toMatchObject({ refusedBy: 'day' });
    expect(refusal.retryAfterSeconds).toBeLessThanOrEqual(86_400);
    await store.pass(key, 86_400_000);
    expect((await store.take(request)).refusedBy).toBeUndefined();
  });

  it('admits while a window has tokens left, charges them later, and says when there are some again', async () => {
    const request = { key, plan: plan({ 'tokens-minute': 100, 'tokens-day': 1_000 }) };
    expect(await admitted(request, 3)).toBe(3);
    await store.charge({ ...request, tokens: 60 });
    await store.pass(key, 20_000);
    const { windows } = await store.take(request);
    expect(windows).toMatchObject([
      { name: 'tokens-minute', limit: 100, remaining: 40, resetSeconds: 40 },
      { name: 'tokens-day', limit: 1_000, remaining: 940 },
    ]);

    // The last request takes more than there is.
    await store.charge({ ...request, tokens: 500 });
    const refusal = await store.take(request);
    expect(refusal).toMatchObject({
      refusedBy: 'tokens-minute',
      windows: [{ remaining: 0 }, { remaining: 440 }],
    });
    await store.pass(key, (refusal.retryAfterSeconds as number) * 1000 - 2_000);
    expect((await store.take(request)).refusedBy).toBe('tokens-minute');

    await store.pass(key, 2_000);
    expect((await store.take(request)).refusedBy).toBeUndefined();
    await store.charge({ ...request, tokens: 440 });
    expect((await store.take(request)).refusedBy).toBe('tokens-day');
  });

  it('charges requests and tokens apart, and no tokens for a request', async () => {
    const request = { key, plan: plan({ minute: 5, 'tokens-minute': 50_000 }) };
    await store.charge({ ...request, tokens: 49_999 });

    expect(await admitted(request, 7)).toBe(5);
  });

  it('counts each caller alone', async () => {
    await admitted({ key, plan: plan({ minute: 1 }) }, 2);
    expect((await store.take({ key: `${key}-other`, plan: plan({ minute: 1 }) })).refusedBy).toBeUndefined();
  });

  it('admits as many at a time as the plan says, and one more for each that ends', async () => {
    const request = { key, plan: plan({}, 2) };
    const first = await store.take(request);
    const second = await store.take(request);
    expect(await store.take(request)).toMatchObject({ refusedBy: 'concurrency', retryAfterSeconds: 1 });

    first.lease?.release();
    first.lease?.release();
    await store.pass(key, 0);

    expect(await admitted(request, 2)).toBe(1);
    second.lease?.release();
  });

  it('charges no window when too many are under way, and takes no slot when a window refuses', async () => {
    const request = { key, plan: plan({ minute: 2 }, 1) };
    const first = await store.take(request);
    await admitted(request, 3);
    first.lease?.release();
    await store.pass(key, 0);
    const second = await store.take(request);
    expect(second.refusedBy).toBeUndefined();
    second.lease?.release();
    await admitted(request, 3);

    await store.pass(key, 61_000);

    expect((await store.take(request)).refusedBy).toBeUndefined();
  });

  it('takes a plan that has shrunk as it is now', async () => {
    await admitted({ key, plan: plan({ minute: 5 }) }, 5);
    await store.pass(key, 30_000);

    const refusal = await store.take({ key, plan: plan({ minute: 2 }) });

    expect(refusal).toMatchObject({ refusedBy: 'minute', windows: [{ remaining: 0, limit: 2 }] });
    await store.pass(key, (refusal.retryAfterSeconds as number) * 1000);
    expect((await store.take({ key, plan: plan({ minute: 2 }) })).refusedBy).toBeUndefined();
  });

  it('admits everything under a plan without limits', async () => {
    expect(await admitted({ key, plan: plan({}) }, 50)).toBe(50);
  });

  it('forgets a window of thousands at once', async () => {
    const request = { key, plan: plan({ minute: 3_000 }) };
    expect(await admitted(request, 3_001)).toBe(3_000);
    await store.pass(key, 61_000);
    expect((await store.take(request)).windows[0]?.remaining).toBe(2_999);
  });
});

it('both say the same, whatever comes', async () => {
  const [memory, redis] = await Promise.all([memoryUnderTest(), redisUnderTest()]);
  const random = randomOf(7);
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T;
  const plans = [
    plan({ minute: 5, hour: 40 }),
    plan({ minute: 60, hour: 70, day: 200 }, 1_000),
    plan({ hour: 30, 'tokens-minute': 50 }),
    plan({ minute: 20, 'tokens-day': 300 }, 1_000),
  ];
  try {
    for (let i = 0; i < 1_000; i++) {
      const key = `caller-${pick([1, 2])}`;
      const request = { key, plan: pick(plans) };
      const roll = random();
      // Whole seconds: what a run of this test takes must not decide what leaves a window.
      if (roll < 0.3) await pass(1_000 * Math.floor(random() ** 3 * 90));
      else if (roll < 0.4) {
        const charge = { ...request, tokens: Math.floor(random() * 30) };
        await Promise.all([memory.charge(charge), redis.charge(charge)]);
      } else {
        const [one, other] = await Promise.all([memory.take(request), redis.take(request)]);
        expect({ i, ...told(other) }).toEqual({ i, ...told(one) });
      }
    }
  } finally {
    await Promise.all([memory.close(), redis.close()]);
  }

  /** The clock of the store in memory is one for all callers. */
  async function pass(milliseconds: number) {
    await memory.pass('', milliseconds);
    for (const key of ['caller-1', 'caller-2']) await redis.pass(key, milliseconds);
  }

  /** What must be the same: seconds may differ by one, or by where in its day the test runs. */
  function told({ refusedBy, windows }: Awaited<ReturnType<StoreUnderTest['take']>>) {
    return { refusedBy, left: windows.map(({ name, remaining }) => [name, remaining]) };
  }
});

/** The same numbers from 0 to 1 in every run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
