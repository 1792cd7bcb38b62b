/** The files of the repository and the sources as syntax trees, for the tests that hold code and documents together. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import ts from 'typescript';

export const ROOT = resolve(__dirname, '../..');

/** One file of `src/`, read. */
export interface SourceFile {
  /** From the root of the repository, with slashes: `src/model/route.ts`. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** What one import names. */
export interface ImportOf {
  /** Path of a file in `src/`, or the package as it is written. */
  readonly target: string;
  readonly isPackage: boolean;
  /** Whether it is gone once compiled. */
  readonly typesOnly: boolean;
}

/** Text of a file, by its path from the root. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function exists(path: string): boolean {
  return existsSync(join(ROOT, path));
}

/** Paths of the files below a folder, in order; none where it does not exist. */
export function filesBelow(folder: string): readonly string[] {
  if (!exists(folder)) return [];
  return readdirSync(join(ROOT, folder))
    .sort()
    .flatMap((name) => {
      const path = posix.join(folder, name);
      return statSync(join(ROOT, path)).isDirectory() ? filesBelow(path) : [path];
    });
}

/** Every source, parsed once for a test file. */
export function readSources(folder = 'src'): readonly SourceFile[] {
  return filesBelow(folder)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = read(path);
      return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true) };
    });
}

/** Everything that a file imports or exports on, types included. */
export function importsOf({ path, tree }: SourceFile): readonly ImportOf[] {
  return tree.statements.flatMap((statement): ImportOf[] => {
    const named =
      ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) ? statement : undefined;
    const specifier = named?.moduleSpecifier;
    if (named === undefined || specifier === undefined || !ts.isStringLiteral(specifier)) return [];
    const typesOnly = isTypesOnly(named);
    if (!specifier.text.startsWith('.')) return [{ target: specifier.text, isPackage: true, typesOnly }];
    const target = `${posix.join(posix.dirname(path), specifier.text)}.ts`;
    return [{ target, isPackage: false, typesOnly }];
  });
}

function isTypesOnly(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause } = statement;
    if (statement.isTypeOnly) return true;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) return false;
    return exportClause.elements.every((element) => element.isTypeOnly);
  }
  const clause = statement.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const bindings = clause.namedBindings;
  if (clause.name !== undefined || bindings === undefined || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.every((element) => element.isTypeOnly);
}

/** The text of the comment that documents a declaration; `''` where it has none. */
export function docOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return comments.map((comment) => comment.getText()).join('\n');
}

/** `src/model/route.ts:12`, for messages. */
export function placeOf({ path, tree }: SourceFile, node: ts.Node): string {
  return `${path}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** Visits every node below one. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  node.forEachChild((child) => {
    see(child);
    visit(child, see);
  });
}
