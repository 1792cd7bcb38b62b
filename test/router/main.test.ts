/** The bundled program: starts from its environment, serves, and stops on a signal. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { beginEvents, startBackend, type TestBackend } from '../support/backend';
import { openRaw, send, until } from '../support/client';
import {
  buildProgram,
  KEY,
  removeFolder,
  spawnProgram,
  startProgram,
  writeConfiguration,
} from '../support/router-program';
import { modelOf } from '../support/router-under-test';

let file = '';
let folder = '';
let backend: TestBackend;
let environment: Record<string, string>;
let stream: ServerResponse | undefined;

beforeAll(async () => {
  ({ file, folder } = buildProgram());
  backend = await startBackend((request, response) => {
    request.resume();
    if (request.url !== '/agents/stream') {
      response.end('ok');
      return;
    }
    beginEvents(response);
    stream = response;
  });
  environment = writeConfiguration(folder, modelOf(backend.port));
});
afterAll(async () => {
  await backend.close();
  removeFolder(folder);
});

const headers = { authorization: `Bearer ${KEY}` };
const STREAM = `GET /v1/agents/stream HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${KEY}\r\n\r\n`;

test('serves, lets a stream finish after SIGTERM, and ends with 0', async () => {
  const program = await startProgram(file, environment);
  expect((await send(program.adminPort, '/readyz')).status).toBe(200);
  expect((await send(program.port, '/v1/agents', { headers })).status).toBe(200);
  const client = await openRaw(program.port, STREAM);
  await until(() => stream !== undefined, 'the stream');

  program.process.kill('SIGTERM');
  await until(() => program.lines.some((line) => line.event === 'stopping'), 'the signal');
  stream?.write('data: still here\n\n');
  await until(() => client.text().includes('still here'), 'the event');
  stream?.end();

  expect(await program.ended).toBe(0);
  expect(client.text()).toMatch(/\r\n0\r\n\r\n$/);
  expect(program.lines.map((line) => line.event ?? line.status)).toEqual([
    'started',
    200,
    'stopping',
    200,
    'stopped',
  ]);
});

test('ends at once at a second signal', async () => {
  const program = await startProgram(file, environment);
  stream = undefined;
  await openRaw(program.port, STREAM);
  await until(() => stream !== undefined, 'the stream');

  program.process.kill('SIGTERM');
  await until(() => program.lines.some((line) => line.event === 'stopping'), 'the first signal');
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(1);
});

test.each([
  [
    'no document',
    { GATEWAY_DOCUMENT: '' },
    'GATEWAY_DOCUMENT: got "", expected the path of the gateway document',
  ],
  ['a bad port', { PORT: 'http' }, 'PORT: got "http", expected a whole number from 0 to 65535'],
  ['no API keys', { API_KEYS_FILE: '' }, 'API keys are accepted and no file of them is named'],
])('does not start with %s', async (_name, change, message) => {
  const program = spawnProgram(file, { ...environment, ...change });

  expect(await program.ended).toBe(1);
  expect(program.lines).toMatchObject([{ level: 'error', event: 'start_failed', message }]);
});

test('writes nothing besides its log, whatever DEBUG asks for', async () => {
  const storeUrl = 'redis://:secret@127.0.0.1:1';
  const program = spawnProgram(file, { ...environment, STORE_URL: storeUrl, DEBUG: '*' });
  await until(() => program.lines.some((line) => line.event === 'store_error'), 'the first attempt');

  program.process.kill('SIGKILL');
  expect(await program.ended).toBe('SIGKILL');
  expect(program.errors()).toBe('');
});

test('leaves methods of strings where compiled code finds them at once', () => {
  const witness = join(folder, 'witness.cjs');
  writeFileSync(
    witness,
    "process.on('exit', () => process.stderr.write('fast ' + %HasFastProperties(String.prototype)));",
  );
  const options = { env: { ...environment, GATEWAY_DOCUMENT: '' }, encoding: 'utf8' } as const;
  const ended = spawnSync(process.execPath, ['--allow-natives-syntax', '--require', witness, file], options);

  expect(ended.stdout).toContain('start_failed');
  expect(ended.stderr).toBe('fast true');
});
