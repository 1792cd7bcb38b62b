/** WebSocket connections through the router. */
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { openRaw, sendRaw, until } from '../../support/client';
import { TOKEN } from '../../support/router-under-test';
import { situation } from '../../support/situation';

const sockets = new WebSocketServer({ noServer: true });
const s = situation({}, undefined, (request, socket, head) => {
  if (request.url === '/agents/refused') {
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\nserver: x\r\n\r\nno');
    return;
  }
  if (request.url === '/agents/broken') {
    socket.write('HTTP/1.1 403 Forbidden\r\ncontent-length: 100\r\n\r\nhalf');
    setTimeout(() => (socket as Socket).resetAndDestroy(), 20);
    return;
  }
  if (request.url === '/agents/deaf') {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
    socket.resume();
    return;
  }
  sockets.handleUpgrade(request, socket, head, (ws) => {
    ws.on('message', (data, binary) => ws.send(data, { binary }));
    ws.send('welcome');
  });
});
afterAll(() => sockets.close());

function open(path: string, headers: Record<string, string> = { authorization: TOKEN }): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${s.port}${path}`, { headers });
}

function next(ws: WebSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    ws.once('message', (data: Buffer) => resolve(data.toString()));
    ws.once('error', reject);
  });
}

test('ties the two sides together', async () => {
  const ws = open('/v1/agents/live?x=1');
  expect(await next(ws)).toBe('welcome');
  for (const text of ['hello', 'x'.repeat(200_000)]) {
    ws.send(text);
    expect(await next(ws)).toBe(text);
  }

  expect(s.backend.last()).toMatchObject({ url: '/agents/live?x=1', headers: { 'x-user-id': 'ada' } });
  expect(s.router.store.held).toBe(1);
  ws.close(1000);
  await new Promise((resolve) => ws.once('close', resolve));
  await until(() => s.router.store.held === 0, 'the release');
  expect(s.router.log().at(-1)).toMatchObject({ status: 101, service: 'agents', aborted: false });
  expect(s.router.log().at(-1)?.bytesIn).toBeGreaterThan(200_000);
});

test('passes the code with which the backend closes', async () => {
  const ws = open('/v1/agents');
  await next(ws);
  for (const client of sockets.clients) client.close(4001, 'done');

  const code = await new Promise((resolve) => ws.once('close', resolve));
  expect(code).toBe(4001);
});

test.each(['client', 'backend'] as const)('ends when the connection of the %s breaks', async (side) => {
  const ws = open('/v1/agents');
  await next(ws);
  const closed = new Promise((resolve) => ws.once('close', resolve));
  if (side === 'client') ws.terminate();
  else for (const client of sockets.clients) client.terminate();

  await closed;
  await until(() => sockets.clients.size === 0, 'the end of the backend');
  await until(() => s.router.store.held === 0, 'the release');
});

test('gives the slot back when the client ends, though the backend takes no notice', async () => {
  const client = await openRaw(
    s.port,
    'GET /v1/agents/deaf HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  );
  await until(() => client.text().includes('101'), 'the tunnel');
  client.socket.end();

  await until(() => s.router.store.held === 0, 'the release');
});

test('refuses an upgrade without a credential with an ordinary answer', async () => {
  const ws = open('/v1/agents', {});
  const status = await new Promise((resolve) => {
    ws.once('unexpected-response', (_request, answer) => {
      answer.resume();
      resolve([answer.statusCode, answer.headers['content-type'], answer.headers['www-authenticate']]);
    });
    ws.once('error', () => undefined);
  });

  expect(status).toEqual([401, 'application/problem+json', 'Bearer realm="agent-gateway"']);
  ws.terminate();
});

test('passes the answer of a backend that does not upgrade', async () => {
  const answer = await sendRaw(
    s.port,
    'GET /v1/agents/refused HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  );

  expect(answer).toMatch(/^HTTP\/1.1 403 Forbidden\r\n/);
  expect(answer).toMatch(/\r\n\r\nno$/);
  expect(answer).not.toContain('server: x');
  expect(s.router.store.held).toBe(0);
});

test('refuses upgrades to something else', async () => {
  const answer = await sendRaw(
    s.port,
    'GET /v1/agents HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
  );

  expect(answer).toMatch(/^HTTP\/1.1 400 /);
  expect(answer).toMatch(/"code":"upgrade_invalid"/);
});

test('passes what the client sends before the backend agrees', async () => {
  const frame = '\x81\x82\0\0\0\0hi';
  const client = await openRaw(
    s.port,
    `GET /v1/agents HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n${frame}`,
  );

  await until(() => client.text().endsWith('\x81\x02hi'), 'the echo');
  expect(client.text()).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
  client.socket.destroy();
});

test('breaks the answer off that a backend breaks off, and puts nothing behind it', async () => {
  const answer = await sendRaw(
    s.port,
    `GET /v1/agents/broken HTTP/1.1\r\nhost: a\r\nauthorization: ${TOKEN}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
  );

  expect(answer.match(/HTTP\/1.1 /g)).toHaveLength(1);
  expect(answer).toMatch(/^HTTP\/1.1 403 [\s\S]*\r\n\r\nhalf$/);
  const line = () => s.router.log().find(({ path }) => path === '/v1/agents/broken');
  await until(() => line() !== undefined, 'the line of the log');
  expect(line()).toMatchObject({ status: 403, code: 'backend_failed', aborted: true });
});
