/** Holds docs/hostile-input.md to the tests that there are. */
import { tableAfter } from './markdown';
import { read } from './source-files';
import { hasTitle } from './titles';

const rows = tableAfter(read('docs/hostile-input.md'), '# Hostile input').map(
  ([input = '', answer = '', cell = '']) => ({
    input,
    answer,
    cell,
    tests: [...cell.matchAll(/`([^`]+)`: "([^"]+)"/g)].map(([, file = '', title = '']) => ({ file, title })),
  }),
);

/** What must have a row, by words of its first column. */
const KINDS = [
  'two servers could read in two ways',
  '256 headers',
  'long header, name or target',
  'half a head',
  'stands still',
  'half closed',
  'Expect: 100-continue',
  'Trailers',
  'absolute form',
  'authority form',
  'not UTF-8',
  'several `model` keys',
  'compressed body',
  '100,000 distinct callers',
  'slow, huge, invalid, redirecting',
  'kills its backend',
];

it.each(KINDS)('has a row for %s', (words) => {
  expect(rows.filter(({ input }) => input.includes(words))).toHaveLength(1);
});

it('says for each what the answer is', () => {
  expect(rows.filter(({ input, answer }) => input === '' || answer === '')).toEqual([]);
});

it('names tests in each row, and nothing else beside them', () => {
  const odd = rows.filter(
    ({ cell, tests }) =>
      tests.length === 0 || cell !== tests.map(({ file, title }) => `\`${file}\`: "${title}"`).join('; '),
  );
  expect(odd.map(({ input }) => input)).toEqual([]);
});

it('names only tests that exist', () => {
  const lost = rows.flatMap(({ tests }) => tests.filter(({ file, title }) => !hasTitle(file, title)));
  expect(lost).toEqual([]);
});
