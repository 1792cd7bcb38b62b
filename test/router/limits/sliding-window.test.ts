/** Large windows: bounded memory, never more than the limit, at most a hundredth less (contract L1). */
import { assert, integer, property } from 'fast-check';
import { grainOf } from '../../../src/model/limits';
import { SlidingWindow } from '../../../src/router/limits/sliding-window';

const SPAN = 60_000;

/** The same numbers for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

it('is exact up to 10,000, and knows a large window in thousandths', () => {
  expect([1, 10_000, 10_001, 50_000, 1_000_000].map(grainOf)).toEqual([1, 1, 11, 50, 1_000]);
});

it('never has more than the limit in any span, and refuses nobody who is a hundredth below it', () => {
  assert(
    property(integer({ min: 10_001, max: 30_000 }), integer(), (limit, seed) => {
      const next = numbers(seed);
      const window = new SlidingWindow();
      const admitted: number[] = [];
      let first = 0;
      let now = 0;
      let refusals = 0;
      for (let step = 0; step < 300; step++) {
        // Silence, a trickle, or a burst.
        now += Math.floor(next() ** 4 * 20_000);
        const burst = Math.floor(next() ** 2 * limit * 0.3);
        for (let i = 0; i < burst; i++) {
          while ((admitted[first] ?? Number.POSITIVE_INFINITY) <= now - SPAN) first++;
          const really = admitted.length - first;
          if (window.measure(now, SPAN, limit).waitMilliseconds > 0) {
            refusals++;
            if (really < limit * 0.99) throw new Error(`refused with ${really} of ${limit}`);
            break;
          }
          if (really >= limit) throw new Error(`admitted with ${really} of ${limit}`);
          window.push(now, 1, grainOf(limit));
          admitted.push(now);
        }
        if (window.length > 2_002) throw new Error(`${window.length} entries`);
      }
      return refusals > 0;
    }),
    { numRuns: 10 },
  );
});

it('says when there is room, and is right', () => {
  const limit = 20_000;
  const window = new SlidingWindow();
  for (let i = 0; i < limit; i++) window.push(i, 1, grainOf(limit));

  const { waitMilliseconds } = window.measure(limit, SPAN, limit);

  expect(window.measure(limit + waitMilliseconds - 1, SPAN, limit).waitMilliseconds).toBe(1);
  expect(window.measure(limit + waitMilliseconds, SPAN, limit).waitMilliseconds).toBe(0);
});
