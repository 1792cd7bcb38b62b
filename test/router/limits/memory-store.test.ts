import { array, assert, asyncProperty, integer } from 'fast-check';
import { MemoryStore } from '../../../src/router/limits/memory-store';
import { plan } from '../../support/limit-stores';

it('never admits more than the plan in any 60 seconds, and never refuses who is below it', async () => {
  const gaps = array(integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 200 });
  await assert(
    asyncProperty(gaps, integer({ min: 1, max: 12 }), async (steps, limit) => {
      let now = Date.UTC(2026, 10, 24);
      const store = new MemoryStore({ now: () => now });
      const admitted: number[] = [];
      for (const step of steps) {
        now += step;
        const inWindow = admitted.filter((time) => time > now - 60_000).length;
        const { refusedBy } = store.takeNow({ key: 'a', plan: plan({ minute: limit }) });
        expect(refusedBy === undefined).toBe(inWindow < limit);
        if (refusedBy === undefined) admitted.push(now);
      }
    }),
  );
});

it('admits no more when the clock is set back', () => {
  let now = Date.UTC(2026, 10, 24, 12);
  const store = new MemoryStore({ now: () => now });
  const request = { key: 'a', plan: plan({ minute: 2, day: 3 }) };
  store.takeNow(request);
  store.takeNow(request);

  now -= 7_200_000;

  expect(store.takeNow(request).refusedBy).toBe('minute');
});

it('forgets callers whose windows are empty, and keeps those with requests under way', () => {
  let now = Date.UTC(2026, 10, 24);
  const store = new MemoryStore({ now: () => now });
  for (let i = 0; i < 10_000; i++) store.takeNow({ key: `caller-${i}`, plan: plan({ minute: 1 }) });
  expect(store.size).toBe(10_000);

  now += 61_000;
  for (let i = 0; i < 2_000; i++) store.takeNow({ key: 'busy', plan: plan({}, 10_000) });

  expect(store.size).toBe(1);
});

it('remembers 50,000 of 100,000 callers, the last ones and those with requests under way', () => {
  // In the last hour of a day its end comes before that of an hour.
  const store = new MemoryStore({ now: () => Date.UTC(2026, 10, 24, 12) });
  const request = (i: number) => ({ key: `caller-${i}`, plan: plan({ minute: 1, hour: 1, day: 1 }, 1) });
  const { lease } = store.takeNow(request(0));
  for (let i = 1; i < 100_000; i++) store.takeNow(request(i)).lease?.release();

  expect(store.size).toBe(50_000);
  expect(store.takeNow(request(99_999)).refusedBy).toBe('day');
  expect(store.takeNow(request(0)).refusedBy).toBe('day');
  lease?.release();
  expect(store.takeNow(request(1)).refusedBy).toBeUndefined();
});
