/** Contract H1 to H6: what every answer and every forwarded request carries. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type Case, clause } from '../clause';
import type { Answer } from '../client';
import { type Trial, type TrialRequest, valuesOf } from '../trial';

const ORIGIN = 'https://app.example.com';
const EXPOSED = ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id', 'Sunset', 'Deprecation'];

/** One answer of each kind that a client can get, by its status. */
async function answers(trial: Trial, headers: Readonly<Record<string, string>>): Promise<readonly Answer[]> {
  const spent = await trial.caller({ plan: 'small' });
  await Promise.all(Array.from({ length: 5 }, () => trial.send('/v2/plain', { caller: spent })));
  const requests: readonly [string, TrialRequest, number][] = [
    ['/v2/plain', {}, 200],
    ['/v2/agents', { body: 'no json' }, 400],
    ['/v2/plain', { caller: null }, 401],
    ['/v1/plain', { caller: await trial.caller({ plan: 'picky' }) }, 403],
    ['/v2/nothing', {}, 404],
    ['/v2/tools', { method: 'DELETE' }, 405],
    ['/v0/plain', {}, 410],
    ['/v2/tools', { body: 'x'.repeat(1_001) }, 413],
    ['/v2/plain', { caller: spent }, 429],
    ['/v2/plain?do=leak', {}, 500],
    ['/v2/gone', {}, 502],
    ['/v2/hasty?do=hold', {}, 504],
  ];
  return Promise.all(
    requests.map(async ([path, request, status]) => {
      const answer = await trial.send(path, { ...request, headers });
      assert.equal(answer.status, status, `${path}: ${answer.text}`);
      return answer;
    }),
  );
}

function assertProblem(answer: Answer): void {
  assert.equal(answer.headers['content-type'], 'application/problem+json', String(answer.status));
  const { status, code, requestId, error } = answer.json();
  assert.equal(status, answer.status);
  assert.match(String(code), /^[a-z_]+$/);
  assert.equal(requestId, answer.headers['x-request-id']);
  assert.equal(typeof (error as { message: unknown }).message, 'string');
}

