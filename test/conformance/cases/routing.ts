/** Contract R1 to R10: which backend a request reaches. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type Case, clause } from '../clause';
import { type Trial, valuesOf } from '../trial';

const versionOf = (seen: { readonly rawHeaders: readonly string[] }) =>
  valuesOf(seen.rawHeaders, 'x-api-version').join();

/** Callers whose side of a split is the same in every run. */
const CROWD = Array.from({ length: 30 }, (_, i) => `crowd-${i}`);

async function modelReaches(trial: Trial, body: string): Promise<string> {
  return (await trial.reach('/v2/agents', { body })).service;
}

export const ROUTING: readonly Case[] = [
  clause('R1', 'takes the version of the path', async (trial) => {
    assert.equal(versionOf(await trial.reach('/v1/plain')), 'v1');
    assert.equal(versionOf(await trial.reach('/v3/plain')), 'v3');
  }),

  clause('R1', "takes the tenant's version where the path has none", async (trial) => {
    const caller = await trial.caller({ tenant: 'pinned' });
    assert.equal(versionOf(await trial.reach('/plain', { caller })), 'v1');
    assert.equal(versionOf(await trial.reach('/v2/plain', { caller })), 'v2');
  }),

  clause('R1', 'cuts base path and version off, and passes the rest and the query', async (trial) => {
    const { url } = await trial.reach('/v2/plain/a%20b/c?x=%zz&y=1');
    assert.equal(url, '/plain/a%20b/c?x=%zz&y=1');
  }),

  clause(
    'R1',
    'takes the host in any case',
    async (trial) => {
      const host = trial.target.baseUrl.host.toUpperCase();
      assert.equal(versionOf(await trial.reach('/v1/plain', { headers: { host } })), 'v1');
    },
    { needs: ['host-in-any-case'] },
  ),

  clause('R2', 'splits callers by weight, each always to the same side', async (trial) => {
    const sides = await Promise.all(
      CROWD.map(async (subject) => {
        const seen: string[] = [];
        for (let i = 0; i < 2; i++) {
          seen.push(versionOf(await trial.reach('/plain', { caller: await trial.caller({ subject }) })));
        }
        return seen;
      }),
    );
    assert.deepEqual(
      sides.filter(([first, second]) => first !== second),
      [],
    );
    const moved = sides.filter(([side]) => side === 'v3').length;
    assert.ok(moved > 0 && moved < CROWD.length / 2, `${moved} of ${CROWD.length}`);
  }),

  clause(
    'R3',
    'picks the backend by the model: exactly, by the longest pattern, else the default',
    async (trial) => {
      const expected = {
        'gpt-4': 'gpt',
        'gpt-4o': 'agent',
        'claude-2': 'claude',
        'claude-3-opus': 'claude-three',
        mistral: 'agent',
      };
      for (const [model, service] of Object.entries(expected)) {
        assert.equal(await modelReaches(trial, JSON.stringify({ messages: [], model })), service, model);
      }
    },
  ),

  clause('R3', 'reads the model that JSON.parse reads, wherever it stands', async (trial) => {
    const bodies: Readonly<Record<string, string>> = {
      [`{"input":"${'x'.repeat(300_000)}","model":"gpt-4"}`]: 'gpt',
      '{"mod\\u0065l":"gpt\\u002d4"}': 'gpt',
      '{"metadata":{"model":"gpt-4"}}': 'agent',
      '{"messages":[{"model":"gpt-4"}],"model":"claude-2"}': 'claude',
      '{"note":"\\"model\\":\\"gpt-4\\"","model":"claude-2"}': 'claude',
      '{"Model":"gpt-4"}': 'agent',
    };
    for (const [body, service] of Object.entries(bodies)) {
      assert.equal(await modelReaches(trial, body), service, body.slice(-60));
    }
  }),

  clause('R3', 'forwards the bytes that it received', async (trial) => {
    const body = ` {"model" : "gpt-4",\n"text":"\\u00e4 ä","n":1.0e+2 }\n`;
    const { bodySha256, bodyBytes } = await trial.reach('/v2/agents', { body });
    assert.equal(bodyBytes, Buffer.byteLength(body));
    assert.equal(bodySha256, createHash('sha256').update(body).digest('hex'));
  }),

  clause('R5', 'answers 404 to a path that nobody serves', async (trial) => {
    for (const path of ['/v2/nothing', '/v2', '/v9/plain', '/v2/plainer', '/v2/PLAIN', '/V2/plain']) {
      const answer = await trial.send(path);
      assert.deepEqual([answer.status, answer.json().code], [404, 'route_not_found'], path);
    }
  }),

  clause('R5', 'answers 405 with Allow to a method that the service does not take', async (trial) => {
    const answer = await trial.send('/v2/tools', { method: 'DELETE' });
    assert.deepEqual([answer.status, answer.json().code], [405, 'method_not_allowed']);
    assert.equal(answer.headers.allow, 'GET, POST');
  }),

  clause('R5', 'answers 413 to a body over the limit, with and without a length', async (trial) => {
    const body = 'x'.repeat(1_001);
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const answer = await trial.send('/v2/tools', { body, headers });
      assert.deepEqual([answer.status, answer.json().code], [413, 'body_too_large']);
    }
    assert.equal((await trial.reach('/v2/tools', { body: 'x'.repeat(1_000) })).bodyBytes, 1_000);
  }),

  clause(
    'R5',
    'answers 400 to a body that is not JSON, or has two models, where its model must be read',
    async (trial) => {
      const twice = ['{"model":"claude-2","model":"gpt-4"}', '{"mod\\u0065l":"gpt-4","model":"claude-2"}'];
      for (const body of [
        'no json',
        '{"model":"gpt-4"',
        '{"model":"gpt-4"} x',
        '{"model":"gpt-4",}',
        '{"model":null}',
        ...twice,
      ]) {
        const answer = await trial.send('/v2/agents', { body });
        assert.deepEqual([answer.status, answer.json().code], [400, 'body_invalid'], body);
      }
      assert.deepEqual(await trial.seen(), []);
    },
  ),

  clause('R5', 'answers 410 to a version after its sunset, with the way to its successor', async (trial) => {
    const answer = await trial.send('/v0/plain');
    assert.deepEqual([answer.status, answer.json().code], [410, 'version_sunset']);
    assert.match(String(answer.headers.link), /<\/api\/v1\/plain>; rel="successor-version"/);
  }),

  clause('R6', 'tells of the end of a deprecated version', async (trial) => {
    const answer = await trial.send('/v1/plain');
    assert.equal(answer.headers.deprecation, `@${Date.UTC(2026, 1, 28) / 1000}`);
    assert.equal(answer.headers.sunset, 'Thu, 31 Dec 2099 00:00:00 GMT');
    assert.match(String(answer.headers.link), /<\/api\/v2\/plain>; rel="successor-version"/);
    assert.equal((await trial.send('/v2/plain')).headers.deprecation, undefined);
  }),

  clause('R7', 'answers 403 to models and versions that the plan does not list', async (trial) => {
    const caller = await trial.caller({ plan: 'picky' });
    const model = await trial.send('/v2/agents', { caller, body: '{"model":"claude-2"}' });
    const version = await trial.send('/v1/plain', { caller });
    assert.deepEqual([model.status, model.json().code], [403, 'model_not_allowed']);
    assert.deepEqual([version.status, version.json().code], [403, 'version_not_allowed']);
    assert.equal((await trial.reach('/v2/agents', { caller, body: '{"model":"gpt-4"}' })).service, 'gpt');
  }),

  clause(
    'R8',
    'sends a request on when its backend cannot be reached, or answers with a listed status',
    async (trial) => {
      for (const body of [undefined, '{"a":1}']) {
        const request = body === undefined ? {} : { body };
        const stranded = await trial.reach('/v2/stranded', request);
        assert.deepEqual([stranded.service, stranded.bodyBytes], ['spare', body?.length ?? 0]);
        const busy = await trial.reach('/v2/sturdy?do=busy', request);
        assert.deepEqual([busy.service, busy.bodyBytes], ['spare', body?.length ?? 0]);
        assert.equal((await trial.reach('/v2/sturdy', request)).service, 'busy');
      }
    },
  ),

  clause('R8', 'sends no request on once a byte of an answer went to the client', async (trial) => {
    await assert.rejects(trial.send('/v2/sturdy?do=broken'), /aborted|socket hang up|ECONNRESET/);
    assert.deepEqual(
      (await trial.seen()).map(({ service }) => service),
      ['busy'],
    );
  }),

  clause('R9', 'gives a version its own backend, and leaves a service out of one', async (trial) => {
    assert.equal((await trial.reach('/v1/agents', { body: '{"model":"gpt-4"}' })).service, 'agent-one');
    assert.equal((await trial.send('/v1/tools')).status, 404);
  }),

  clause('R10', 'splits callers over variants, and tells the backend which', async (trial) => {
    const variants = await Promise.all(
      CROWD.slice(0, 16).map(async (subject) => {
        const caller = await trial.caller({ subject });
        const [first, second] = [
          await trial.reach('/v2/lab', { caller }),
          await trial.reach('/v3/lab', { caller }),
        ];
        assert.equal(first.service, second.service);
        assert.deepEqual(valuesOf(first.rawHeaders, 'x-variant'), [first.service.replace('lab-', '')]);
        return first.service;
      }),
    );
    assert.deepEqual([...new Set(variants)].sort(), ['lab-a', 'lab-b']);
  }),
];
