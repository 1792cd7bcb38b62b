/** Contract L1 to L7: what a plan admits, and what a caller is told of it. */
import assert from 'node:assert/strict';
import { type Case, clause } from '../clause';
import type { Answer } from '../client';
import type { Caller, Trial } from '../trial';

const PATH = '/v2/plain';
/** Of the plan `small`. */
const POLICY = '"minute";q=5;w=60, "day";q=100;w=86400';

async function statuses(trial: Trial, caller: Caller, count: number): Promise<readonly number[]> {
  const answers: Answer[] = await Promise.all(
    Array.from({ length: count }, () => trial.send(PATH, { caller })),
  );
  return answers.map(({ status }) => status).sort();
}

/** `"minute";r=3;t=60, "day";r=98;t=1000` as `{ minute: 3, day: 98 }`. */
function remaining(answer: Answer): Readonly<Record<string, number>> {
  const text = String(answer.headers.ratelimit ?? '');
  return Object.fromEntries(
    [...text.matchAll(/"([\w-]+)";r=(\d+)/g)].map(([, name, left]) => [name, Number(left)]),
  );
}

/** Whether the UTC day ends within the time that a case may take. */
function nearMidnight(): boolean {
  return 86_400_000 - (Date.now() % 86_400_000) < 60_000;
}

