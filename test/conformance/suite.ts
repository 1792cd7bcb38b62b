/** The suite as tests of Jest: one for each case on each target, one for the report. */
import { EVERY_CASE } from './cases/every-case';
import { type Run, renderReport, settleReport } from './report';
import { type Outcome, type RunOptions, runCases, skipReason } from './run';
import type { Target } from './target';

/** How a target is started, and what its column is called. */
export interface TargetUnderTest {
  readonly name: string;
  start(): Promise<Target>;
}

/** What is not usual of a page. */
export interface SuiteOptions extends RunOptions {
  /** What writes it anew. Default: `npm run conformance`. */
  readonly command?: string;
}

/** Defines the tests of one page of reports. `CONFORMANCE=write` writes the page anew, as the command does. */
export function conformanceTests(
  page: string,
  title: string,
  targets: readonly TargetUnderTest[],
  { command = 'npm run conformance', ...options }: SuiteOptions = {},
): void {
  const runs: Run[] = [];

  describe.each(targets)('$name', ({ name, start }) => {
    let outcomes: readonly Outcome[] = [];

    beforeAll(async () => {
      const target = await start();
      try {
        outcomes = await runCases(target, EVERY_CASE, options);
        runs.push({ name, versions: target.versions, outcomes });
      } finally {
        await target.stop();
      }
      const skipped = outcomes.filter(({ result }) => result === 'skipped');
      const lines = skipped.map((one) => `  ${one.case.clause} ${one.case.title}: ${skipReason(one)}\n`);
      if (lines.length > 0) process.stderr.write(`Skipped on ${name}:\n${lines.join('')}`);
      for (const { case: one, causeBeside } of outcomes) {
        if (causeBeside === undefined) continue;
        process.stderr.write(`Run again on ${name}: ${one.clause} ${one.title}: ${causeBeside}\n`);
      }
    }, 300_000);

    it.each(EVERY_CASE.map((one, i) => ({ clause: one.clause, title: one.title, i })))(
      '$clause $title',
      ({ i }) => {
        const { result, cause } = outcomes[i] as Outcome;
        if (result === 'failed') throw new Error(cause);
      },
    );
  });

  it('is reported as it is', () => {
    const text = renderReport(title, command, runs);
    if (settleReport(page, text, process.env.CONFORMANCE === 'write') === 'differs') {
      throw new Error(`docs/conformance/${page}.md is not what the run gives: ${command} writes it anew`);
    }
  });
}
