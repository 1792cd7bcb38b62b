/** The runner: what it makes of cases that a target keeps, does not keep, and is not asked to keep. */
import { type Case, clause } from './clause';
import type { Feature } from './features';
import { runCases, skipReason } from './run';
import type { Target } from './target';
import { Trial } from './trial';

const targetWith = (...features: Feature[]) =>
  ({ features: new Set(features), controls: {} }) as unknown as Target;
const keeps = () => Promise.resolve();
const breaks = () => Promise.reject(new Error('it does not'));
const needing = { needs: ['http2'] as const };

async function outcomeOf(one: Case, target = targetWith()) {
  const [outcome] = await runCases(target, [one]);
  if (outcome === undefined) throw new Error('the case has no outcome');
  return outcome;
}

it('passes a case that is kept, and fails one that is not', async () => {
  expect(await outcomeOf(clause('I1', 'kept', keeps))).toMatchObject({ result: 'passed' });
  expect(await outcomeOf(clause('I1', 'broken', breaks))).toMatchObject({ result: 'failed' });
});

it('skips a case that the target lacks a feature for, runs it all the same, and says why', async () => {
  const run = jest.fn(breaks);
  const outcome = await outcomeOf(clause('I1', 'skipped', run, needing));

  expect(outcome).toMatchObject({ result: 'skipped', lacks: ['http2'] });
  expect(run).toHaveBeenCalledTimes(1);
  expect(skipReason(outcome)).toBe('it is not so that clients can speak HTTP/2 to it (http2)');
});

it('fails a skipped case that would pass', async () => {
  const outcome = await outcomeOf(clause('I1', 'skipped in vain', keeps, needing));

  expect(outcome).toMatchObject({
    result: 'failed',
    cause: expect.stringContaining('skipped for want of http2'),
  });
});

it('fails a case that the target has the feature for and does not keep', async () => {
  expect(await outcomeOf(clause('I1', 'broken', breaks, needing), targetWith('http2'))).toMatchObject({
    result: 'failed',
  });
});

it('undoes what a case did, also when it fails', async () => {
  const undo = jest.fn();
  await outcomeOf(
    clause('I1', 'broken', (trial) => {
      trial.atEnd(undo);
      return breaks();
    }),
  );

  expect(undo).toHaveBeenCalledTimes(1);
});

it('lets a case that was given up send nothing more', async () => {
  const trial = new Trial(targetWith());
  await trial.end();

  await expect(trial.send('/v2/plain', { caller: null })).rejects.toThrow('the trial is over');
});

it('runs a case that disturbs others by itself, after them', async () => {
  const order: string[] = [];
  const running = (name: string) => async () => {
    order.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    order.push(`${name} ends`);
  };
  await runCases(targetWith(), [
    clause('I1', 'alone', running('alone'), { alone: true }),
    clause('I1', 'a', running('a')),
    clause('I1', 'b', running('b')),
  ]);

  expect(order).toEqual(['a begins', 'b begins', 'a ends', 'b ends', 'alone begins', 'alone ends']);
});

it('runs a case that fails once more by itself where it is asked to, and tells of both', async () => {
  const order: string[] = [];
  const failing = (failures: number) => async () => {
    order.push(failures > 0 ? 'fails' : 'holds');
    if (failures-- > 0) throw new Error('it does not');
  };
  const cases = [
    clause('I1', 'busy', failing(1)),
    clause('I1', 'broken', failing(2)),
    clause('I1', 'kept', keeps),
  ];
  const outcomes = await runCases(targetWith(), cases, { again: true });

  expect(order).toEqual(['fails', 'fails', 'holds', 'fails']);
  expect(outcomes).toMatchObject([
    { result: 'passed', causeBeside: expect.stringContaining('it does not') },
    { result: 'failed', causeBeside: expect.stringContaining('it does not') },
    { result: 'passed' },
  ]);
  expect(outcomes[2]).not.toHaveProperty('causeBeside');
});
