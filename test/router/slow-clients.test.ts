/**
 * Clients that are slow on purpose, at the bundled router with its own waits, on timers that run a hundred times as fast:
 * the file that is loaded before the program shortens waits of two seconds and more.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceModel } from '../../src/model/gateway-model';
import { startBackend, type TestBackend } from '../support/backend';
import { openRaw, send, until } from '../support/client';
import {
  buildProgram,
  KEY,
  type RouterProgram,
  removeFolder,
  startProgram,
  writeConfiguration,
} from '../support/router-program';
import { modelOf } from '../support/router-under-test';

const FAST = `
const { setTimeout: later } = globalThis;
globalThis.setTimeout = (run, wait, ...rest) => later(run, wait >= 2_000 ? wait / 100 : wait, ...rest);
`;

let program: ReturnType<typeof buildProgram>;
let backend: TestBackend;
let router: RouterProgram;

beforeAll(async () => {
  program = buildProgram();
  backend = await startBackend((request, response) => {
    request.resume();
    request.on('end', () => {
      if (request.url === '/agents/endless') {
        const more = () => void (response.destroyed || response.write(Buffer.alloc(65_536)));
        response.on('drain', more);
        more();
      } else response.end('{"ok":true}');
    });
  });
  const preload = join(program.folder, 'fast.cjs');
  writeFileSync(preload, FAST);
  const target = { backend: 'agent', models: [{ pattern: 'gpt*', backend: 'agent' }] };
  // A hundredth of it is still long enough for a machine that is busy.
  const timeouts = { connectSeconds: 100, firstByteSeconds: 1_000, idleSeconds: 1_000 };
  const service = { ...(modelOf(backend.port).services.agents as ServiceModel), timeouts };
  const reading = { ...service, path: '/reading', versions: { v1: { target, variants: [] } } };
  const model = modelOf(backend.port, { model: { services: { agents: service, reading } } });
  router = await startProgram(program.file, {
    ...writeConfiguration(program.folder, model),
    NODE_OPTIONS: `--require=${preload}`,
  });
});
afterAll(async () => {
  router.process.kill('SIGKILL');
  await router.ended;
  await backend.close();
  removeFolder(program.folder);
});

const head = (path: string, more: string) =>
  `POST ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${KEY}\r\n${more}`;

test.each([
  ['sends nothing', ''],
  ['sends half a head', 'POST /v1/agents HTTP/1.1\r\nhost: a\r\n'],
])('closes the connection of a client that %s', async (_name, text) => {
  const client = await openRaw(router.port, text);
  await until(() => client.socket.closed, 'the end of the connection');

  expect(client.text()).toMatch(/^(HTTP\/1.1 408 [\s\S]*"code":"request_timeout"[\s\S]*)?$/);
});

test('gives a head up that comes byte by byte, however steadily', async () => {
  const client = await openRaw(router.port, head('/v1/agents', 'x: '));
  const drip = setInterval(() => client.socket.write('y'), 20);
  await until(() => client.socket.closed, 'the end of the connection');
  clearInterval(drip);

  expect(client.text()).toMatch(/^HTTP\/1.1 408 /);
});

test.each([
  ['/v1/reading', 'where the model must be read'],
  ['/v1/agents', 'where it goes on as it comes'],
])('answers 408 at %s to a body that stands still, %s', async (path) => {
  const before = backend.received.length;
  const client = await openRaw(router.port, head(path, 'content-length: 50000\r\n\r\n{"model":"gpt'));
  await until(() => client.socket.closed, 'the end of the connection');

  expect(client.text()).toMatch(/^HTTP\/1.1 408 [\s\S]*"code":"request_timeout"/);
  // No backend takes half a body for a whole one.
  expect(backend.received).toHaveLength(before);
  await until(
    () => router.lines.some(({ path: seen, status }) => seen === path && status === 408),
    'the log',
  );
});

test('cuts a client off that takes nothing of an answer, and the backend with it', async () => {
  const client = await openRaw(router.port, head('/v1/agents/endless', 'content-length: 2\r\n\r\n{}'));
  await until(() => client.text().includes('200'), 'the answer');
  client.socket.pause();
  await until(
    () => router.lines.some(({ path, aborted }) => path === '/v1/agents/endless' && aborted === true),
    'the cut',
  );
  client.socket.destroy();

  expect(
    (await send(router.port, '/v1/agents', { headers: { authorization: `Bearer ${KEY}` } })).status,
  ).toBe(200);
});

test('closes a connection whose client has its answer and never sends the rest of its body', async () => {
  const client = await openRaw(
    router.port,
    'POST /v1/agents HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf',
  );
  await until(() => client.socket.closed, 'the end of the connection');

  expect(client.text()).toMatch(/^HTTP\/1.1 401 /);
  expect(client.text().match(/HTTP\/1.1 \d/g)).toHaveLength(1);
});
