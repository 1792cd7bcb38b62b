/** Runs cases on a target. Knows no case and no kind of target. */
import type { Case } from './clause';
import { FEATURES, type Feature } from './features';
import type { Target } from './target';
import { Trial } from './trial';

/** What became of a case. */
export interface Outcome {
  readonly case: Case;
  /** `skipped`: the target lacks what it needs, and the case does fail on it. */
  readonly result: 'passed' | 'failed' | 'skipped';
  /** Features that the case needs and the target lacks. */
  readonly lacks: readonly Feature[];
  /** What was wrong; of skipped cases too. */
  readonly cause?: string;
  /** What was wrong beside the others, of a case that was run again by itself. */
  readonly causeBeside?: string;
}

/** How long a case may take. Unit: milliseconds. */
const PATIENCE_MILLISECONDS = 20_000;
/** A skipped case has to fail, and one that waits for what never comes has failed. Unit: milliseconds. */
const PATIENCE_WITH_SKIPPED_MILLISECONDS = 5_000;
const AT_ONCE = 8;

/** How cases are run. */
export interface RunOptions {
  /**
   * Whether cases that fail are run once more, each by itself: for a target on a machine that other programs may keep so
   * busy that a router decides without its store, which the contract lets it do (L7).
   */
  readonly again?: boolean;
}

/** Runs every case: those that share the target side by side, then the others one by one. */
export async function runCases(
  target: Target,
  cases: readonly Case[],
  { again = false }: RunOptions = {},
): Promise<readonly Outcome[]> {
  const outcomes = new Map<Case, Outcome>();
  const run = async (one: Case) => void outcomes.set(one, await runCase(target, one));
  const waiting = cases.filter(({ alone }) => !alone);
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const one of cases.filter(({ alone }) => alone)) await run(one);
  for (const { case: one, result, cause: causeBeside } of again ? [...outcomes.values()] : []) {
    if (result !== 'failed' || causeBeside === undefined) continue;
    outcomes.set(one, { ...(await runCase(target, one)), causeBeside });
  }
  return cases.map((one) => outcomes.get(one) as Outcome);
}

async function runCase(target: Target, one: Case): Promise<Outcome> {
  const lacks = one.needs.filter((feature) => !target.features.has(feature));
  const patience = lacks.length === 0 ? PATIENCE_MILLISECONDS : PATIENCE_WITH_SKIPPED_MILLISECONDS;
  const trial = new Trial(target);
  const cause = await causeOfFailure(one.run(trial), patience);
  await trial.end();
  if (lacks.length === 0) {
    return cause === undefined
      ? { case: one, result: 'passed', lacks }
      : { case: one, result: 'failed', lacks, cause };
  }
  if (cause !== undefined) return { case: one, result: 'skipped', lacks, cause };
  const unneeded = `it is skipped for want of ${lacks.join(', ')}, and passes: give the target the feature, or take it from the case`;
  return { case: one, result: 'failed', lacks, cause: unneeded };
}

async function causeOfFailure(running: Promise<void>, patience: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`it took more than ${patience / 1000} s`), patience);
  });
  const ended = running.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
  const cause = await Promise.race([ended, late]);
  clearTimeout(timer);
  return cause;
}

/** Why a case was skipped, in words. */
export function skipReason({ lacks }: Outcome): string {
  return lacks.map((feature) => `it is not so that ${FEATURES[feature]} (${feature})`).join('; ');
}