export const LIMITS: readonly Case[] = [
  clause('L1', 'admits what the plan says of requests that come at once, and no more', async (trial) => {
    const caller = await trial.caller({ plan: 'small' });
    assert.deepEqual(await statuses(trial, caller, 8), [200, 200, 200, 200, 200, 429, 429, 429]);
  }),

  clause('L1', 'counts a caller by tenant and subject, whatever token it shows', async (trial) => {
    const one = await trial.caller({ plan: 'small' });
    const again = await trial.caller({ plan: 'small', subject: one.subject });
    const other = await trial.caller({ plan: 'small', subject: one.subject, tenant: 'globex' });
    assert.deepEqual(await statuses(trial, one, 5), [200, 200, 200, 200, 200]);
    assert.deepEqual(await statuses(trial, again, 1), [429]);
    assert.deepEqual(await statuses(trial, other, 1), [200]);
  }),

  clause('L1', 'holds the limit by the day', async (trial) => {
    if (nearMidnight()) return;
    const caller = await trial.caller({ plan: 'daily' });
    assert.deepEqual(await statuses(trial, caller, 5), [200, 200, 200, 429, 429]);
  }),

  clause(
    'L1',
    'counts over all replicas together',
    async (trial) => {
      const { trial: beside } = await trial.replica();
      const caller = await trial.caller({ plan: 'small' });
      const sent = [statuses(trial, caller, 6), statuses(beside, caller, 6)];
      const admitted = (await Promise.all(sent)).flat().filter((status) => status === 200);
      assert.equal(admitted.length, 5);
    },
    { needs: ['replica-control'], alone: true },
  ),

  clause('L2', 'charges nothing for what it refuses', async (trial) => {
    const caller = await trial.caller({ plan: 'small' });
    await trial.send('/v2/nothing', { caller });
    await trial.send('/v2/agents', { caller, body: 'no json' });
    await trial.send('/v2/tools', { caller, method: 'DELETE' });
    await trial.send('/v2/tools', { caller, body: 'x'.repeat(1001) });
    assert.deepEqual(await statuses(trial, caller, 8), [200, 200, 200, 200, 200, 429, 429, 429]);
    const { day } = remaining(await trial.send(PATH, { caller }));
    if (!nearMidnight()) assert.equal(day, 95);
  }),

  clause('L3', 'answers 429 with a problem that names the window', async (trial) => {
    const caller = await trial.caller({ plan: 'small' });
    await statuses(trial, caller, 5);
    const answer = await trial.send(PATH, { caller });
    assert.equal(answer.status, 429);
    const { code, limit, retryAfterSeconds } = answer.json();
    assert.deepEqual({ code, limit }, { code: 'limit_exceeded', limit: 'minute' });
    assert.equal(String(retryAfterSeconds), answer.headers['retry-after']);
    assert.ok(Number(retryAfterSeconds) >= 1 && Number(retryAfterSeconds) <= 60);
  }),

  clause('L3', 'tells of policy and state on refusals', async (trial) => {
    const caller = await trial.caller({ plan: 'small' });
    await statuses(trial, caller, 5);
    const refused = await trial.send(PATH, { caller });
    assert.equal(refused.status, 429);
    assert.equal(refused.headers['ratelimit-policy'], POLICY);
    assert.deepEqual(remaining(refused), { minute: 0, day: 95 });
  }),

  clause(
    'L3',
    'tells of policy and state on successes',
    async (trial) => {
      const caller = await trial.caller({ plan: 'small' });
      const first = await trial.send(PATH, { caller });
      assert.equal(first.headers['ratelimit-policy'], POLICY);
      assert.deepEqual(remaining(first), { minute: 4, day: 99 });
    },
    { needs: ['answer-facts'] },
  ),

  clause(
    'L3',
    'admits the request after the time that Retry-After names',
    async (trial) => {
      const time = trial.control('time');
      const caller = await trial.caller({ plan: 'small' });
      await statuses(trial, caller, 5);
      const refused = await trial.send(PATH, { caller });
      await time.pass(caller.subject, Number(refused.headers['retry-after']));
      assert.equal((await trial.send(PATH, { caller })).status, 200);
    },
    { needs: ['time-control'] },
  ),

  clause(
    'L4',
    'asks the store once for each request, however many windows there are',
    async (trial) => {
      const store = trial.control('store');
      const caller = await trial.caller({ plan: 'small' });
      const before = await store.questions();
      for (let i = 0; i < 3; i++) assert.equal((await trial.send(PATH, { caller })).status, 200);
      assert.equal((await store.questions()) - before, 3);
    },
    { needs: ['store-control'], alone: true },
  ),

  clause(
    'L5',
    'counts what is in flight, and frees a slot when a stream ends',
    async (trial) => {
      const caller = await trial.caller({ plan: 'narrow' });
      const first = await trial.events('/v2/plain?do=events', { caller });
      const second = await trial.events('/v2/plain?do=events', { caller });
      const third = await trial.send(PATH, { caller });
      assert.equal(third.status, 429);
      assert.equal(third.json().limit, 'concurrency');
      await trial.tell('end');
      for (const stream of [first, second]) {
        assert.equal(await stream.end(), 'complete');
      }
      await untilAdmitted(trial, caller);
    },
    { needs: ['concurrency'] },
  ),

  clause(
    'L5',
    'frees the slot of a client that goes away',
    async (trial) => {
      const caller = await trial.caller({ plan: 'narrow' });
      const first = await trial.events('/v2/plain?do=events', { caller });
      await trial.events('/v2/plain?do=events', { caller });
      assert.equal((await trial.send(PATH, { caller })).status, 429);
      first.leave();
      await untilAdmitted(trial, caller);
      await trial.tell('end');
    },
    { needs: ['concurrency'] },
  ),

  clause(
    'L5',
    'frees the slots of a router that dies, once their time is over',
    async (trial) => {
      const replica = await trial.replica();
      const caller = await trial.caller({ plan: 'narrow' });
      const streams = await Promise.all(
        [1, 2].map(() => replica.trial.events('/v2/plain?do=events', { caller })),
      );
      assert.equal((await trial.send(PATH, { caller })).status, 429);
      await replica.kill();
      for (const stream of streams) assert.equal(await stream.end(), 'broken');
      assert.equal((await trial.send(PATH, { caller })).status, 429);
      // A lease lives for 30 seconds.
      await trial.control('time').pass(caller.subject, 31);
      assert.equal((await trial.send(PATH, { caller })).status, 200);
    },
    { needs: ['concurrency', 'replica-control', 'time-control'], alone: true },
  ),

  clause(
    'L6',
    'counts the tokens that backends report, in JSON and in events',
    async (trial) => {
      for (const wish of ['usage', 'usage-events']) {
        const caller = await trial.caller({ plan: 'thrifty' });
        const used = await trial.send(`${PATH}?do=${wish}`, { caller });
        assert.equal(used.status, 200, used.text);
        assert.match(used.text, /"total_tokens":1200/);
        assert.match(String(used.headers['ratelimit-policy']), /"tokens-minute";q=1000;w=60;qu="tokens"/);
        const refused = await untilRefused(trial, caller);
        assert.equal(refused.json().limit, 'tokens-minute');
        assert.equal(remaining(refused)['tokens-minute'], 0);
      }
    },
    { needs: ['tokens'] },
  ),

  clause(
    'L7',
    'decides by each plan while the store does not answer, and returns by itself',
    async (trial) => {
      const store = trial.control('store');
      const callers = {
        open: await trial.caller({ plan: 'open' }),
        closed: await trial.caller({ plan: 'closed' }),
        local: await trial.caller({ plan: 'local' }),
      };
      await store.pause();
      trial.atEnd(() => store.resume());
      const [open, closed, local] = await Promise.all([
        trial.send(PATH, { caller: callers.open }),
        trial.send(PATH, { caller: callers.closed }),
        trial.send(PATH, { caller: callers.local }),
      ]);
      assert.deepEqual([open.status, closed.status, local.status], [200, 503, 200]);
      assert.equal(closed.json().code, 'limits_unavailable');
      await store.resume();
      await untilAdmitted(trial, callers.closed);
    },
    { needs: ['store-control'], alone: true },
  ),

  clause(
    'L7',
    'says that the store does not answer',
    async (trial) => {
      const store = trial.control('store');
      const caller = await trial.caller({ plan: 'open' });
      await store.pause();
      trial.atEnd(() => store.resume());
      const { headers } = await trial.send(PATH, { caller });
      assert.equal(headers['x-gateway-degraded'], 'limits');
      await store.resume();
      await untilAdmitted(trial, await trial.caller({ plan: 'closed' }));
    },
    { needs: ['store-control', 'answer-facts'], alone: true },
  ),
];

/** What an answer has cost is charged when it has ended. Answers with an error's status cost nothing. */
async function untilRefused(trial: Trial, caller: Caller): Promise<Answer> {
  for (;;) {
    const answer = await trial.send(`${PATH}?do=leak`, { caller });
    if (answer.status === 429) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function untilAdmitted(trial: Trial, caller: Caller): Promise<void> {
  while ((await trial.send(PATH, { caller })).status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
