/**
 * What callers notice while a router itself, its clock or the issuer of tokens fails, under load. Each test names what may
 * be lost: streams of a router that is killed, and nothing else.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Redis from 'ioredis';
import { openRaw, send, until } from '../support/client';
import { LAST_EVENT, LOAD_KEY, type Scene, STREAM_KEY, startScene } from '../support/fault-scene';
import { expectFault } from '../support/faults';
import { AUDIENCE, type IdentityProvider, ISSUER, startIdentityProvider } from '../support/identity-provider';
import { type Load, startLoad } from '../support/load';
import { buildProgram, type RouterProgram, removeFolder } from '../support/router-program';

let program: ReturnType<typeof buildProgram>;
let scene: Scene | undefined;
let load: Load | undefined;
let issuer: IdentityProvider | undefined;

beforeAll(async () => {
  program = buildProgram();
});
afterEach(async () => {
  await load?.stop();
  await scene?.close();
  await issuer?.close();
  load = scene = issuer = undefined;
});
afterAll(() => removeFolder(program.folder));

const LOAD = { path: '/v1/agents', headers: () => ({ 'x-api-key': LOAD_KEY }), end: '{"ok":true}' };

async function start(options: Partial<Parameters<typeof startScene>[0]>): Promise<Scene> {
  scene = await startScene({ program: program.file, folder: program.folder, ...options });
  return scene;
}

/** Opens streams on one router, and waits until each has its head. */
async function openStreams(at: Scene, { port }: RouterProgram, streams: number) {
  const before = at.held.length;
  const opened = await Promise.all(
    Array.from({ length: streams }, () =>
      openRaw(port, `GET /v1/agents/stream HTTP/1.1\r\nhost: a\r\nx-api-key: ${STREAM_KEY}\r\n\r\n`),
    ),
  );
  await until(() => opened.every(({ text }) => text().includes('text/event-stream')), 'the streams');
  return { opened, held: at.held.slice(before) };
}

test('one of two routers told to stop with streams open: none is cut, and no request is lost', async () => {
  const at = await start({ routers: 2, environment: { DRAIN_SECONDS: '1', GRACE_SECONDS: '20' } });
  const [leaving] = at.routers as [RouterProgram];
  load = startLoad({ ...LOAD, ports: () => at.ready });
  const { opened, held } = await openStreams(at, leaving, 20);
  expect(Object.keys(await load.next(30))).toEqual(['200']);

  leaving.process.kill('SIGTERM');
  // The edge asks for readiness, and sends requests there until it knows.
  await until(() => leaving.lines.some(({ event }) => event === 'stopping'), 'the signal');
  expect((await send(leaving.adminPort, '/readyz')).status).toBe(503);
  const during = await load.next(30);
  at.ready.splice(at.ready.indexOf(leaving.port), 1);
  for (const stream of held) stream.end(LAST_EVENT);
  expect(await leaving.ended).toBe(0);

  expect(Object.keys(during)).toEqual(['200']);
  expect(Object.keys(await load.next(30))).toEqual(['200']);
  expect(opened.filter(({ text }) => !text().endsWith(`${LAST_EVENT}\r\n0\r\n\r\n`))).toEqual([]);
});

test('one of three routers killed with leases held: they count until they expire, and others lose nothing', async () => {
  const concurrentRequests = 20;
  const at = await start({ routers: 3, plan: { windows: [], concurrentRequests, onStoreOutage: 'closed' } });
  const [victim, other] = at.routers as [RouterProgram, RouterProgram];
  const { opened } = await openStreams(at, victim, concurrentRequests);
  at.ready.splice(at.ready.indexOf(victim.port), 1);
  load = startLoad({ ...LOAD, ports: () => at.ready });
  await load.next(30);

  victim.process.kill('SIGKILL');
  await victim.ended;
  await until(() => opened.every(({ socket }) => socket.closed), 'the end of its streams');
  expect(opened.filter(({ text }) => text().includes('\r\n0\r\n\r\n'))).toEqual([]);

  const again = () =>
    send(other.port, '/v1/agents', { headers: { 'x-api-key': STREAM_KEY, authorization: undefined } });
  expect((await again()).json()).toMatchObject({ code: 'limit_exceeded', limit: 'concurrency' });
  await passLeaseTime(at);
  expect((await again()).status).toBe(200);
  expect(Object.keys(await load.next(60))).toEqual(['200']);
});

/** Lets 31 seconds pass for every lease: longer than one lives without its router. */
async function passLeaseTime({ redis }: Scene): Promise<void> {
  const client = new Redis(redis.port, '127.0.0.1');
  for (const key of await client.keys('agw:*:concurrency')) {
    for (const lease of await client.zrange(key, 0, '-1')) await client.zincrby(key, -31_000, lease);
  }
  client.disconnect();
}

test('the clock of a router set back by a day: no request is lost, and no stream is cut', async () => {
  const preload = join(program.folder, 'clock.cjs');
  writeFileSync(
    preload,
    `const now = Date.now; process.on('SIGUSR2', () => { Date.now = () => now() - 86_400_000; });`,
  );
  const at = await start({ environment: { NODE_OPTIONS: `--require=${preload}` } });
  const [router] = at.routers as [RouterProgram];
  const { opened, held } = await openStreams(at, router, 5);
  const yesterday = () => router.lines.some(({ time }) => Date.parse(`${time}`) < Date.now() - 80_000_000);

  await expectFault(
    at,
    {
      name: 'clock',
      strike: async () => router.process.kill('SIGUSR2'),
      mend: () => until(yesterday, 'a line of the log with the other time'),
      allowed: ['200'],
    },
    LOAD,
  );
  for (const stream of held) stream.end(LAST_EVENT);
  await until(() => opened.every(({ text }) => text().endsWith('0\r\n\r\n')), 'the end of the streams');
});

test('an issuer gone: callers whose keys are known notice nothing, with new tokens too', async () => {
  const provider = await startIdentityProvider();
  issuer = provider;
  const { url: jwksUrl } = provider;
  const claims = { subject: 'sub', tenant: 'org_id', plan: 'plan', scopes: 'scope' };
  const algorithms = ['ES256'];
  const jwt = { issuer: ISSUER, audience: AUDIENCE, jwksUrl, algorithms, clockToleranceSeconds: 5, claims };
  const at = await start({ identity: { issuers: [jwt] } });
  // None of them is seen twice by chance alone: the second half comes after the loss.
  const tokens = await Promise.all(Array.from({ length: 200 }, (_, i) => provider.sign({ sub: `user${i}` })));

  await expectFault(
    at,
    { name: 'issuer', strike: () => provider.stop(), mend: () => provider.start(), allowed: ['200'] },
    {
      path: '/v1/agents',
      headers: (request) => ({ authorization: `Bearer ${tokens[request % tokens.length]}` }),
    },
  );
});
