import { send } from '../support/client';
import { situation } from '../support/situation';

const s = situation();

test('writes one line for a request, with all that is known of it', async () => {
  await send(s.port, '/v1/agents/chat?q=private', { body: '{"p":"private"}' });

  const line = s.router.log().at(-1);
  expect(line).toMatchObject({
    level: 'info',
    method: 'POST',
    path: '/v1/agents/chat',
    status: 200,
    service: 'agents',
    version: 'v1',
    backend: 'agent',
    plan: 'free',
    tenant: 'acme',
    bytesIn: 15,
    bytesOut: 11,
    aborted: false,
  });
  expect(line?.requestId).toBe(s.backend.last().headers['x-request-id']);
  expect(line).not.toHaveProperty('limit');
  expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test('never writes a credential, a body or a query', async () => {
  await send(s.port, '/v1/agents?q=private', { body: 'private' });
  await send(s.port, '/v1/agents?q=private', { headers: { authorization: 'Bearer private' } });
  await send(s.port, '/v1/agents', { headers: { authorization: undefined, 'x-api-key': 'private' } });

  expect(JSON.stringify(s.router.log())).not.toMatch(/private|Bearer/);
});

test('names the limit that refused a request, and that the store was not asked', async () => {
  s.router.store.result = { windows: [], refusedBy: 'minute', retryAfterSeconds: 3, degraded: true };
  await send(s.port, '/v1/agents');

  expect(s.router.log().at(-1)).toMatchObject({
    code: 'limit_exceeded',
    limit: 'minute',
    degraded: true,
    caller: 'ada',
  });
});
