/**
 * Changes while clients are served: how many requests each costs. A machine that is too busy loses requests by itself, so a
 * change that has cost some is made once more, and that counts.
 */
import { settleReport } from '../conformance/report';
import { CHANGES, type Change, OTHER_CERTIFICATES } from './changes';
import { type Outcome, renderChanges, WRITE_REPORTS } from './changes-report';
import { type ClusterTarget, startClusterTarget } from './cluster-target';
import { THREE_ROUTERS } from './configurations';
import { type Load, startLoad } from './load';

/** Requests that are sent once a change is done: what it costs may show a moment after. */
const AFTERWARDS = 200;

let target: ClusterTarget;
let load: Load;
const outcomes: Outcome[] = [];

beforeAll(async () => {
  target = await startClusterTarget({ ...THREE_ROUTERS, name: 'changes' });
  load = await startLoad(
    target,
    [target, ...OTHER_CERTIFICATES].map(({ certificate }) => certificate),
  );
}, 300_000);
afterAll(async () => {
  await load?.stop();
  await target?.stop();
}, 180_000);

interface Attempt extends Outcome {
  /** What went wrong with the change itself. */
  readonly error?: Error;
}

/** Makes a change; tells what it has cost. */
async function make(change: Change, attempt: number): Promise<Attempt> {
  const error = await change.run(target, attempt).catch((reason: Error) => reason);
  await load.more(AFTERWARDS);
  const outcome = { change, attempts: attempt + 1, ...load.take() };
  return error === undefined ? outcome : { ...outcome, error };
}

it.each(CHANGES)(
  'loses no more than it must when $name',
  async (change) => {
    const most = change.mayLose?.most ?? 0;
    const failed = ({ error, lost }: Attempt) => error !== undefined || lost.length > most;
    let outcome = await make(change, 0);
    // What may lose everything is only measured, and once.
    if (failed(outcome) && most < Number.POSITIVE_INFINITY) {
      const said = [...(outcome.error === undefined ? [] : [outcome.error.message]), ...outcome.lost];
      process.stderr.write(`Made once more, as it failed: ${change.name}\n${said.join('\n')}\n`);
      outcome = await make(change, 1);
    }
    outcomes.push(outcome);
    if (outcome.error !== undefined) throw outcome.error;
    if (failed(outcome)) expect(outcome.lost).toEqual([]);
  },
  400_000,
);

it('is reported as it is', () => {
  const text = renderChanges(outcomes, target.versions);
  if (settleReport('changes', text, process.env.CONFORMANCE === 'write') === 'differs') {
    throw new Error(`docs/conformance/changes.md is not what the run gives: ${WRITE_REPORTS} writes it anew`);
  }
});
