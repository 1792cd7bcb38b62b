/** Limits on the tokens of models, through the router in front of a real Redis (contract L6). */
import { openStore } from '../../src/router/limits/open-store';
import type { LimitStore } from '../../src/router/limits/store';
import { type Answer, beginEvents, startBackend, type TestBackend } from '../support/backend';
import { openRaw, send, until } from '../support/client';
import { type RedisServer, startRedis } from '../support/redis-server';
import { type RouterUnderTest, startTestRouter } from '../support/router-under-test';

const plans = {
  free: {
    windows: [
      { name: 'minute', requests: 50 },
      { name: 'tokens-minute', tokens: 1_000 },
      { name: 'tokens-day', tokens: 5_000 },
    ],
    onStoreOutage: 'local',
  },
} as const;

let server: RedisServer;
let backend: TestBackend;
let answer: Answer;
const stores: LimitStore[] = [];
const routers: RouterUnderTest[] = [];
let callers = 0;
let headers: Record<string, string>;

async function startReplica(url = server.url): Promise<RouterUnderTest> {
  const limits = openStore({ url, replicasMax: 2 });
  stores.push(limits);
  const router = await startTestRouter(backend.port, { model: { plans }, limits });
  routers.push(router);
  return router;
}

beforeAll(async () => {
  server = await startRedis();
  backend = await startBackend((request, response) => answer(request, response));
  await startReplica();
  await startReplica();
  await until(() => stores.every((store) => store.state() === 'ok'), 'the stores');
});
afterAll(async () => {
  for (const router of routers) await router.close();
  await backend.close();
  await server.stop();
});
beforeEach(() => {
  headers = { authorization: `Bearer good-user-${++callers}` };
});

const used =
  (total_tokens: number): Answer =>
  (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ usage: { total_tokens } }));
  };

const ask = (replica = 0, path = '/v1/agents') =>
  send(routers[replica]?.port ?? 0, path, { headers, body: '{"prompt":"hello"}' });

const metrics = async (replica = 0) =>
  (await send(routers[replica]?.adminPort ?? 0, '/metrics')).body.toString();

/** Asks until what was charged is known. */
async function askUntilRefused(replica: number) {
  for (let tries = 0; tries < 40; tries++) {
    const refusal = await ask(replica);
    if (refusal.status !== 200) return refusal;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('nothing was refused');
}

it('admits while there are tokens, and then none on any replica', async () => {
  answer = used(600);
  const first = await ask();
  expect(first.headers['ratelimit-policy']).toBe(
    '"minute";q=50;w=60, "tokens-minute";q=1000;w=60;qu="tokens", "tokens-day";q=5000;w=86400;qu="tokens"',
  );
  expect(first.headers.ratelimit).toMatch(/"tokens-minute";r=1000;t=60, "tokens-day";r=5000;/);
  expect((await ask()).headers.ratelimit).toMatch(/"tokens-minute";r=400;/);

  for (const replica of [0, 1]) {
    const refusal = await ask(replica);
    expect(refusal.status).toBe(429);
    expect(refusal.json()).toMatchObject({ code: 'limit_exceeded', limit: 'tokens-minute' });
    expect(Number(refusal.headers['retry-after'])).toBeGreaterThan(50);
    expect(refusal.headers.ratelimit).toMatch(/"minute";r=48;.*"tokens-minute";r=0;/);
  }
});

it('reads events as they pass, and charges them at their end', async () => {
  const passed: string[] = [];
  answer = (request, response) => {
    request.resume();
    beginEvents(response);
    response.write(
      'data: {"type":"message_start","message":{"usage":{"input_tokens":900,"output_tokens":1}}}\n\n',
    );
    passed.push('begun');
    setImmediate(() => response.end('data: {"type":"message_delta","usage":{"output_tokens":150}}\n\n'));
  };

  const { body } = await ask();

  expect(body.toString()).toContain('"output_tokens":150');
  expect((await ask(1)).json()).toMatchObject({ limit: 'tokens-minute' });
  expect(await metrics()).toMatch(
    /^agent_gateway_tokens_total\{service="agents",plan="free",source="reported"\} \d+$/m,
  );
});

it('estimates what nobody reports, and tells of it', async () => {
  answer = (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end('x'.repeat(4_400));
  };
  await ask();

  expect((await ask()).json()).toMatchObject({ limit: 'tokens-minute' });
  expect(await metrics()).toContain('agent_gateway_token_estimates_total{service="agents",plan="free"} 1');
});

it('charges a client that goes away for what was reported until then', async () => {
  answer = (request, response) => {
    request.resume();
    beginEvents(response);
    response.write(
      'data: {"type":"message_start","message":{"usage":{"input_tokens":1200,"output_tokens":1}}}\n\n',
    );
  };
  const client = await openRaw(
    routers[0]?.port ?? 0,
    `GET /v1/agents HTTP/1.1\r\nHost: a\r\nAuthorization: ${headers.authorization}\r\n\r\n`,
  );
  await until(() => client.text().includes('message_start'), 'the first event');

  client.socket.destroy();

  answer = used(0);
  expect((await askUntilRefused(1)).json()).toMatchObject({ limit: 'tokens-minute' });
});

it('gives each replica its share of the tokens while Redis is away', async () => {
  const alone = routers.length;
  await startReplica('redis://127.0.0.1:1');
  answer = used(300);
  expect((await ask(alone)).headers.ratelimit).toMatch(/"tokens-minute";r=500;/);
  expect((await ask(alone)).status).toBe(200);

  expect((await ask(alone)).json()).toMatchObject({ limit: 'tokens-minute' });
});

it.each([
  ['zstd', 'identity'],
  ['gzip, deflate, br, zstd', 'gzip, deflate, br'],
  ['zstd;q=1, x-made-up, GZIP;q=0.5, *', 'GZIP;q=0.5'],
  ['identity', 'identity'],
])('asks for answers in codings that it can read: %s', async (accepted, asked) => {
  answer = used(1);
  headers['accept-encoding'] = accepted;
  await ask();

  expect(backend.last().headers['accept-encoding']).toBe(asked);
});

it('does not count for plans without limits on tokens', async () => {
  const router = await startTestRouter(backend.port);
  answer = used(300);
  await send(router.port, '/v1/agents', { headers: { ...headers, 'accept-encoding': 'zstd' } });

  expect(backend.last().headers['accept-encoding']).toBe('zstd');
  expect(router.store.charges).toEqual([]);
  await router.close();
});
