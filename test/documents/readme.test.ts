/** Holds the README to the examples and to the commands that there are. */
import { fencedBlocks } from './markdown';
import { exists, read } from './source-files';

const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'];
const FILE_COMMENT = /^\/\/ (examples\/\S+)\n/;
const blocks = fencedBlocks(read('README.md')).filter(({ language }) => language === 'ts');
const fromFiles = blocks.flatMap(({ text }) => {
  const path = FILE_COMMENT.exec(text)?.[1];
  return path === undefined ? [] : [{ path, text: text.replace(FILE_COMMENT, '') }];
});

it('shows files of the examples', () => {
  expect(fromFiles.map(({ path }) => path)).toContain('examples/quickstart/main.ts');
});

it.each(fromFiles)('shows $path as it is', ({ path, text }) => {
  expect(exists(path)).toBe(true);
  expect(text).toBe(read(path));
});

it('says of each TypeScript block which file it is', () => {
  expect(blocks.filter(({ text }) => !FILE_COMMENT.test(text))).toEqual([]);
});

it.each(DOCUMENTS)('%s names only commands that there are', (document) => {
  const { scripts } = JSON.parse(read('package.json')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const called = [...read(document).matchAll(/\bnpm (?:run (?<script>[\w:-]+)|(?<word>test)\b)/g)];
  const names = called.map(({ groups }) => groups?.script ?? groups?.word ?? '');
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !(name in scripts))).toEqual([]);
});
