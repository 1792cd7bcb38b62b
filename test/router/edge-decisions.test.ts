/** What an edge is told that asks for leave, as Traefik's ForwardAuth does. */
import { send, sendRaw } from '../support/client';
import { TOKEN } from '../support/router-under-test';
import { situation } from '../support/situation';

const s = situation({
  decisions: true,
  service: { methods: ['GET', 'POST', 'HEAD'] },
  model: { edgeDuties: ['cors', 'security-headers', 'forwarded-headers'] },
});

beforeEach(() => {
  s.router.store.result = { windows: [], degraded: false };
});

const ask = (uri: string, headers: Record<string, string | undefined> = {}, method = 'GET') =>
  send(s.router.decisionPort, '/agents', { method, headers: { 'x-forwarded-uri': uri, ...headers } });

test('lets a request through, with what the backend is to learn', async () => {
  const answer = await ask('/v1/agents/chat?x=y', {
    authorization: TOKEN,
    'x-request-id': 'sane-id_1.2',
    'x-user-id': 'spoofed',
  });

  expect(answer.status).toBe(204);
  expect(answer.headers).toMatchObject({
    authorization: TOKEN,
    'x-request-id': 'sane-id_1.2',
    'x-user-id': 'ada',
    'x-org-id': 'acme',
    'x-plan': 'free',
    'x-api-version': 'v1',
    traceparent: expect.stringMatching(/^00-/),
  });
  expect(s.backend.received).toEqual([]);
});

test('keeps an API key to itself, whether it is a Bearer or not', async () => {
  for (const headers of [
    { authorization: 'Bearer k-good' },
    { authorization: undefined, 'x-api-key': 'k-good' },
  ]) {
    const answer = await ask('/v1/agents', headers);
    expect(answer.status).toBe(204);
    expect(answer.headers['x-user-id']).toBe('robot');
    expect(answer.headers).not.toHaveProperty('authorization');
    expect(answer.headers).not.toHaveProperty('x-api-key');
  }
});

test.each([
  ['a request without a credential', '/v1/agents', { authorization: undefined }, 401, 'credential_missing'],
  ['a path that nobody serves', '/v1/nothing', {}, 404, 'route_not_found'],
  ['a path that climbs', '/v1/agents/..%2Fother', {}, 400, 'path_invalid'],
  ['an edge that does not say which path', '', {}, 400, 'path_invalid'],
])('refuses %s, with a problem', async (_, uri, headers, status, code) => {
  const answer = await ask(uri, headers);

  expect([answer.status, answer.json().code]).toEqual([status, code]);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.headers['x-request-id']).toBe(answer.json().requestId);
});

test('asks for the method that the client used', async () => {
  const answer = await ask('/v1/agents', {}, 'DELETE');

  expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, POST, HEAD']);
  expect((await ask('/v1/agents', {}, 'HEAD')).status).toBe(204);
});

test('refuses what the limits refuse, and says which', async () => {
  s.router.store.result = { windows: [], degraded: false, refusedBy: 'minute', retryAfterSeconds: 7 };

  const answer = await ask('/v1/agents');

  expect(answer.status).toBe(429);
  expect(answer.headers['retry-after']).toBe('7');
  expect(answer.json().limit).toBe('minute');
});

test('gives no leave for one service that an edge could use for another', async () => {
  const answer = await send(s.router.decisionPort, '/others', {
    headers: { 'x-forwarded-uri': '/v1/agents' },
  });

  expect([answer.status, answer.json().code]).toEqual([404, 'route_not_found']);
  expect(s.router.store.held).toBe(0);
});

test('does not wait for a body that the edge keeps, nor tell it to go on', async () => {
  const text = await sendRaw(
    s.router.decisionPort,
    `POST /agents HTTP/1.1\r\nhost: a\r\nauthorization: ${TOKEN}\r\nx-forwarded-uri: /v1/agents\r\n` +
      'expect: 100-continue\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
  );

  expect(text).toMatch(/^HTTP\/1\.1 204 /);
});

test('holds no slot once it has answered, and says in the log that it was a decision', async () => {
  await ask('/v1/agents');

  expect(s.router.store.held).toBe(0);
  expect(
    s.router
      .log()
      .filter(({ decision }) => decision === true)
      .at(-1),
  ).toMatchObject({
    path: '/v1/agents',
    service: 'agents',
    status: 204,
  });
});

test('answers nobody about the backend at the port of clients', async () => {
  const answer = await send(s.port, '/agents', { headers: { 'x-forwarded-uri': '/v1/agents' } });

  expect(answer.headers).not.toHaveProperty('x-user-id');
  expect(s.backend.received.at(-1)?.url).toBe('/agents');
});
