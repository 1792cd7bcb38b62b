/** Connections to backends are used again, and not when that could mix answers up. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { send } from '../../support/client';
import { type RouterUnderTest, startTestRouter } from '../../support/router-under-test';

let backend: Server;
let router: RouterUnderTest;
let connections = 0;
let answer = '';
const sockets = new Set<Socket>();

beforeAll(async () => {
  backend = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', () => socket.write(answer));
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  router = await startTestRouter((backend.address() as AddressInfo).port);
});
beforeEach(() => {
  connections = 0;
});
afterAll(async () => {
  await router.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => backend.close(resolve));
});

async function connectionsOfThree(text: string): Promise<number> {
  answer = text;
  for (let request = 0; request < 3; request++) {
    const got = await send(router.port, '/v1/agents');
    expect([got.status, got.body.toString()]).toEqual([200, 'a']);
  }
  return connections;
}

test('uses a connection again', async () => {
  expect(await connectionsOfThree('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na')).toBe(1);
  connections = 1;
  expect(
    await connectionsOfThree('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n'),
  ).toBe(1);
});

test.each([
  ['the backend closes', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\na'],
  [
    'the backend says that it closes soon',
    'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 1\r\n\r\na',
  ],
  ['more follows than the answer', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\naHTTP/1.1 200 OK\r\n'],
])('does not use a connection again when %s', async (_name, text) => {
  expect(await connectionsOfThree(text)).toBeGreaterThanOrEqual(2);
});

test('gives a connection up that has grown old, so that new pods are seen', async () => {
  const young = router;
  router = await startTestRouter((backend.address() as AddressInfo).port, { connectionMillisecondsMost: 0 });
  try {
    expect(await connectionsOfThree('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na')).toBe(3);
  } finally {
    await router.close();
    router = young;
  }
});
