import { send, sendRaw } from '../support/client';
import { situation } from '../support/situation';

const s = situation({ service: { methods: ['GET', 'POST'] } });

test.each(['/v1/agents', '/v1/agents/', '/agents', '/v1/agents/a%20b', '/v1/agents//x', '/v1/agents/%2F'])(
  'serves %s',
  async (path) => {
    expect((await send(s.port, path)).status).toBe(200);
  },
);

test.each([
  ['/', 404],
  ['/v1', 404],
  ['/v1/agentsx', 404],
  ['/v1/AGENTS', 404],
  ['/V1/agents', 404],
  ['//v1/agents', 404],
  ['/v1//agents', 404],
  ['/v1%2Fagents', 404],
  ['/v2/agents', 404],
  ['/v1/%61gents', 404],
  ['/v1/x/../agents', 400],
  ['/v1/agents/..', 400],
  ['/v1/agents/../admin', 400],
  ['/v1/agents/%2e%2e/admin', 400],
  ['/v1/agents/..%2Fadmin', 400],
  ['/v1/agents/%252e%252e/admin', 400],
  ['/v1/agents/..;/admin', 400],
  ['/v1/agents/\\..\\admin', 400],
  ['/v1/agents/%00', 400],
  ['/v1/agents/%', 400],
])('answers %s with %i', async (path, status) => {
  const received = s.backend.received.length;

  expect((await send(s.port, path)).status).toBe(status);
  expect(s.backend.received).toHaveLength(received);
});

test('keeps the rest of the path and the query as they are', async () => {
  await send(s.port, '/v1/agents//x%2Fy;z?a=../..&b=%zz');

  expect(s.backend.last().url).toBe('/agents//x%2Fy;z?a=../..&b=%zz');
});

test('refuses a method that the service does not take', async () => {
  const answer = await send(s.port, '/v1/agents', { method: 'DELETE' });

  expect(answer.status).toBe(405);
  expect(answer.headers.allow).toBe('GET, POST');
  expect(answer.json()).toMatchObject({ code: 'method_not_allowed' });
});

test.each([
  ['http://api.example.com/v1/agents/x?y', 200],
  ['HTTP://evil.example:99/v1/agents', 200],
  ['http://api.example.com', 404],
  ['*', 400],
])('answers the target %s with %i', async (target, status) => {
  const answer = await sendRaw(
    s.port,
    `GET ${target} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\nconnection: close\r\n\r\n`,
  );

  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

test('refuses CONNECT', async () => {
  const answer = await sendRaw(s.port, 'CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example:443\r\n\r\n');

  expect(answer).toMatch(/^HTTP\/1.1 405 Method Not Allowed\r\n/);
  expect(answer).toMatch(/\r\nallow: GET/);
});
