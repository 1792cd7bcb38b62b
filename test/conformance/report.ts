/** What a run has shown, as a page of docs/conformance, and whether the page that is there says the same. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FEATURES } from './features';
import type { Outcome } from './run';

/** One run of all cases. */
export interface Run {
  /** Head of its column. */
  readonly name: string;
  readonly versions: readonly string[];
  readonly outcomes: readonly Outcome[];
}

/** Where a page is. */
export function pageOf(target: string): string {
  return join(__dirname, '../../docs/conformance', `${target}.md`);
}

const VERSIONS = 'Last written with ';

/** @param runs of the same cases, in the order of the columns */
export function renderReport(title: string, runs: readonly Run[]): string {
  const [first] = runs;
  const rows = (first?.outcomes ?? []).map(({ case: { clause, title: sentence } }, i) => {
    const cells = runs.map(({ outcomes }) => cellOf(outcomes[i]));
    return `| ${[clause, sentence, ...cells].join(' | ')} |`;
  });
  const lacking = new Set(runs.flatMap(({ outcomes }) => outcomes.flatMap(({ lacks }) => lacks)));
  const skips = [...lacking].sort().map((feature) => `- \`${feature}\`: ${FEATURES[feature]}`);
  const versions = [...new Set(runs.flatMap((run) => run.versions))].join(', ');
  return `${[
    '<!-- Written by `npm run conformance` from a run of test/conformance. -->',
    `# Conformance: ${title}`,
    'Every case of the suite, by clause of [the contract](../contract.md).',
    `${VERSIONS}${versions}.`,
    [
      `| clause | case | ${runs.map(({ name }) => name).join(' | ')} |`,
      `|---|---|${runs.map(() => '---|').join('')}`,
      ...rows,
    ].join('\n'),
    ...(skips.length === 0
      ? []
      : [
          `A skipped case was run too, and failed. What a case needs, and the target lacks:`,
          skips.join('\n'),
        ]),
  ].join('\n\n')}\n`;
}

function cellOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'not run';
  if (outcome.result !== 'skipped') return outcome.result;
  return `skipped: ${outcome.lacks.map((feature) => `\`${feature}\``).join(', ')}`;
}

/** Writes a page, or compares it. Other versions of programs make no difference; other results do. */
export function settleReport(target: string, text: string, write: boolean): 'same' | 'written' | 'differs' {
  const file = pageOf(target);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (withoutVersions(before) === withoutVersions(text) && before !== '') return 'same';
  if (!write) return 'differs';
  writeFileSync(file, text);
  return 'written';
}

function withoutVersions(text: string): string {
  return text.replace(new RegExp(`^${VERSIONS}.*$`, 'm'), '');
}
