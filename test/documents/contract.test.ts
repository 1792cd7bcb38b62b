/** Holds docs/contract.md to its form: every clause once, each with tests that exist or what is missing. */
import { EVERY_CASE } from '../conformance/cases/every-case';
import { read } from './source-files';
import { hasTitle } from './titles';

/** Clauses by group: identity, limits, routing, streaming, headers. */
const LAST = { I: 8, L: 7, R: 10, S: 6, H: 6 } as const;
const EXPECTED = Object.entries(LAST).flatMap(([group, last]) =>
  Array.from({ length: last }, (_, i) => `${group}${i + 1}`),
);

/** Clauses that no client or backend can see. */
const WITHOUT_CASE: Readonly<Record<string, string>> = {
  L4: 'round trips to Redis are between router and Redis',
};

interface Clause {
  readonly id: string;
  readonly text: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
  readonly missing: readonly string[];
}

const clauses = readClauses(read('docs/contract.md'));

/** `- **I1** text`, then lines of `` - `file`: "title" `` and `- not yet: what`. */
function readClauses(markdown: string): readonly Clause[] {
  return markdown
    .split(/^(?=- \*\*)/m)
    .slice(1)
    .map((part) => {
      const [head = ''] = part.split('\n  - ');
      const [, id = '', text = ''] = /^- \*\*(\w+)\*\* ([\s\S]*)/.exec(head) ?? [];
      const tests = [...part.matchAll(/^ {2}- `([^`]+)`: "(.+)"$/gm)];
      const missing = [...part.matchAll(/^ {2}- not yet: (.+)$/gm)];
      return {
        id,
        text,
        tests: tests.map(([, file = '', title = '']) => ({ file, title })),
        missing: missing.map(([, what = '']) => what),
      };
    });
}

it('lists every clause once, in order', () => {
  expect(clauses.map(({ id }) => id)).toEqual(EXPECTED);
});

it('says what each clause promises', () => {
  expect(clauses.filter(({ text }) => text.length < 20).map(({ id }) => id)).toEqual([]);
});

it('has for each clause a test, or says what is not there yet', () => {
  const bare = clauses.filter(({ tests, missing }) => tests.length + missing.length === 0);
  expect(bare.map(({ id }) => id)).toEqual([]);
});

it('names only tests that exist', () => {
  const lost = clauses.flatMap(({ id, tests }) =>
    tests
      .filter(({ file, title }) => !hasTitle(file, title))
      .map(({ file, title }) => `${id}: ${file}: ${title}`),
  );
  expect(lost).toEqual([]);
});

it('names every case of the conformance suite under its clause', () => {
  const named = new Set(clauses.flatMap(({ id, tests }) => tests.map(({ title }) => `${id} ${title}`)));
  const lost = EVERY_CASE.filter(({ clause, title }) => !named.has(`${clause} ${title}`));
  expect(lost.map(({ clause, title }) => `${clause} ${title}`)).toEqual([]);
});

it('has a case of the conformance suite for every clause, or says why not', () => {
  const covered = new Set(EVERY_CASE.map(({ clause }) => clause));
  const bare = clauses.filter(({ id }) => !covered.has(id) && !(id in WITHOUT_CASE));
  expect(bare.map(({ id }) => id)).toEqual([]);
});

it('has no line that is neither a test nor a gap', () => {
  const lines = read('docs/contract.md')
    .split('\n')
    .filter((line) => line.startsWith('  - '));
  const known = clauses.reduce((sum, { tests, missing }) => sum + tests.length + missing.length, 0);
  expect(lines).toHaveLength(known);
});
