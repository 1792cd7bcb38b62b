/** Answers that arrive at the same time, in pieces that have to wait: each client gets its own bytes. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { openRaw, until } from '../../support/client';
import { type RouterUnderTest, startTestRouter, TOKEN } from '../../support/router-under-test';
import { certificate, type SecretFolder, secretFolder } from '../../support/secret-folder';

const NAMES = ['a', 'b', 'c', 'd'];
/** More than the buffers of two loopback connections can hold (Linux: up to 6 MiB to receive and 4 MiB to send). */
const BYTES = 24 * 1_048_576;
let secrets: SecretFolder;
let backend: Server;
let router: RouterUnderTest;

beforeAll(() => {
  secrets = secretFolder();
  secrets.put('ca', { 'ca.crt': certificate('ca.crt') });
});
afterEach(async () => {
  await router.close();
  await new Promise((resolve) => backend.close(resolve));
});
afterAll(() => secrets.remove());

function serve(socket: Socket): void {
  socket.once('data', (request) => void answer(socket, /agents\/(\w)/.exec(request.toString())?.[1] ?? ''));
}

/** Half of a head, and the rest when half of every other has gone out too. */
async function answer(socket: Socket, name: string): Promise<void> {
  socket.write(`HTTP/1.1 200 OK\r\nx-name: half-${name}`);
  await sleep(200);
  socket.end(`-whole\r\ncontent-length: ${BYTES}\r\n\r\n${name.repeat(BYTES)}`);
}

test.each([
  ['plain', () => createServer(serve), {}],
  [
    'TLS',
    () => createTlsServer({ cert: certificate('server.crt'), key: certificate('server.key') }, serve),
    { tls: { serverName: 'backend.test', caSecret: { name: 'ca', key: 'ca.crt' } } },
  ],
])(
  'are not mixed up: %s',
  async (_how, create, more) => {
    backend = create();
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const { port } = backend.address() as AddressInfo;
    const model = { backends: { agent: { host: '127.0.0.1', port, ...more } } };
    router = await startTestRouter(port, { model, secrets: secrets.open() });
    const head = `HTTP/1.1\r\nhost: x\r\nauthorization: ${TOKEN}\r\nconnection: close\r\n\r\n`;
    const clients = await Promise.all(
      NAMES.map((name) => openRaw(router.port, `GET /v1/agents/${name} ${head}`)),
    );
    for (const { socket } of clients) socket.pause();
    await sleep(1_000);
    for (const { socket } of clients) socket.resume();
    await until(() => clients.every(({ socket }) => socket.closed), 'all answers');

    clients.forEach((client, i) => {
      const name = NAMES[i] as string;
      const [said = '', body] = client.text().split('\r\n\r\n');
      expect(said).toContain(`x-name: half-${name}-whole\r\n`);
      expect(body === name.repeat(BYTES)).toBe(true);
    });
  },
  20_000,
);