export const HEADERS: readonly Case[] = [
  clause('H1', 'keeps a sane request id for the backend', async (trial) => {
    const { rawHeaders } = await trial.reach('/v2/plain', { headers: { 'x-request-id': 'sane-id_1.2' } });
    assert.deepEqual(valuesOf(rawHeaders, 'x-request-id'), ['sane-id_1.2']);
  }),

  clause('H1', 'replaces a request id that is not sane', async (trial) => {
    for (const id of ['a b', 'x'.repeat(300), '<script>', 'a,b']) {
      const { rawHeaders } = await trial.reach('/v2/plain', { headers: { 'x-request-id': id } });
      const [given, ...more] = valuesOf(rawHeaders, 'x-request-id');
      assert.notEqual(given, id);
      assert.match(String(given), /^[\w.-]{8,}$/);
      assert.deepEqual(more, []);
    }
  }),

  clause('H1', 'has a request id on every refusal', async (trial) => {
    for (const { status, headers } of await answers(trial, {})) {
      if (status >= 400 && status < 500) assert.ok(headers['x-request-id'], `${status} has none`);
    }
  }),

  clause(
    'H1',
    'has a request id on every answer, and gives backend and client the same',
    async (trial) => {
      for (const { status, headers } of await answers(trial, {})) {
        assert.ok(headers['x-request-id'], `${status} has none`);
      }
      const answer = await trial.send('/v2/plain', { headers: { 'x-request-id': 'sane-id_1.2' } });
      assert.equal(answer.headers['x-request-id'], 'sane-id_1.2');
    },
    { needs: ['answer-facts'] },
  ),

  clause('H1', 'passes traceparent, or starts one', async (trial) => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const passed = await trial.reach('/v2/plain', { headers: { traceparent } });
    assert.match(valuesOf(passed.rawHeaders, 'traceparent').join(), /^00-0af7651916cd43dd8448eb211c80319c-/);
    const started = await trial.reach('/v2/plain');
    assert.match(valuesOf(started.rawHeaders, 'traceparent').join(), /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  }),

  clause('H2', 'lets the allowed origins read every answer, also refusals', async (trial) => {
    for (const { status, headers } of await answers(trial, { origin: ORIGIN })) {
      assert.equal(headers['access-control-allow-origin'], ORIGIN, String(status));
      assert.match(headers.vary ?? '', /\borigin\b/i, String(status));
      const exposed = String(headers['access-control-expose-headers']).toLowerCase();
      assert.deepEqual(
        EXPOSED.filter((name) => !exposed.includes(name.toLowerCase())),
        [],
        String(status),
      );
    }
  }),

  clause('H2', 'takes patterns over the whole origin, and nothing to others', async (trial) => {
    const allowed = async (origin: string, request: TrialRequest = {}) =>
      (await trial.send('/v2/plain', { ...request, headers: { ...request.headers, origin } })).headers[
        'access-control-allow-origin'
      ];
    assert.equal(await allowed('https://shop.example.org'), 'https://shop.example.org');
    const others = [
      'https://evil.example.com',
      'https://app.example.com.evil',
      'https://shop.example.org.evil',
      'http://app.example.com',
      'null',
    ];
    for (const origin of others) {
      assert.equal(await allowed(origin), undefined, origin);
      const preflight = {
        method: 'OPTIONS',
        caller: null,
        headers: { 'access-control-request-method': 'GET' },
      };
      assert.equal(await allowed(origin, preflight), undefined, `preflight of ${origin}`);
    }
  }),

  clause('H2', 'says Vary to requests without an origin too', async (trial) => {
    const { headers } = await trial.send('/v2/plain');
    assert.match(headers.vary ?? '', /\borigin\b/i);
    assert.equal(headers['access-control-allow-origin'], undefined);
  }),

  clause('H3', 'has security headers on every answer, once', async (trial) => {
    for (const { status, rawHeaders } of await answers(trial, {})) {
      const values = (name: string) => valuesOf(rawHeaders, name);
      assert.deepEqual(values('x-content-type-options'), ['nosniff'], String(status));
      assert.deepEqual(values('x-frame-options'), ['DENY'], String(status));
      if (trial.target.features.has('tls')) {
        assert.match(values('strict-transport-security').join(), /^max-age=\d+/, String(status));
      }
    }
  }),

  clause(
    'H4',
    "stops headers about the connection, and the gateway's own, on the way back",
    async (trial) => {
      const { headers, rawHeaders } = await trial.send('/v2/plain?do=hop', { headers: { origin: ORIGIN } });
      assert.equal(headers['proxy-authenticate'], undefined);
      assert.notEqual(headers['keep-alive'], 'timeout=7');
      assert.deepEqual(valuesOf(rawHeaders, 'access-control-allow-origin'), [ORIGIN]);
      assert.deepEqual(valuesOf(rawHeaders, 'x-frame-options'), ['DENY']);
      assert.equal(headers['x-own'], 'passes');
    },
  ),

  clause(
    'H4',
    'stops headers that a backend names in Connection',
    async (trial) => {
      const { headers } = await trial.send('/v2/plain?do=hop');
      assert.equal(headers['x-private'], undefined);
    },
    { needs: ['hop-headers'] },
  ),

  clause(
    'H4',
    'lets no backend say what the request id is',
    async (trial) => {
      const { headers } = await trial.send('/v2/plain?do=hop');
      assert.notEqual(headers['x-request-id'], 'of-the-backend');
    },
    { needs: ['answer-facts'] },
  ),

  clause('H4', 'stops headers about the connection on the way to backends', async (trial) => {
    await trial.raw(
      'GET /api/v2/plain HTTP/1.1\r\nHEAD\r\nconnection: close, x-private\r\nx-private: 1\r\nkeep-alive: timeout=7\r\n' +
        'te: trailers\r\nproxy-authorization: Basic eA==\r\nproxy-connection: keep-alive\r\n\r\n',
    );
    const [seen] = await trial.seen();
    assert.ok(seen, 'the backend saw nothing');
    for (const name of ['x-private', 'keep-alive', 'proxy-authorization', 'proxy-connection']) {
      assert.deepEqual(valuesOf(seen.rawHeaders, name), [], name);
    }
  }),

  clause('H4', 'replaces X-Forwarded headers that nobody vouches for, in every spelling', async (trial) => {
    const names = [
      ...['For', 'Host', 'Proto', 'Port', 'Server', 'User', 'Email'].map((part) => `X-Forwarded-${part}`),
      ...['X-Real-Ip', 'Forwarded'],
    ];
    const spellings = names.flatMap((name) => [name, name.replaceAll('-', '_'), name.replaceAll('-', '.')]);
    for (const name of new Set(spellings)) {
      const { rawHeaders } = await trial.reach('/v2/plain', { headers: { [name]: '203.0.113.99' } });
      assert.ok(!rawHeaders.some((text) => text.includes('203.0.113.99')), name);
    }
  }),

  clause(
    'H5',
    'changes headers and JSON on their way in and out, where a service asks for it',
    async (trial) => {
      const answer = await trial.send('/v2/shaped', {
        headers: { 'x-removed': '1', 'x-set': 'of-the-client', 'content-type': 'application/json' },
        body: '{"max_tokens": 5, "debug": true, "n": 1.0}',
      });
      assert.equal(answer.status, 200, answer.text);
      const { rawHeaders, size, bodySha256, ...rest } = answer.json() as { rawHeaders: string[] } & Record<
        string,
        unknown
      >;
      const inside = '{"maxTokens": 5, "n": 1.0,"temperature":0.5}';
      assert.deepEqual(
        [size, bodySha256],
        [inside.length, createHash('sha256').update(inside).digest('hex')],
      );
      assert.deepEqual(valuesOf(rawHeaders, 'x-set'), ['of-the-gateway']);
      assert.deepEqual(valuesOf(rawHeaders, 'x-removed'), []);
      assert.deepEqual(['method' in rest, 'bodyBytes' in rest, rest.service], [false, false, 'shaped']);
      assert.deepEqual([answer.headers['x-shaped'], answer.headers['x-program']], ['yes', undefined]);
      assert.equal((await trial.send('/v2/plain')).headers['x-program'], 'conformance');
    },
  ),

  clause('H6', 'refuses with problems that have a stable code and the request id', async (trial) => {
    const refusals = (await answers(trial, {})).filter(({ status }) => status >= 400 && status < 500);
    for (const refusal of refusals) assertProblem(refusal);
  }),

  clause(
    'H6',
    'tells of failing backends by such problems too',
    async (trial) => {
      const failures = (await answers(trial, {})).filter(({ status }) => status > 500);
      assert.equal(failures.length, 2);
      for (const failure of failures) assertProblem(failure);
    },
    { needs: ['own-failures'] },
  ),

  clause(
    'H6',
    'answers with a problem to headers that are too large',
    async (trial) => {
      const answer = await trial.send('/v2/plain', { headers: { 'x-large': 'x'.repeat(40_000) } });
      assert.deepEqual([answer.status, answer.json().code], [431, 'headers_too_large']);
      assert.deepEqual(await trial.seen(), []);
    },
    { needs: ['large-headers'] },
  ),

  clause('H6', 'shows no address and no name of what it could not reach', async (trial) => {
    const { text } = await trial.send('/v2/gone');
    assert.doesNotMatch(text, /gone|127\.0\.0\.1|ECONN|8000|at \w+ \(/);
  }),
];
