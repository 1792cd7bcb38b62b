/** Changes while clients are served: how many requests each costs. */
import { settleReport } from '../conformance/report';
import { CHANGES, type Change, OTHER_CERTIFICATES } from './changes';
import { type Outcome, renderChanges, WRITE_REPORTS } from './changes-report';
import { type ClusterTarget, startClusterTarget } from './cluster-target';
import { THREE_ROUTERS } from './configurations';
import { type Load, startLoad } from './load';

/** Requests that are sent once a change is done: what it costs may show a moment after. */
const AFTERWARDS = 200;
/** A machine that is too busy loses requests by itself: a change that has cost some is made once more, and that counts. */
const ATTEMPTS = 2;

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
}, 60_000);

/** Makes a change; tells what it has cost. */
async function make(change: Change, attempt: number): Promise<Outcome> {
  await change.run(target, attempt);
  await load.more(AFTERWARDS);
  const { answered, lost } = load.take();
  return { change, attempts: attempt + 1, answered, lost };
}

it.each(CHANGES)(
  'loses no more than it must when $name',
  async (change) => {
    const most = change.mayLose?.most ?? 0;
    let outcome = await make(change, 0);
    for (let attempt = 1; attempt < ATTEMPTS && outcome.lost.length > most; attempt++) {
      process.stderr.write(
        `Lost when ${change.name}, which is made once more:\n${outcome.lost.join('\n')}\n`,
      );
      outcome = await make(change, attempt);
    }
    outcomes.push(outcome);
    if (outcome.lost.length > most) expect(outcome.lost).toEqual([]);
  },
  240_000,
);

it('is reported as it is', () => {
  const text = renderChanges(outcomes, target.versions);
  if (settleReport('changes', text, process.env.CONFORMANCE === 'write') === 'differs') {
    throw new Error(`docs/conformance/changes.md is not what the run gives: ${WRITE_REPORTS} writes it anew`);
  }
});
