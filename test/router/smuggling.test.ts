/** Requests that two servers could read in two ways are not read at all. */
import { send, sendRaw, until } from '../support/client';
import { situation } from '../support/situation';

const s = situation();
const HEAD = 'POST /v1/agents HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\n';

test.each([
  ['a length and chunks', `${HEAD}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['two lengths', `${HEAD}content-length: 4\r\ncontent-length: 5\r\n\r\nbody!`],
  ['a length that is no number', `${HEAD}content-length: +4\r\n\r\nbody`],
  ['a chunk size that is no number', `${HEAD}transfer-encoding: chunked\r\n\r\n0x4\r\nbody\r\n0\r\n\r\n`],
  ['an encoding after chunked', `${HEAD}transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n`],
  [
    'an encoding before chunked',
    `${HEAD}transfer-encoding: gzip, chunked\r\nconnection: close\r\n\r\n0\r\n\r\n`,
  ],
  [
    'two encodings',
    `${HEAD}transfer-encoding: identity\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\n`,
  ],
  ['space before the colon', `${HEAD}content-length : 4\r\n\r\nbody`],
  ['a folded header', `${HEAD}x-a: b\r\n c\r\n\r\n`],
  ['a header without a name', `${HEAD}: c\r\n\r\n`],
  ['a bare line feed in a header', `${HEAD}x-a: b\nx-user-id: root\r\n\r\n`],
  ['a null byte in a header', `${HEAD}x-a: b\0c\r\n\r\n`],
  ['no host', 'GET /v1/agents HTTP/1.1\r\nauthorization: Bearer good\r\nconnection: close\r\n\r\n'],
  [
    'two hosts',
    `GET /v1/agents HTTP/1.1\r\nhost: a\r\nhost: b\r\nauthorization: Bearer good\r\nconnection: close\r\n\r\n`,
  ],
  ['no HTTP', 'hello\r\n\r\n'],
])('refuses %s', async (_name, text) => {
  const answer = await sendRaw(s.port, text);

  expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
  expect(answer).not.toMatch(/HPE_|Parse Error|node:/);
  expect(s.backend.received).toHaveLength(0);
});

test.each([
  ['what is no HTTP', 'hello\r\n\r\n', 'request_invalid', '4xx'],
  ['headers that are too large', `${HEAD}x-a: ${'b'.repeat(40_000)}\r\n\r\n`, 'headers_too_large', '4xx'],
  ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nhost: a\r\n\r\n', 'method_not_allowed', '4xx'],
])('tells log and metrics of %s, with security headers on the answer', async (_name, text, code, status) => {
  const answer = await sendRaw(s.port, text);
  const [, requestId] = /\r\nx-request-id: (\S+)\r\n/.exec(answer) ?? [];
  const metrics = (await send(s.router.adminPort, '/metrics')).body.toString();

  expect(answer).toMatch(/\r\nx-content-type-options: nosniff\r\nx-frame-options: DENY\r\n/);
  expect(s.router.log()).toContainEqual(
    expect.objectContaining({ requestId, code, cause: expect.any(String) }),
  );
  expect(metrics).toMatch(new RegExp(`^agent_gateway_refusals_total\\{code="${code}"\\} \\d+$`, 'm'));
  expect(metrics).toMatch(
    new RegExp(
      `^agent_gateway_requests_total\\{service="none",.*status_class="${status}",plan="none"\\} \\d+$`,
      'm',
    ),
  );
});

test('has one line in the log for a request whose body breaks, under the id of its answer', async () => {
  const text = `${HEAD}x-request-id: broken-body\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n`;
  const answer = await sendRaw(s.port, text);
  const lines = () => s.router.log().filter(({ requestId }) => requestId === 'broken-body');
  await until(() => lines().length > 0, 'the line');

  expect(answer).toMatch(/\r\nx-request-id: broken-body\r\n/);
  expect(lines()).toEqual([expect.objectContaining({ status: 400, code: 'request_invalid', aborted: true })]);
});

test('answers 431 to headers that are too large', async () => {
  const answer = await sendRaw(s.port, `${HEAD}x-a: ${'b'.repeat(40_000)}\r\n\r\n`);

  expect(answer).toMatch(/^HTTP\/1.1 431 /);
  expect(answer).toMatch(/"code":"headers_too_large"/);
});
