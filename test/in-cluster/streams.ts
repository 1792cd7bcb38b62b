/** Streams of events that stay open while something changes. */
import assert from 'node:assert/strict';
import type { Target } from '../conformance/target';
import { Trial } from '../conformance/trial';

const STREAMS = 6;

/** Opens streams, makes the change, and reads each to its end. @throws when one has not come whole */
export async function withStreams(target: Target, change: () => Promise<void>): Promise<void> {
  const trials = Array.from({ length: STREAMS }, () => new Trial(target));
  const streams = await Promise.all(trials.map((trial) => trial.events('/v2/plain?do=events')));
  for (const stream of streams) assert.equal(await stream.next(), 'data: 0');

  await change();
  await Promise.all(trials.map((trial) => trial.tell('event')));
  for (const stream of streams) assert.equal(await stream.next(), 'data: 1');
  await Promise.all(trials.map((trial) => trial.tell('end')));
  for (const stream of streams) {
    assert.equal(await stream.next(), 'data: [DONE]');
    assert.equal(await stream.end(), 'complete');
  }
}
