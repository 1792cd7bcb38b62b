/** Positions along a split (contract R2, R10). */
import { assert, property, string } from 'fast-check';
import { pickShare, splitPosition } from '../../src/model/split';

it('puts a key at the same place on every machine', () => {
  // Pinned: another hash would move every caller.
  expect(
    [splitPosition('version', 'ada'), splitPosition('version', 'acme')].map((position) =>
      position.toFixed(6),
    ),
  ).toEqual(PINNED);
});

const PINNED = ['32.256843', '67.592749'];

it('stays between 0 and 100', () => {
  assert(
    property(string(), string(), (salt, key) => {
      const position = splitPosition(salt, key);
      expect(position >= 0 && position < 100).toBe(true);
    }),
  );
});

it('spreads keys that differ in one character, over all of the line', () => {
  const tenths = new Array(10).fill(0);
  for (let i = 0; i < 10_000; i++) tenths[Math.floor(splitPosition('version', `user-${i}`) / 10)]++;
  expect(Math.min(...tenths)).toBeGreaterThan(850);
  expect(Math.max(...tenths)).toBeLessThan(1_150);
});

it('keeps splits of other salts independent', () => {
  const both = Array.from({ length: 10_000 }, (_, i) => [
    splitPosition('version', `u${i}`) < 50,
    splitPosition('variant:a', `u${i}`) < 50,
  ]);
  const same = both.filter(([a, b]) => a === b).length;
  expect(Math.abs(same - 5_000)).toBeLessThan(300);
});

it('lays shares from 0 upwards and leaves the rest to the default', () => {
  const shares = [{ name: 'a', weightPercent: 100 }];
  expect(pickShare('s', 'any', shares, 'rest')).toBe('a');
  expect(pickShare('s', 'any', [{ name: 'a', weightPercent: 0 }], 'rest')).toBe('rest');
  expect(pickShare('s', 'any', [], 'rest')).toBe('rest');
});
