/** Callers whose plan nothing but Redis knows: the router in front of a real one (contract I8, L4, R7). */
import { createHash } from 'node:crypto';
import type { GatewayModel } from '../../src/model/gateway-model';
import { openStore } from '../../src/router/limits/open-store';
import type { LimitStore } from '../../src/router/limits/store';
import { startBackend, type TestBackend } from '../support/backend';
import { send, until } from '../support/client';
import { connectTo, type RedisClient } from '../support/redis-client';
import { type RedisServer, startRedis } from '../support/redis-server';
import { type RouterUnderTest, startTestRouter } from '../support/router-under-test';

const model: Partial<GatewayModel> = {
  planLookup: { keyPrefix: 'agw-plan:' },
  plans: {
    free: { windows: [{ name: 'minute', requests: 1 }], onStoreOutage: 'local' },
    pro: {
      windows: [
        { name: 'minute', requests: 3 },
        { name: 'day', requests: 100 },
      ],
      concurrentRequests: 5,
      onStoreOutage: 'closed',
    },
    picky: {
      windows: [{ name: 'minute', requests: 1 }],
      onStoreOutage: 'local',
      models: ['gpt-4'],
      versions: ['v1'],
    },
    next: { windows: [], onStoreOutage: 'local', versions: ['v2'] },
  },
  versions: { v1: { weightPercent: 0 }, v2: { weightPercent: 0 } },
};
const target = { backend: 'agent', models: [{ pattern: 'gpt*', backend: 'agent' }] };
const service = { versions: { v1: { target, variants: [] }, v2: { target, variants: [] } } };

let server: RedisServer;
let billing: RedisClient;
let limits: LimitStore;
let backend: TestBackend;
let router: RouterUnderTest;
let callers = 0;
let subject: string;

beforeAll(async () => {
  server = await startRedis();
  billing = connectTo(server.port);
  limits = openStore({ url: server.url, replicasMax: 1 });
  await until(() => limits.state() === 'ok', 'the store');
  backend = await startBackend();
  router = await startTestRouter(backend.port, { model, service, limits });
});
afterAll(async () => {
  await router.close();
  await backend.close();
  billing.disconnect();
  await server.stop();
});
beforeEach(() => {
  subject = `user-${++callers}`;
});

/** What the user's billing code does. */
function pay(plan: string): Promise<unknown> {
  return billing.set(`agw-plan:{${createHash('sha256').update(subject).digest('hex')}}`, plan);
}

function ask(named = 'gpt-4', version = 'v1') {
  const headers = { authorization: `Bearer good-${subject}`, 'content-type': 'application/json' };
  return send(router.port, `/${version}/agents`, { headers, body: JSON.stringify({ model: named }) });
}

const metric = async (name: string) => {
  const text = (await send(router.adminPort, '/metrics')).body.toString();
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
};

it('gives a caller the plan that billing has written, from the next request', async () => {
  expect((await ask()).headers['ratelimit-policy']).toBe('"minute";q=1;w=60');
  expect((await ask()).status).toBe(429);

  await pay('pro');

  const answer = await ask();
  expect(answer.status).toBe(200);
  // What was charged under the other plan still counts.
  expect(answer.headers.ratelimit).toMatch(/^"minute";r=1;t=\d+, "day";r=99;t=\d+$/);
  expect(backend.last().headers['x-plan']).toBe('pro');
  expect([(await ask()).status, (await ask()).status]).toEqual([200, 429]);
});

it.each(['gold', 'constructor', '', 'free'])(
  'takes the default plan where billing wrote %j',
  async (plan) => {
    await pay(plan);

    expect((await ask()).headers['ratelimit-policy']).toBe('"minute";q=1;w=60');
    expect(backend.last().headers['x-plan']).toBe('free');
  },
);

it('tells of plans that do not exist, also where something else than a text is stored', async () => {
  const before = await metric('agent_gateway_unknown_plans_total');
  await pay('gold');
  await ask();
  subject += '-list';
  await billing.lpush(`agw-plan:{${createHash('sha256').update(subject).digest('hex')}}`, 'pro');
  await ask();

  expect(await metric('agent_gateway_unknown_plans_total')).toBe(before + 2);
});

it('refuses what the plan that was found does not list, and charges nothing', async () => {
  await pay('picky');

  expect((await ask('gpt-3')).json()).toMatchObject({ status: 403, code: 'model_not_allowed' });
  expect((await ask('gpt-4', 'v2')).json()).toMatchObject({ status: 403, code: 'version_not_allowed' });

  const first = await ask('gpt-4');
  expect(first.status).toBe(200);
  expect(first.headers.ratelimit).toBe('"minute";r=0;t=60');
});

it('asks Redis once for each request, however many plans there are', async () => {
  await ask();
  await billing.config('RESETSTAT');

  await ask();

  const calls = (await billing.info('commandstats')).match(/cmdstat_evalsha:calls=(\d+)/)?.[1];
  expect(calls).toBe('1');
});

it('keeps plan and counters of a caller in one slot', async () => {
  await pay('pro');
  await ask();
  const slot = createHash('sha256').update(subject).digest('hex');

  const keys = await billing.keys(`agw*{${slot}}*`);

  expect(keys.map((key) => key.replace(slot, '')).sort()).toEqual([
    `agw-plan:{}`,
    `agw:{}${subject}:windows`,
  ]);
});

it('does not ask for callers whose plan is named', async () => {
  const named = await startTestRouter(backend.port, {
    model: { ...model, tenants: { acme: { plan: 'picky' } } },
    service,
    limits: openStore({ url: server.url, replicasMax: 1 }),
  });
  await pay('pro');
  const headers = { authorization: `Bearer good-${subject}` };

  await send(named.port, '/v1/agents', { headers });

  expect(backend.last().headers['x-plan']).toBe('picky');
  await named.close();
});

it('decides by the default plan while Redis is away, also about what it lists', async () => {
  const lost = await startTestRouter(backend.port, {
    model: { ...model, defaultPlan: 'picky' },
    service,
    limits: openStore({ url: 'redis://127.0.0.1:1', replicasMax: 1 }),
  });
  const headers = { authorization: `Bearer good-${subject}` };
  const asked = (path: string) => send(lost.port, path, { headers, body: '{"model":"gpt-4"}' });

  expect((await asked('/v2/agents')).json()).toMatchObject({ code: 'version_not_allowed' });
  const answer = await asked('/v1/agents');

  expect(answer.headers).toMatchObject({
    'x-gateway-degraded': 'limits',
    'ratelimit-policy': '"minute";q=1;w=60',
  });
  expect(backend.last().headers['x-plan']).toBe('picky');
  await lost.close();
});
