import { send } from '../support/client';
import { situation } from '../support/situation';

const plans = { free: { windows: [{ name: 'minute', requests: 60 }], onStoreOutage: 'local' } } as const;
const s = situation({ model: { plans } });
afterEach(() => {
  s.router.store.result = { windows: [], degraded: false };
});

test('answers 429 with the time to wait and the name of the limit', async () => {
  s.router.store.result = { windows: [], refusedBy: 'minute', retryAfterSeconds: 17, degraded: false };
  const answer = await send(s.port, '/v1/agents', { body: '{}' });

  expect(answer.status).toBe(429);
  expect(answer.headers['retry-after']).toBe('17');
  expect(answer.json()).toMatchObject({
    code: 'limit_exceeded',
    detail: 'the minute limit is reached',
    limit: 'minute',
    retryAfterSeconds: 17,
    error: { type: 'rate_limit_error' },
  });
  expect(s.backend.received).toHaveLength(0);
});

test('tells what is left of the limits', async () => {
  s.router.store.result = {
    windows: [{ name: 'minute', limit: 60, remaining: 59, resetSeconds: 60 }],
    degraded: false,
  };
  const answer = await send(s.port, '/v1/agents');

  expect(answer.headers).toMatchObject({
    'ratelimit-policy': '"minute";q=60;w=60',
    ratelimit: '"minute";r=59;t=60',
  });
});

test('answers 503 when the store is gone and the plan is closed', async () => {
  s.router.store.result = { windows: [], refusedBy: 'store', retryAfterSeconds: 5, degraded: true };
  const answer = await send(s.port, '/v1/agents');

  expect(answer.status).toBe(503);
  expect(answer.headers).toMatchObject({ 'retry-after': '5', 'x-gateway-degraded': 'limits' });
  expect(answer.json()).toMatchObject({ code: 'limits_unavailable' });
});

test('tells of limits that were decided without the store', async () => {
  s.router.store.result = { windows: [], degraded: true };

  expect((await send(s.port, '/v1/agents')).headers['x-gateway-degraded']).toBe('limits');
  const metrics = (await send(s.router.adminPort, '/metrics')).body.toString();
  expect(metrics).toMatch(/agent_gateway_degraded_decisions_total \d/);
  expect(metrics).toContain('agent_gateway_limit_refusals_total{limit="minute",plan="free"} 1');
});

test('gives every slot back once', async () => {
  await Promise.all(Array.from({ length: 20 }, () => send(s.port, '/v1/agents', { body: '{}' })));

  expect(s.router.store.held).toBe(0);
  expect(s.router.store.releases).toBe(s.router.store.taken);
});

test.each([
  ['an unknown path', '/v1/nothing', {}],
  ['no credential', '/v1/agents', { authorization: undefined }],
])('charges nothing for %s', async (_name, path, headers) => {
  const { taken } = s.router.store;
  await send(s.port, path, { headers });

  expect(s.router.store.taken).toBe(taken);
});
