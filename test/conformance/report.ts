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
/** Begins a line of figures, which are others in every run. */
const SEEN = 'Seen then: ';

/** The first lines of every page. */
export interface PageHead {
  readonly title: string;
  /** What writes it anew. */
  readonly command: string;
  readonly versions: readonly string[];
  /** Figures of this run alone. */
  readonly seen?: string;
}

/** @param about one sentence */
export function renderHead({ title, command, versions, seen }: PageHead, about: string): readonly string[] {
  const last = `${VERSIONS}${[...new Set(versions)].join(', ')}.`;
  return [
    `<!-- Written by \`${command}\`. -->`,
    `# Conformance: ${title}`,
    about,
    seen === undefined ? last : `${last}\n${SEEN}${seen}.`,
  ];
}

/** @param runs of the same cases, in the order of the columns */
export function renderReport(title: string, command: string, runs: readonly Run[]): string {
  const [first] = runs;
  const rows = (first?.outcomes ?? []).map(({ case: { clause, title: sentence } }, i) => {
    const cells = runs.map(({ outcomes }) => cellOf(outcomes[i]));
    return `| ${[clause, sentence, ...cells].join(' | ')} |`;
  });
  const lacking = new Set(runs.flatMap(({ outcomes }) => outcomes.flatMap(({ lacks }) => lacks)));
  const skips = [...lacking].sort().map((feature) => `- \`${feature}\`: ${FEATURES[feature]}`);
  const versions = runs.flatMap((run) => run.versions);
  return `${[
    ...renderHead(
      { title, command, versions },
      'Every case of the suite, by clause of [the contract](../contract.md).',
    ),
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

/**
 * Writes a page, or compares it. A page speaks for one minor version of Traefik, where Traefik takes part; patch levels,
 * other programs' versions and figures make no difference.
 */
export function settleReport(target: string, text: string, write: boolean): 'same' | 'written' | 'differs' {
  const file = pageOf(target);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (comparable(before) === comparable(text)) return 'same';
  if (!write) return 'differs';
  writeFileSync(file, text);
  return 'written';
}

function comparable(text: string): string {
  const line = new RegExp(`^(?:${VERSIONS}|${SEEN}).*$`, 'gm');
  return text.replace(line, (found) => /Traefik \d+\.\d+/.exec(found)?.[0] ?? '');
}
