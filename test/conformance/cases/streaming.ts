/** Contract S1 to S6: answers that take their time. */
import assert from 'node:assert/strict';
import { type Case, clause } from '../clause';
import { valuesOf } from '../trial';

/** Events of `?do=ticks`, one each quarter of a second: longer than both timeouts of `hasty`. */
const TICKS = 12;

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

  clause(
    'S3',
    'slows a backend down whose client does not read',
    async (trial) => {
      const answer = await trial.open('/v2/plain?do=flood');
      const sent = async () => (await trial.seen())[0]?.piecesSent ?? 0;
      let before = -1;
      for (let now = await sent(); now !== before || now === 0; now = await sent()) {
        before = now;
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      assert.ok(before < 48, `${before} MiB of 64 have left the backend, and nobody has read them`);
      let bytes = 0;
      for await (const chunk of answer) bytes += (chunk as Buffer).length;
      assert.equal(bytes, 64 * 1_048_576);
    },
    // So many bytes would hold others up.
    { alone: true },
  ),

  clause('S4', 'answers 504 when the first byte does not come', async (trial) => {
    const answer = await trial.send('/v2/hasty?do=hold');
    assert.deepEqual([answer.status, answer.json().code], [504, 'backend_timeout']);
  }),

  clause('S4', 'does not cut a stream that is alive for longer than its timeouts', async (trial) => {
    const stream = await trial.events('/v2/hasty?do=ticks');
    for (let tick = 0; tick < TICKS; tick++) assert.equal(await stream.next(), `data: ${tick}`);
    assert.equal(await stream.next(), 'data: [DONE]');
    assert.equal(await stream.end(), 'complete');
  }),

  clause(
    'S4',
    'shows the client that a backend broke a stream of events off',
    async (trial) => {
      const stream = await trial.events('/v2/plain?do=events');
      await stream.next();
      await trial.tell('break');
      const last = await stream.next();
      assert.match(last ?? '', /^event: error\ndata: \{.*"code":"backend_failed"/);
      assert.equal(await stream.end(), 'broken');
    },
    { needs: ['own-failures'] },
  ),

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
    const caller = await trial.caller({ plan: 'small' });
    for (let i = 0; i < 5; i++) {
      const { refusal, socket } = await trial.socket('/v2/plain', { caller });
      assert.equal(refusal, undefined);
      socket.terminate();
    }
    const last = await trial.socket('/v2/plain', { caller });
    assert.deepEqual([last.refusal?.status, last.refusal?.json().limit], [429, 'minute']);
  }),

  clause(
    'S5',
    'counts WebSockets that are open',
    async (trial) => {
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
    },
    { needs: ['concurrency'] },
  ),

  clause('S5', 'passes no upgrade but that to a WebSocket', async (trial) => {
    const text = await trial.raw(
      'GET /api/v2/plain HTTP/1.1\r\nHEAD\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n',
    );
    // An edge may take the header for a wish that it does not grant.
    assert.match(text, /^HTTP\/1\.1 (?:200|400) /);
    for (const { rawHeaders } of await trial.seen()) assert.deepEqual(valuesOf(rawHeaders, 'upgrade'), []);
  }),

  clause(
    'S6',
    'sends new requests elsewhere on shutdown, and lets what runs finish',
    async (trial) => {
      const { trial: beside, stop } = await trial.replica();
      // Behind an edge some of these are streams of the replica too; the last one is for sure.
      const trials = [trial, trial, trial, trial, beside];
      const streams = await Promise.all(trials.map((one) => one.events('/v2/plain?do=events')));
      for (const stream of streams) assert.equal(await stream.next(), 'data: 0');

      const stopped = stop();
      for (let i = 0; i < 20; i++) await trial.reach('/v2/plain', { mark: 'meanwhile' });

      for (const mark of [trial.mark, beside.mark]) await trial.send(`/v2/probe/tell/${mark}/event`);
      for (const stream of streams) assert.equal(await stream.next(), 'data: 1');
      for (const mark of [trial.mark, beside.mark]) await trial.send(`/v2/probe/tell/${mark}/end`);
      for (const stream of streams) assert.equal(await stream.end(), 'complete');
      assert.equal(await stopped, 0);
    },
    { needs: ['replica-control'], alone: true },
  ),
];
