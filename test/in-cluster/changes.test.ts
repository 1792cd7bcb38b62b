/** Changes while clients are served: how many requests each costs, and what becomes of streams. */
import { settleReport } from '../conformance/report';
import { Trial } from '../conformance/trial';
import { CHANGES, OTHER_CERTIFICATE, restartRouters } from './changes';
import { type Outcome, renderChanges, WRITE_REPORTS } from './changes-report';
import { type ClusterTarget, startClusterTarget } from './cluster-target';
import { THREE_ROUTERS } from './configurations';
import { startLoad } from './load';
import { changeTraefik } from './traefik';

/** Requests that are sent once a change is done. */
const AFTERWARDS = 500;

let target: ClusterTarget;
const outcomes: Outcome[] = [];

beforeAll(async () => {
  target = await startClusterTarget({ ...THREE_ROUTERS, name: 'changes' });
}, 300_000);
afterAll(async () => {
  await target?.stop();
  await changeTraefik([]);
}, 300_000);

it('lets streams that are open finish while the routers are replaced', async () => {
  const trials = Array.from({ length: 6 }, () => new Trial(target));
  const streams = await Promise.all(trials.map((trial) => trial.events('/v2/plain?do=events')));
  for (const stream of streams) expect(await stream.next()).toBe('data: 0');

  await restartRouters(target);
  await Promise.all(trials.map((trial) => trial.tell('event')));
  for (const stream of streams) expect(await stream.next()).toBe('data: 1');
  await Promise.all(trials.map((trial) => trial.tell('end')));
  for (const stream of streams) {
    expect(await stream.next()).toBe('data: [DONE]');
    expect(await stream.end()).toBe('complete');
  }
}, 180_000);

it.each(CHANGES)(
  'loses no more than it must when $name',
  async (change) => {
    const load = await startLoad(target, [target.certificate, OTHER_CERTIFICATE.certificate]);
    try {
      await change.run(target);
      // What it costs may show a moment after.
      await load.more(AFTERWARDS);
    } finally {
      const { answered, lost } = await load.stop();
      outcomes.push({ change, answered, lost: lost.length });
      if (lost.length > (change.mayLose?.most ?? 0)) expect(lost).toEqual([]);
    }
  },
  240_000,
);

it('is reported as it is', () => {
  const text = renderChanges(outcomes, target.versions);
  if (settleReport('changes', text, process.env.CONFORMANCE === 'write') === 'differs') {
    throw new Error(`docs/conformance/changes.md is not what the run gives: ${WRITE_REPORTS} writes it anew`);
  }
});
