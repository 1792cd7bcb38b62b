/** Titles of tests, for documents that name tests. */
import ts from 'typescript';
import { exists, read, visit } from './source-files';

/** Documents name dozens of tests of one file. */
const known = new Map<string, readonly string[]>();

/** Whether a test file has a test or group with these words in its title, or in the table of its cases. */
export function hasTitle(file: string, words: string): boolean {
  if (!exists(file)) return false;
  if (!file.endsWith('.ts')) return read(file).includes(words);
  const titles = known.get(file) ?? titlesOf(file);
  known.set(file, titles);
  return titles.some((title) => title.includes(words));
}

function titlesOf(file: string): readonly string[] {
  const titles: string[] = [];
  visit(ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022, true), (node) => {
    if (!ts.isCallExpression(node) || !/^(it|test|describe|clause)\b/.test(node.expression.getText())) return;
    // The conformance suite's `clause('L3', 'title', …)`.
    const title = node.arguments[node.expression.getText() === 'clause' ? 1 : 0];
    if (title !== undefined) titles.push(title.getText());
    if (!ts.isCallExpression(node.expression)) return;
    visit(node.expression, (part) => {
      if (ts.isStringLiteralLike(part)) titles.push(part.text);
    });
  });
  return titles;
}
