import { headerText } from '../../../src/router/proxy/request-headers';
import { send, sendRaw } from '../../support/client';
import { situation } from '../../support/situation';

const s = situation();

test.each([
  'X-User-Id',
  'x-user-id',
  'X_User_Id',
  'X.User.Id',
  'X-User_Id',
  'x_org_id',
  'X-Plan',
  'X.Plan',
  'X_Api_Version',
  'X-Variant',
])('drops the identity header %s of a client', async (name) => {
  await send(s.port, '/v1/agents', { headers: { [name]: 'mallory' } });

  expect(JSON.stringify(s.backend.last().rawHeaders)).not.toContain('mallory');
  expect(s.backend.last().headers).toMatchObject({
    'x-user-id': 'ada',
    'x-org-id': 'acme',
    'x-plan': 'free',
  });
});

test('drops a spoofed header that Connection names, and sets its own', async () => {
  await send(s.port, '/v1/agents', {
    headers: {
      connection: 'X-User-Id, X-Private, close',
      'x-user-id': 'mallory',
      'x-private': '1',
      'x-public': '1',
    },
  });

  expect(s.backend.last().headers).toMatchObject({ 'x-user-id': 'ada', 'x-public': '1' });
  expect(s.backend.last().headers).not.toHaveProperty('x-private');
});

test('drops what is about the connection', async () => {
  const headers = {
    'keep-alive': 'timeout=9',
    te: 'trailers',
    'proxy-authorization': 'Basic eA==',
    'proxy-connection': 'keep-alive',
    'http2-settings': 'AAMAAABkAAQAAP__',
  };
  await send(s.port, '/v1/agents', { headers });

  for (const name of Object.keys(headers)) expect(s.backend.last().headers).not.toHaveProperty(name);
});

test('passes other headers as they were written', async () => {
  await send(s.port, '/v1/agents', { headers: { 'X-CuStOm': 'a', Accept: 'text/plain', Cookie: 'c=1' } });

  expect(s.backend.last().rawHeaders.join(' ')).toContain('X-CuStOm a Accept text/plain Cookie c=1');
});

test('replaces the X-Forwarded headers of a client that nobody vouches for', async () => {
  await send(s.port, '/v1/agents', {
    headers: {
      host: 'api.example.com',
      forwarded: 'for=1.2.3.4',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-port': '1',
      'x-real-ip': '1.2.3.4',
      x_forwarded_for: '1.2.3.4',
      'x-forwarded-prefix': '/evil',
    },
  });

  const { headers } = s.backend.last();
  expect(headers).toMatchObject({
    host: `127.0.0.1:${s.backend.port}`,
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'api.example.com',
    'x-forwarded-prefix': '/v1',
  });
  expect(JSON.stringify(headers)).not.toMatch(/1\.2\.3\.4|evil|forwarded-port|real-ip/);
});

test('keeps the first Authorization and no second one', async () => {
  await sendRaw(
    s.port,
    'GET /v1/agents HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\nauthorization: Bearer evil\r\nconnection: close\r\n\r\n',
  );

  expect(s.backend.last().rawHeaders.join(' ')).not.toContain('evil');
  expect(s.backend.last().headers.authorization).toBe('Bearer good');
});

test.each([
  ['in X-API-Key', { 'x-api-key': 'k-good', authorization: undefined }],
  ['as a Bearer', { authorization: 'Bearer k-good' }],
])('keeps an API key %s to itself', async (_name, headers) => {
  await send(s.port, '/v1/agents', { headers });

  expect(s.backend.last().headers).toMatchObject({ 'x-user-id': 'robot' });
  expect(JSON.stringify(s.backend.last().rawHeaders)).not.toContain('k-good');
  expect(s.backend.last().headers).not.toHaveProperty('x-org-id');
});

test('passes a sane request id and a valid traceparent', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const answer = await send(s.port, '/v1/agents', { headers: { 'x-request-id': 'abcdef-123', traceparent } });

  expect(answer.headers['x-request-id']).toBe('abcdef-123');
  expect(s.backend.last().headers).toMatchObject({ 'x-request-id': 'abcdef-123', traceparent });
});

test('replaces a request id and a traceparent that are not', async () => {
  const traceparent = '00-00000000000000000000000000000000-00f067aa0ba902b7-01';
  const answer = await send(s.port, '/v1/agents', { headers: { 'x-request-id': '<script>', traceparent } });

  expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(s.backend.last().headers['x-request-id']).toBe(answer.headers['x-request-id']);
  expect(s.backend.last().headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  expect(s.backend.last().headers.traceparent).not.toBe(traceparent);
});

test.each([
  ['ada', 'ada'],
  ['auth0|1:a@b.example', 'auth0|1:a@b.example'],
  ['jürgen', 'j%C3%BCrgen'],
  ['j%C3%BCrgen', 'j%25C3%25BCrgen'],
  ['a\r\nx-plan: pro', 'a%0D%0Ax-plan:%20pro'],
  ['\u{1f600}', '%F0%9F%98%80'],
])('writes the claim %j as %s', (claim, text) => {
  expect(headerText(claim)).toBe(text);
});
