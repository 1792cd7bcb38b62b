import { send } from '../support/client';
import { situation } from '../support/situation';

let identity = false;
const s = situation({ identityReady: () => identity });

test('lives', async () => {
  expect(await send(s.router.adminPort, '/healthz')).toMatchObject({ status: 200 });
});

test('is ready once callers can be verified, and says what it waits for', async () => {
  const before = await send(s.router.adminPort, '/readyz');
  expect(before.status).toBe(503);
  expect(before.body.toString()).toBe('not ready: identity\n');

  identity = true;
  expect((await send(s.router.adminPort, '/readyz')).status).toBe(200);
});

test('counts requests by service, version, backend, status class and plan', async () => {
  await send(s.port, '/v1/agents');
  await send(s.port, '/v1/agents', { headers: { authorization: undefined } });
  const metrics = await send(s.router.adminPort, '/metrics');
  const text = metrics.body.toString();

  expect(metrics.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(text).toContain(
    'agent_gateway_requests_total{service="agents",version="v1",variant="none",backend="agent",status_class="2xx",plan="free"} 1\n',
  );
  expect(text).toContain(
    'agent_gateway_requests_total{service="agents",version="none",variant="none",backend="none",status_class="4xx",plan="none"} 1\n',
  );
  expect(text).toContain('agent_gateway_refusals_total{code="credential_missing"} 1\n');
  expect(text).toMatch(/agent_gateway_request_duration_seconds_bucket\{.*le="\+Inf"\} 1\n/);
  expect(text).toContain('agent_gateway_in_flight 0\n');
  expect(text).toContain('agent_gateway_store_up 1\n');
});

test('has nothing else', async () => {
  expect((await send(s.router.adminPort, '/')).status).toBe(404);
  expect((await send(s.router.adminPort, '/metrics', { method: 'POST' })).status).toBe(404);
});
