/** Answers that have no body pass as such, and requests of every method get through. */
import { send } from '../support/client';
import { situation } from '../support/situation';

const s = situation({}, (request, response) => {
  request.resume();
  const status = Number(request.headers['x-status'] ?? 200);
  if (status === 200) response.writeHead(200, { 'content-length': '11', etag: '"a"' });
  else response.writeHead(status, { etag: '"a"' });
  response.end(status === 200 ? '{"ok":true}' : undefined);
});

test('passes the head of an answer to HEAD', async () => {
  const answer = await send(s.port, '/v1/agents', { method: 'HEAD' });

  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({ 'content-length': '11', etag: '"a"' });
  expect(answer.body).toHaveLength(0);
});

test('refuses a HEAD without a body', async () => {
  const answer = await send(s.port, '/nothing', { method: 'HEAD' });

  expect(answer.status).toBe(404);
  expect(answer.body).toHaveLength(0);
});

test.each([204, 304])('passes a %i', async (status) => {
  const answer = await send(s.port, '/v1/agents', { headers: { 'x-status': status } });

  expect(answer.status).toBe(status);
  expect(answer.headers).not.toHaveProperty('transfer-encoding');
  expect(answer.headers.etag).toBe('"a"');
  expect(answer.body).toHaveLength(0);
});

test.each(['PUT', 'PATCH', 'DELETE', 'GET', 'OPTIONS'])('passes %s with a body', async (method) => {
  await send(s.port, '/v1/agents', { method, body: 'body', headers: { 'content-length': 4 } });

  expect(s.backend.last()).toMatchObject({ method, headers: { 'content-length': '4' } });
  expect(s.backend.last().body.toString()).toBe('body');
});

test.each([
  ['POST', '0'],
  ['DELETE', undefined],
])('says of a %s without a body that its length is %s', async (method, length) => {
  await send(s.port, '/v1/agents', { method });

  expect(s.backend.last().method).toBe(method);
  expect(s.backend.last().headers['content-length']).toBe(length);
  expect(s.backend.last().headers).not.toHaveProperty('transfer-encoding');
});
