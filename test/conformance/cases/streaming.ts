/** Contract S1 to S6: answers that take their time. */
import assert from 'node:assert/strict';
import { type Case, clause } from '../clause';
import { valuesOf } from '../trial';

export const STREAMING: readonly Case[] = [
  clause('S1', 'passes each event when the backend sends it, uncompressed', async (trial) => {
    const stream = await trial.events('/v2/plain?do=events', { headers: { 'accept-encoding': 'gzip, br' } });
    assert.equal(stream.answer.headers['content-encoding'], undefined);
    assert.equal(await stream.next(), 'data: 0');
    for (const event of ['data: 1', 'data: 2']) {
      // The next event is only sent once this one has been read.
      await trial.tell('event');
      assert.equal(await stream.next(), event);
    }
    await trial.tell('end');
    assert.equal(await stream.next(), 'data: [DONE]');
    assert.equal(await stream.end(), 'complete');
  }),

  clause('S2', "cancels the backend's request when the client goes away", async (trial) => {
    const stream = await trial.events('/v2/plain?do=events');
    await stream.next();
    stream.leave();
    await trial.untilSeen(([seen]) => seen?.state === 'cut');
  }),

  clause('S4', 'answers 504 when the first byte does not come', async (trial) => {
    const answer = await trial.send('/v2/hasty?do=hold');
    assert.deepEqual([answer.status, answer.json().code], [504, 'backend_timeout']);
  }),

  clause('S4', 'does not cut a stream that is alive for longer than its timeouts', async (trial) => {
    const stream = await trial.events('/v2/hasty?do=events');
    await stream.next();
    for (let i = 1; i <= 4; i++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await trial.tell('event');
      assert.equal(await stream.next(), `data: ${i}`);
    }
    await trial.tell('end');
    assert.equal(await stream.next(), 'data: [DONE]');
    assert.equal(await stream.end(), 'complete');
  }),

  clause('S4', 'shows the client that a backend broke a stream of events off', async (trial) => {
    const stream = await trial.events('/v2/plain?do=events');
    await stream.next();
    await trial.tell('break');
    const last = await stream.next();
    assert.match(last ?? '', /^event: error\ndata: \{.*"code":"backend_failed"/);
    assert.equal(await stream.end(), 'broken');
  }),

  clause('S4', 'shows the client that a backend broke another answer off', async (trial) => {
    await assert.rejects(trial.send('/v2/plain?do=broken'), /aborted|socket hang up|ECONNRESET/);
  }),

  clause('S5', 'passes WebSockets, with the same identity', async (trial) => {
    const caller = await trial.caller();
    const { socket, messages, refusal } = await trial.socket('/v2/plain/live', {
      caller,
      headers: { 'x-user-id': 'spoofed' },
    });
    assert.equal(refusal, undefined);
    socket.send('hello');
    while (messages.length < 2) await new Promise((resolve) => socket.once('message', resolve));
    const { rawHeaders } = JSON.parse(messages[0] ?? '{}') as { rawHeaders: string[] };
    assert.deepEqual(valuesOf(rawHeaders, 'x-user-id'), [caller.subject]);
    assert.equal(messages[1], 'hello');
    socket.close();
    await trial.untilSeen(([seen]) => seen?.state === 'cut');
  }),

  clause('S5', 'holds WebSockets to identity and limits', async (trial) => {
    const nobody = await trial.socket('/v2/plain/live', { caller: null });
    assert.equal(nobody.refusal?.status, 401);
    const caller = await trial.caller({ plan: 'narrow' });
    const [one, two] = [
      await trial.socket('/v2/plain', { caller }),
      await trial.socket('/v2/plain', { caller }),
    ];
    assert.deepEqual([one.refusal, two.refusal], [undefined, undefined]);
    const three = await trial.socket('/v2/plain', { caller });
    assert.deepEqual([three.refusal?.status, three.refusal?.json().limit], [429, 'concurrency']);
    one.socket.terminate();
    two.socket.terminate();
  }),

  clause(
    'S6',
    'lets what runs finish on shutdown',
    async (trial) => {
      const { trial: beside, stop } = await trial.replica();
      const stream = await beside.events('/v2/plain?do=events');
      await stream.next();
      const stopped = stop();
      await trial.send(`/v2/probe/tell/${beside.mark}/event`);
      assert.equal(await stream.next(), 'data: 1');
      await trial.send(`/v2/probe/tell/${beside.mark}/end`);
      assert.equal(await stream.next(), 'data: [DONE]');
      assert.equal(await stream.end(), 'complete');
      assert.equal(await stopped, 0);
    },
    { needs: ['replica-control'], alone: true },
  ),
];
