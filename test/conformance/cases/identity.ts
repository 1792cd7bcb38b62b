/** Contract I1 to I8: who is let in, and what backends learn of them. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { type Case, clause } from '../clause';
import type { Answer } from '../client';
import { createSigningKey } from '../issuer';
import { type Trial, valuesOf } from '../trial';

async function refusedToken(trial: Trial, token: string, what: string): Promise<void> {
  const answer = await trial.send('/v2/agents', {
    caller: null,
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(answer.status, 401, `${what}: ${answer.status}`);
  assert.equal(answer.json().code, 'invalid_token', what);
  assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer .*error="invalid_token"/, what);
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What a backend got of an identity header, in whatever spelling. */
function spoofed(rawHeaders: readonly string[], value: string): readonly string[] {
  return rawHeaders.filter((_, i) => i % 2 === 0 && rawHeaders[i + 1] === value);
}

/** Names that a backend could take for the gateway's own, each with every separator that is one somewhere. */
const SPOOFED = ['X-User-Id', 'X-Org-Id', 'X-Plan', 'X-Api-Version', 'X-Variant'].flatMap((name) => [
  name,
  name.toLowerCase(),
  name.toUpperCase(),
  ...['_', '.'].flatMap((separator) => [
    name.replaceAll('-', separator),
    name.replaceAll('-', separator).toLowerCase(),
    name.replace('-', separator),
  ]),
]);

async function planOf(answer: Promise<Answer>): Promise<string | undefined> {
  const { status, text, json } = await answer;
  assert.equal(status, 200, text);
  return valuesOf((json() as unknown as { rawHeaders: string[] }).rawHeaders, 'x-plan').join();
}

/** Requests side by side, where there are many. */
const AT_ONCE = 8;

