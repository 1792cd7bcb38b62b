import { send } from '../support/client';
import { situation } from '../support/situation';

const s = situation({}, (request, response) => {
  request.resume();
  response.writeHead(201, {
    connection: 'keep-alive, x-hop',
    'keep-alive': 'timeout=5',
    'x-hop': '1',
    'proxy-authenticate': 'Basic',
    server: 'uvicorn',
    'x-powered-by': 'Express',
    'x-frame-options': 'SAMEORIGIN',
    'x-request-id': 'the-backends-own',
    'x-api-version': 'v9',
    ratelimit: 'the backend',
    'x-accel-redirect': '/internal',
    'x-accel-limit-rate': '1',
    'x-accel-buffering': 'no',
    'set-cookie': ['a=1', 'b=2'],
    'X-Agent': 'kept',
  });
  response.end('x');
});

test("passes the backend's headers without those of its connection and those that are the gateway's", async () => {
  const answer = await send(s.port, '/v1/agents');

  expect(answer.status).toBe(201);
  expect(answer.rawHeaders).toContain('X-Agent');
  expect(answer.headers).toMatchObject({
    'set-cookie': ['a=1', 'b=2'],
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'x-api-version': 'v1',
    'x-accel-buffering': 'no',
  });
  const orders = ['x-accel-redirect', 'x-accel-limit-rate'];
  for (const name of ['x-hop', 'proxy-authenticate', 'server', 'x-powered-by', 'ratelimit', ...orders]) {
    expect(answer.headers).not.toHaveProperty(name);
  }
  expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('sets security headers on refusals', async () => {
  const answer = await send(s.port, '/nothing');

  expect(answer.headers).toMatchObject({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' });
});

test("says the time once: the backend's, or its own", async () => {
  const dates = ({ rawHeaders }: { readonly rawHeaders: readonly string[] }) =>
    rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'date');

  expect(dates(await send(s.port, '/v1/agents'))).toHaveLength(1);
  expect(dates(await send(s.port, '/nothing'))).toEqual([expect.stringMatching(/GMT$/)]);
});
