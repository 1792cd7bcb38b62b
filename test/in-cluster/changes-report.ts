/** What changes have cost, as a page of docs/conformance. */
import { renderHead } from '../conformance/report';
import type { Change } from './changes';

/** What writes the reports of a run in a cluster anew. */
export const WRITE_REPORTS = 'CONFORMANCE=write npm run test:cluster';

/** What one change has cost. */
export interface Outcome {
  readonly change: Change;
  /** How often it was made; what it has cost is what it has the last time. */
  readonly attempts: number;
  readonly answered: number;
  /** What went wrong with each. */
  readonly lost: readonly string[];
}

/** @param versions of the programs that took part */
export function renderChanges(outcomes: readonly Outcome[], versions: readonly string[]): string {
  const figures = outcomes.flatMap(({ change, attempts, answered, lost }) => [
    ...(change.mayLose === undefined
      ? []
      : [`${lost.length} of ${lost.length + answered} lost when ${change.name}`]),
    ...(attempts === 1 ? [] : [`made ${attempts} times, as the first failed: ${change.name}`]),
  ]);
  const sent = outcomes.reduce((sum, { answered, lost }) => sum + answered + lost.length, 0);
  const head = {
    title: 'changes under load, in a cluster behind Traefik',
    command: WRITE_REPORTS,
    versions,
    seen: [`${sent} requests in all`, ...figures].join('; '),
  };
  const rows = outcomes.map(({ change: { name, mayLose }, lost }) => {
    const kept = lost.length <= (mayLose?.most ?? 0);
    return `| ${name} | ${kept ? (mayLose === undefined ? 'none' : `some: ${mayLose.because}`) : 'FAILED'} |`;
  });
  const about =
    'Requests that clients lose while something changes: those without an answer, and those with another one than they ' +
    'should have. Three routers share one Redis; clients read and write, over connections that they keep and over new ones.';
  return `${[...renderHead(head, about), ['| change | lost |', '|---|---|', ...rows].join('\n')].join('\n\n')}\n`;
}