export const IDENTITY: readonly Case[] = [
  clause('I1', 'answers 401 with a challenge to a request without a credential', async (trial) => {
    const answer = await trial.send('/v2/agents', { caller: null });
    assert.equal(answer.status, 401);
    assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer realm=/);
    assert.equal(answer.headers['content-type'], 'application/problem+json');
    assert.equal(answer.json().code, 'credential_missing');
    assert.deepEqual(await trial.seen(), []);
  }),

  clause('I2', 'answers 401 to tokens that say something wrong', async (trial) => {
    const { issuer } = trial.target;
    const now = Math.floor(Date.now() / 1000);
    const wrong: Readonly<Record<string, string>> = {
      expired: await issuer.sign({}, { expiresIn: -60 }),
      'not yet valid': await issuer.sign({ nbf: now + 600 }),
      'of another issuer': await issuer.sign({ iss: 'https://evil.example.com/' }),
      'for another audience': await issuer.sign({ aud: 'others' }),
    };
    for (const [what, token] of Object.entries(wrong)) await refusedToken(trial, token, what);
    assert.deepEqual(await trial.seen(), []);
  }),

  clause('I2', 'answers 401 to tokens that nobody it trusts has signed', async (trial) => {
    const { issuer } = trial.target;
    const { kid } = issuer.key.publicJwk;
    const [header, payload] = (await issuer.sign({ sub: 'root' })).split('.');
    const forged = `${encode({ alg: 'HS256', kid })}.${payload}`;
    const secret = JSON.stringify(issuer.key.publicJwk);
    const wrong: Readonly<Record<string, string>> = {
      'of an unknown key': await issuer.sign({}, { key: await createSigningKey('unknown') }),
      'of a key under the id of another': await issuer.sign({}, { key: await createSigningKey(kid) }),
      'with a signature of zeros': `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
      'without an algorithm': `${encode({ alg: 'none' })}.${payload}.`,
      'with an HMAC over the public key': `${forged}.${createHmac('sha256', secret).update(forged).digest('base64url')}`,
    };
    for (const [what, token] of Object.entries(wrong)) await refusedToken(trial, token, what);
    assert.deepEqual(await trial.seen(), []);
  }),

  clause('I3', 'keeps identity headers of clients from backends, in every spelling', async (trial) => {
    const reach = async (name: string) => {
      const { rawHeaders } = await trial.reach('/v2/plain', { headers: { [name]: 'spoofed' } });
      assert.deepEqual(spoofed(rawHeaders, 'spoofed'), [], name);
    };
    const names = [...new Set(SPOOFED)];
    while (names.length > 0) await Promise.all(names.splice(0, AT_ONCE).map(reach));
  }),

  clause('I3', 'keeps its own identity headers when Connection names them', async (trial) => {
    const caller = await trial.caller();
    const answer = await trial.raw(
      'GET /api/v2/plain HTTP/1.1\r\nHEAD\r\nconnection: close, x-user-id, x-plan\r\nx-user-id: spoofed\r\n\r\n',
      caller,
    );
    assert.match(answer, /^HTTP\/1.1 200 /);
    const [seen] = await trial.seen();
    assert.deepEqual(valuesOf(seen?.rawHeaders ?? [], 'x-user-id'), [caller.subject]);
    assert.deepEqual(valuesOf(seen?.rawHeaders ?? [], 'x-plan'), ['roomy']);
  }),

  clause('I3', 'keeps identity headers out of trailers', async (trial) => {
    await trial.raw(
      'POST /api/v2/plain HTTP/1.1\r\nHEAD\r\nconnection: close\r\ntransfer-encoding: chunked\r\ntrailer: x-user-id\r\n\r\n' +
        '2\r\n{}\r\n0\r\nx-user-id: spoofed\r\nx_user_id: spoofed\r\n\r\n',
    );
    for (const { rawHeaders, rawTrailers = [] } of await trial.seen()) {
      assert.deepEqual(spoofed([...rawHeaders, ...rawTrailers], 'spoofed'), []);
    }
  }),

  clause(
    'I4',
    'tells backends of subject, tenant, plan and version, and passes the token on',
    async (trial) => {
      const caller = await trial.caller({ tenant: 'globex', plan: 'small' });
      const { rawHeaders } = await trial.reach('/v2/plain', { caller });
      assert.deepEqual(valuesOf(rawHeaders, 'x-user-id'), [caller.subject]);
      assert.deepEqual(valuesOf(rawHeaders, 'x-org-id'), ['globex']);
      assert.deepEqual(valuesOf(rawHeaders, 'x-plan'), ['small']);
      assert.deepEqual(valuesOf(rawHeaders, 'x-api-version'), ['v2']);
      assert.deepEqual(valuesOf(rawHeaders, 'authorization'), [caller.authorization]);
    },
  ),

  clause(
    'I4',
    "signs a token of its own in place of the client's, where a service asks for it",
    async (trial) => {
      const caller = await trial.caller({ tenant: 'globex', plan: 'small' });
      const { rawHeaders } = await trial.reach('/v2/signed', { caller });
      const [authorization = '', ...more] = valuesOf(rawHeaders, 'authorization');
      assert.deepEqual(more, []);
      const shown = await trial.send('/.well-known/jwks.json', { caller: null });
      assert.equal(shown.status, 200, shown.text);
      const keys = createLocalJWKSet(shown.json() as unknown as JSONWebKeySet);
      const { payload } = await jwtVerify(authorization.replace('Bearer ', ''), keys, {
        issuer: 'https://api.agents.example.com/api',
        audience: 'signed-backend',
      });
      const { sub, org_id, plan, exp = 0, iat = 0 } = payload;
      assert.deepEqual({ sub, org_id, plan }, { sub: caller.subject, org_id: 'globex', plan: 'small' });
      assert.ok(exp - iat <= 60, `${exp - iat} s`);
      assert.doesNotMatch(shown.text, /"d"/);
    },
  ),

  clause('I5', 'takes API keys as X-API-Key and as Bearer, and keeps them from backends', async (trial) => {
    const key = trial.target.apiKeys.robot;
    const ways = [{ 'x-api-key': key }, { authorization: `Bearer ${key}` }];
    for (const headers of ways) {
      const { rawHeaders } = await trial.reach('/v2/plain', { caller: null, headers });
      assert.deepEqual(valuesOf(rawHeaders, 'x-user-id'), ['robot']);
      assert.ok(!rawHeaders.some((text) => text.includes(key)), 'the backend got the key');
    }
  }),

  clause('I5', 'refuses an API key that is not known, and one beside a token', async (trial) => {
    const unknown = await trial.send('/v2/plain', { caller: null, headers: { 'x-api-key': 'agw-unknown' } });
    const both = await trial.send('/v2/plain', { headers: { 'x-api-key': trial.target.apiKeys.robot } });
    assert.deepEqual([unknown.status, unknown.json().code], [401, 'invalid_token']);
    assert.deepEqual([both.status, both.json().code], [401, 'invalid_token']);
  }),

  clause('I6', 'answers a preflight without a credential', async (trial) => {
    const answer = await trial.send('/v2/agents', {
      method: 'OPTIONS',
      caller: null,
      headers: { origin: 'https://app.example.com', 'access-control-request-method': 'POST' },
    });
    assert.ok(answer.status === 200 || answer.status === 204, String(answer.status));
    assert.equal(answer.headers['access-control-allow-origin'], 'https://app.example.com');
    assert.match(answer.headers['access-control-allow-methods'] ?? '', /POST/);
    assert.deepEqual(await trial.seen(), []);
  }),

  clause(
    'I7',
    'picks up a new key of the issuer without a restart',
    async (trial) => {
      const { trial: beside } = await trial.replica();
      await beside.reach('/v2/plain');
      trial.atEnd(await trial.control('issuer').rotate());
      await beside.reach('/v2/plain', { caller: await beside.caller() });
    },
    { needs: ['issuer-control', 'replica-control'], alone: true },
  ),

  clause(
    'I7',
    'knows callers while the issuer is away',
    async (trial) => {
      const issuer = trial.control('issuer');
      const caller = await trial.caller();
      await trial.reach('/v2/plain', { caller });
      await issuer.stop();
      trial.atEnd(() => issuer.start());
      await trial.reach('/v2/plain', { caller });
      await trial.reach('/v2/plain', { caller: await trial.caller() });
    },
    { needs: ['issuer-control'], alone: true },
  ),

  clause(
    'I7',
    'does not turn unknown keys into requests to the issuer',
    async (trial) => {
      const issuer = trial.control('issuer');
      const before = await issuer.requests();
      for (let i = 0; i < 20; i++) {
        const key = await createSigningKey(`unknown-${i}`);
        await refusedToken(trial, await trial.target.issuer.sign({}, { key }), `unknown-${i}`);
      }
      const requests = (await issuer.requests()) - before;
      assert.ok(requests <= issuer.readers, `${requests} requests of ${issuer.readers} routers`);
    },
    { needs: ['issuer-control'], alone: true },
  ),

  clause(
    'I8',
    "takes the key's plan, else the tenant's, else the claim's, else the default",
    async (trial) => {
      const { apiKeys } = trial.target;
      const withKey = (key: string) =>
        trial.send('/v2/plain', { caller: null, headers: { 'x-api-key': key } });
      const asCaller = async (options: { tenant?: string; plan?: string }) =>
        trial.send('/v2/plain', { caller: await trial.caller(options) });
      assert.equal(await planOf(asCaller({ tenant: 'acme', plan: 'daily' })), 'small');
      assert.equal(await planOf(asCaller({ tenant: 'globex', plan: 'daily' })), 'daily');
      assert.equal(await planOf(asCaller({})), 'roomy');
      assert.equal(await planOf(asCaller({ plan: 'no-such-plan' })), 'roomy');
      assert.equal(await planOf(withKey(apiKeys.small)), 'small');
      assert.equal(await planOf(withKey(apiKeys.acme)), 'small');
    },
  ),

  clause(
    'I8',
    'takes the plan that billing has written, where nothing else says one',
    async (trial) => {
      const plans = trial.control('plans');
      const caller = await trial.caller();
      const claimed = await trial.caller({ subject: caller.subject, plan: 'daily' });
      assert.equal(await planOf(trial.send('/v2/plain', { caller })), 'roomy');
      await plans.write(caller.subject, 'small');
      const answer = await trial.send('/v2/plain', { caller });
      assert.equal(await planOf(Promise.resolve(answer)), 'small');
      assert.match(String(answer.headers['ratelimit-policy']), /"minute";q=5;/);
      assert.equal(await planOf(trial.send('/v2/plain', { caller: claimed })), 'daily');
      await plans.write(caller.subject, 'no-such-plan');
      assert.equal(await planOf(trial.send('/v2/plain', { caller })), 'roomy');
    },
    { needs: ['plan-control'] },
  ),

  clause(
    'I8',
    'refuses what a plan that billing has written does not include, and charges nothing for it',
    async (trial) => {
      const caller = await trial.caller();
      await trial.control('plans').write(caller.subject, 'picky');
      const refused = await trial.send('/v2/agents', { caller, body: '{"model":"claude-3"}' });
      assert.equal(refused.status, 403);
      const answer = await trial.send('/v2/agents', { caller, body: '{"model":"gpt-4"}' });
      assert.equal(answer.status, 200, answer.text);
      assert.match(String(answer.headers.ratelimit), /"minute";r=9999;/);
    },
    { needs: ['plan-control'] },
  ),

  clause(
    'I8',
    'asks for plan and limits in one question',
    async (trial) => {
      const store = trial.control('store');
      const caller = await trial.caller();
      await trial.control('plans').write(caller.subject, 'small');
      await trial.send('/v2/plain', { caller });
      const before = await store.questions();
      for (let i = 0; i < 3; i++) await trial.send('/v2/plain', { caller });
      assert.equal((await store.questions()) - before, 3);
    },
    { needs: ['plan-control', 'store-control'], alone: true },
  ),
];
