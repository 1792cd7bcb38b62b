/** What the client sees of backends that fail before, in and after the head of their answer. */

import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { send, sendRaw, until } from '../../support/client';
import { type RouterUnderTest, startTestRouter } from '../../support/router-under-test';

let backend: Server;
let router: RouterUnderTest;
let answer = '';
/** What the backend does to the connection once it has answered. */
let ending: 'reset' | 'end' = 'reset';

beforeAll(async () => {
  backend = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      socket.write(answer, () => (ending === 'reset' ? socket.resetAndDestroy() : socket.end()));
    });
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  router = await startTestRouter((backend.address() as AddressInfo).port);
});
afterAll(async () => {
  await router.close();
  await new Promise((resolve) => backend.close(resolve));
});

test.each([
  ['nothing at all', ''],
  ['half a head', 'HTTP/1.1 200 OK\r\ncontent-le'],
  ['what is not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
  [
    'a switch of protocols that nobody asked for',
    'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
  ],
])('answers 502 for a backend that sends %s', async (_name, text) => {
  answer = text;
  ending = 'end';
  const got = await send(router.port, '/v1/agents');

  expect(got.status).toBe(502);
  expect(got.json()).toMatchObject({ code: 'backend_failed' });
  expect(got.body.toString()).not.toMatch(/ECONN|socket|Parse|HPE|127\.0\.0\.1/);
});

test('breaks an answer that is shorter than it said', async () => {
  answer = 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf';
  ending = 'end';

  await expect(send(router.port, '/v1/agents')).rejects.toThrow('aborted');
});

test('breaks a chunked answer without its last chunk', async () => {
  answer = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n';
  ending = 'reset';

  await expect(send(router.port, '/v1/agents')).rejects.toThrow('aborted');
});

test('passes an answer that ends with its connection', async () => {
  answer = 'HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\nwhole';
  ending = 'end';
  const got = await send(router.port, '/v1/agents');

  expect(got.body.toString()).toBe('whole');
});

test('resets the connection of an HTTP/1.0 client, who would take its end for the end of the answer', async () => {
  answer = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n';
  ending = 'end';
  await sendRaw(router.port, 'GET /v1/agents HTTP/1.0\r\nauthorization: Bearer good\r\n\r\n');

  await until(() => router.log().at(-1)?.aborted === true, 'the break');
  expect(router.log().at(-1)).toMatchObject({ code: 'backend_failed' });
});
