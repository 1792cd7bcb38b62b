/** Waits of one length, in the order in which they began. */
import { type Awaited, Deadlines } from '../../../src/router/limits/deadlines';
import { until } from '../../support/client';

class Wait implements Awaited {
  done = false;
  until = 0;
  next: this | undefined = undefined;

  constructor(readonly name: string) {}
}

test('gives up what has not come, first come first, and nothing that has', async () => {
  const expired: string[] = [];
  const deadlines = new Deadlines<Wait>(30, (wait) => expired.push(wait.name));
  const waits = ['a', 'b', 'c', 'd'].map((name) => new Wait(name));
  const [a, b, c, d] = waits as [Wait, Wait, Wait, Wait];
  for (const wait of [a, b, c]) deadlines.add(wait);
  b.done = true;
  await until(() => expired.length === 2, 'the end of the first');
  deadlines.add(d);
  await until(() => expired.length === 3, 'the end of the last');

  expect(expired).toEqual(['a', 'c', 'd']);
});

test('waits for each in full, whenever the one before began', async () => {
  const expired: number[] = [];
  const deadlines = new Deadlines<Wait>(60, (wait) => expired.push(performance.now() - Number(wait.name)));
  for (let i = 0; i < 3; i++) {
    deadlines.add(new Wait(String(performance.now())));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await until(() => expired.length === 3, 'the end of all');

  for (const milliseconds of expired) expect(milliseconds).toBeGreaterThanOrEqual(58);
});

test('holds on to nothing that has come', () => {
  const deadlines = new Deadlines<Wait>(1, () => {});
  const first = new Wait('first');
  deadlines.add(first);
  deadlines.add(new Wait('second'));
  first.done = true;
  deadlines.add(new Wait('third'));

  expect(first.next).toBeUndefined();
});
