/** A client that waits for `100 Continue` learns what becomes of its request before it sends the body. */
import { openRaw, until } from '../support/client';
import { situation } from '../support/situation';

const s = situation({ service: { bodyLimitBytes: 1_000 } });

function head(more: string): string {
  return `POST /v1/agents HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n${more}\r\n`;
}

test('asks for the body of a request that goes on', async () => {
  const client = await openRaw(s.port, head('authorization: Bearer good\r\ncontent-length: 4\r\n'));

  await until(() => client.text() === 'HTTP/1.1 100 Continue\r\n\r\n', '100');
  client.socket.write('body');
  await until(() => client.text().includes('{"ok":true}'), 'the answer');
  expect(s.backend.last().body.toString()).toBe('body');
  expect(s.backend.last().headers).not.toHaveProperty('expect');
  client.socket.destroy();
});

test.each([
  ['without a credential', 'content-length: 4\r\n', 401],
  ['whose body is too large', 'authorization: Bearer good\r\ncontent-length: 1001\r\n', 413],
])('refuses a request %s without asking for its body', async (_name, more, status) => {
  const client = await openRaw(s.port, head(more));

  await until(() => client.text().includes('"code"'), 'the answer');
  expect(client.text()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(client.text()).toMatch(/\r\nconnection: close\r\n/i);
  client.socket.destroy();
});
