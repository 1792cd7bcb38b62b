/**
 * Whole manifests for small props, one idea each. `cases/<idea>.yaml` has the props (changes onto a small base) and the
 * kinds to look at; `cases/<idea>.golden.yaml` has the objects. `npm run golden` writes the latter anew.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { goldenCases, goldenText } from '../support/golden-cases';

const folder = join(__dirname, 'cases');
const write = process.env.GOLDEN === 'write';

it.each(goldenCases())('$name', (one) => {
  const file = join(folder, `${one.name}.golden.yaml`);
  const text = goldenText(one);

  if (write) writeFileSync(file, text);

  expect(text).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '');
});

it('has a case for each golden file', () => {
  const names = readdirSync(folder);
  const orphans = names
    .filter((name) => name.endsWith('.golden.yaml'))
    .map((name) => name.replace('.golden', ''));
  expect(orphans.filter((name) => !names.includes(name))).toEqual([]);
});

it('keeps golden files short enough to read', () => {
  const long = readdirSync(folder).filter(
    (name) => readFileSync(join(folder, name), 'utf8').split('\n').length > 200,
  );
  expect(long).toEqual([]);
});

it('names only kinds that the case gives', () => {
  for (const { name, objects, kinds } of goldenCases()) {
    const text = goldenText({ name, objects, kinds });
    const shown = text.split('---\n').map((part) => parse(part)?.kind);
    expect([name, kinds.filter((kind) => !shown.includes(kind))]).toEqual([name, []]);
  }
});
