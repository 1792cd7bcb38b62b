import { send } from '../support/client';
import { situation } from '../support/situation';

const s = situation();

test('refuses a request without a credential', async () => {
  const answer = await send(s.port, '/v1/agents', { headers: { authorization: undefined } });

  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toBe('Bearer realm="agent-gateway"');
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.json()).toMatchObject({
    type: 'about:blank',
    status: 401,
    code: 'credential_missing',
    requestId: answer.headers['x-request-id'],
    error: { type: 'authentication_error', code: 'credential_missing' },
  });
  expect(s.backend.received).toHaveLength(0);
});

test('refuses a credential that is not valid, and does not say why', async () => {
  const answer = await send(s.port, '/v1/agents', { headers: { authorization: 'Bearer bad' } });

  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toBe('Bearer realm="agent-gateway", error="invalid_token"');
  expect(answer.json()).toMatchObject({ code: 'invalid_token' });
  expect(answer.body.toString()).not.toContain('not good');
  expect(s.router.log().at(-1)).toMatchObject({ code: 'invalid_token', cause: 'not good', level: 'info' });
});

test('answers a path that nobody serves before it asks for a credential', async () => {
  const answer = await send(s.port, '/v1/nothing', { headers: { authorization: undefined } });

  expect(answer.status).toBe(404);
});

test('keeps the connection for the next try', async () => {
  const answer = await send(s.port, '/v1/agents', {
    headers: { authorization: undefined, connection: 'keep-alive' },
    body: '{}',
  });

  expect(answer.status).toBe(401);
  expect(answer.headers.connection).toBe('keep-alive');
});
