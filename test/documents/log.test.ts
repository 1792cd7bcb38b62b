/** Holds docs/log.md to what the router writes. */
import { ERRORS } from '../../src/router/errors';
import { tableAfter } from './markdown';
import { filesBelow, read } from './source-files';

/** Names in backquotes in the first column of a table. */
const names = (heading: string) =>
  tableAfter(read('docs/log.md'), heading)
    .flatMap(([first = '']) => [...first.matchAll(/`(\w+)`/g)].map((match) => match[1] as string))
    .sort();

it('explains every field of a request, and no other', () => {
  const fields = [...read('src/router/access-log.ts').matchAll(/,"(\w+)":/g)].map(([, name = '']) => name);
  expect(fields.length).toBeGreaterThan(15);
  expect(names('## Requests')).toEqual([...fields, 'time', 'level'].sort());
});

it('explains every event, and no other', () => {
  const sources = filesBelow('src/router').map(read);
  const events = sources.flatMap((text) => [
    ...text.matchAll(
      /(?:[{ ]event: |(?:log|event)\((?:'\w+'|[^,()]*\? 'info' : 'warn'), |[^.]fail\()'([a-z]+(?:_[a-z]+)*)'/g,
    ),
  ]);
  expect(
    [...new Set(events.map((match) => match[1] as string))]
      .filter((name) => !Object.hasOwn(ERRORS, name))
      .sort(),
  ).toEqual(names('## The router itself'));
});
