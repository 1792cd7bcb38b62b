/** Holds the sources to the layout that ARCHITECTURE.md describes, and the documents to the files that there are. */
import { posix } from 'node:path';
import ts from 'typescript';
import { inlineCode, localLinks, tableAfter } from './markdown';
import {
  exists,
  filesBelow,
  importsOf,
  placeOf,
  read,
  readSources,
  type SourceFile,
  visit,
} from './source-files';

const sources = readSources();
const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/README.md']
  .concat(filesBelow('docs'))
  .filter((path) => path.endsWith('.md') && exists(path));

/** A row of the import table. */
interface ImportRule {
  /** A folder, which speaks for what is below it, or one file. */
  readonly owner: string;
  readonly mayImport: readonly { readonly path: string; readonly typesOnly: boolean }[];
  readonly packages: readonly string[];
}

/** `src/model (types)`: may be imported where nothing of it is left after compiling. */
function readRules(): readonly ImportRule[] {
  return tableAfter(read('ARCHITECTURE.md'), '## Who imports whom').map(
    ([owner = '', may = '', packages = '']) => ({
      owner: inlineCode(owner)[0] ?? '',
      mayImport: [...may.matchAll(/`([^`]+)`( \(types\))?/g)].map((match) => ({
        path: match[1] as string,
        typesOnly: match[2] !== undefined,
      })),
      packages: inlineCode(packages),
    }),
  );
}

const rules = readRules();
const isIn = (path: string, owner: string) => path === owner || path.startsWith(`${owner}/`);
const ruleOf = (path: string) => rules.find(({ owner }) => isIn(path, owner));

function breaches(source: SourceFile): readonly string[] {
  const rule = ruleOf(source.path);
  if (rule === undefined) return [`${source.path} has no row in the import table`];
  return importsOf(source).flatMap(({ target, isPackage, typesOnly }) => {
    const allowed = isPackage
      ? rule.packages.some(
          (name) => target === name || target.startsWith(name.endsWith(':') ? name : `${name}/`),
        )
      : isIn(target, rule.owner) ||
        rule.mayImport.some((may) => isIn(target, may.path) && (typesOnly || !may.typesOnly));
    return allowed ? [] : [`${source.path} imports ${target}`];
  });
}

describe('imports', () => {
  it('has a table whose rows all own sources', () => {
    expect(rules.length).toBeGreaterThan(0);
    const owners = rules.map(({ owner }) => owner);
    expect(owners.filter((owner) => !sources.some(({ path }) => isIn(path, owner)))).toEqual([]);
  });

  it('names in the table only what exists', () => {
    const named = rules.flatMap(({ mayImport }) => mayImport.map(({ path }) => path));
    expect(named.filter((path) => !exists(path))).toEqual([]);
  });

  it('keeps every source to its row', () => {
    expect(sources.flatMap(breaches)).toEqual([]);
  });

  it('points every relative import at a source', () => {
    const known = new Set(sources.map(({ path }) => path));
    const lost = sources.flatMap((source) =>
      importsOf(source)
        .filter(({ isPackage, target }) => !isPackage && !known.has(target))
        .map(({ target }) => `${source.path} -> ${target}`),
    );
    expect(lost).toEqual([]);
  });

  it('has no source that imports an index', () => {
    const barrels = sources.filter((source) =>
      importsOf(source).some(({ isPackage, target }) => !isPackage && posix.basename(target) === 'index.ts'),
    );
    expect(barrels.map(({ path }) => path)).toEqual([]);
  });

  it('has no cycles', () => {
    expect(findCycle()).toEqual([]);
  });
});

/** The first cycle of imports, as the files on it; empty where there is none. */
function findCycle(): readonly string[] {
  const edges = new Map(
    sources.map((source) => [
      source.path,
      importsOf(source).flatMap(({ isPackage, target }) => (isPackage ? [] : [target])),
    ]),
  );
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): readonly string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return [];
    done.add(path);
    for (const target of edges.get(path) ?? []) {
      const cycle = walk(target, [...way, path]);
      if (cycle.length > 0) return cycle;
    }
    return [];
  };
  for (const path of edges.keys()) {
    const cycle = walk(path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

describe('length', () => {
  const FILE_LINES = 350;
  const FUNCTION_LINES = 80;
  const CONSTRUCTOR_LINES = 50;
  const TEST_LINES = 500;

  it(`keeps sources to ${FILE_LINES} lines`, () => {
    const lines = ({ text }: SourceFile) => text.trimEnd().split('\n').length;
    expect(sources.filter((source) => lines(source) > FILE_LINES).map(({ path }) => path)).toEqual([]);
  });

  it(`keeps functions to ${FUNCTION_LINES} lines and constructors to ${CONSTRUCTOR_LINES}`, () => {
    const long = sources.flatMap((source) => {
      const found: string[] = [];
      visit(source.tree, (node) => {
        if (!ts.isFunctionLike(node)) return;
        const lines = node.getText().split('\n').length;
        const most = ts.isConstructorDeclaration(node) ? CONSTRUCTOR_LINES : FUNCTION_LINES;
        if (lines > most) found.push(`${placeOf(source, node)} has ${lines} lines`);
      });
      return found;
    });
    expect(long).toEqual([]);
  });

  it(`keeps test files to ${TEST_LINES} lines`, () => {
    const tests = filesBelow('test').filter((path) => path.endsWith('.ts'));
    expect(tests.filter((path) => read(path).split('\n').length > TEST_LINES)).toEqual([]);
  });
});

describe('names', () => {
  it('writes the names of files in kebab case', () => {
    const files = ['src', 'test', 'scripts', 'bench', 'examples'].flatMap(filesBelow);
    const code = files.filter((path) => /\.(ts|mjs|cjs)$/.test(path) && !path.includes('node_modules/'));
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.(ts|mjs|cjs)$/;
    expect(code.filter((path) => !kebab.test(posix.basename(path)))).toEqual([]);
  });

  it('names a test after the source or folder that it tests, or after a situation of the whole router', () => {
    const mirrored = ['model', 'resolve', 'workloads', 'edges', 'router'];
    const tests = mirrored
      .flatMap((area) => filesBelow(`test/${area}`))
      .filter((path) => path.endsWith('.test.ts'));
    const subject = (path: string) => path.replace(/^test/, 'src').replace(/\.test\.ts$/, '');
    const isSituation = (path: string) => /^test\/router\//.test(path) && /\/support\/\S+';/.test(read(path));
    const astray = tests.filter((path) => !exists(`${subject(path)}.ts`) && !exists(subject(path)));
    expect(astray.filter((path) => !isSituation(path))).toEqual([]);
    expect(tests.filter((path) => !exists(posix.dirname(subject(path))))).toEqual([]);
  });

  it('begins every source with a comment that says what it holds', () => {
    const headless = sources.filter(({ text }) => !/^\s*\/\*\*/.test(text));
    expect(headless.map(({ path }) => path)).toEqual([]);
  });
});

describe('documents', () => {
  /** What looks like a path of this repository; `<name>`, `*` and `…` stand for something else. */
  const PATH =
    /^(src|test|docs|scripts|bench|bundle|examples|\.ci)\/[^\s<>*…]+$|^[A-Za-z.-]+\.(md|ts|jsonc?)$/;
  /** Made by a build, so not there in a clean checkout. */
  const BUILT = ['bundle/router.cjs', 'examples/quickstart/dist'];
  /** Files of a user or of the container. */
  const ELSEWHERE = ['keys.json', 'cdk8s.yaml', 'gateway.json'];

  it.each(documents)('%s names only paths that exist', (document) => {
    const paths = inlineCode(read(document)).filter((code) => PATH.test(code));
    const known = (path: string) =>
      exists(path) || BUILT.includes(path) || ELSEWHERE.includes(path) || isSomewhere(path);
    expect(paths.filter((path) => !known(path))).toEqual([]);
  });

  it.each(documents)('%s links only to files that exist', (document) => {
    const links = localLinks(read(document)).map((target) => posix.join(posix.dirname(document), target));
    expect(links.filter((target) => !exists(target))).toEqual([]);
  });

  /** A bare file name in a text about one folder. */
  function isSomewhere(path: string): boolean {
    return !path.includes('/') && sources.some((source) => posix.basename(source.path) === path);
  }
});
