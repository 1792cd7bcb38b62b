/** Requests know nothing of the collector: whatever becomes of it, they are answered, and at once. */
import type { ServerResponse } from 'node:http';
import { startBackend, type TestBackend } from '../../support/backend';
import { send, until } from '../../support/client';
import { type Collector, startCollector, takeAll } from '../../support/collector';
import { type RouterUnderTest, startTestRouter } from '../../support/router-under-test';

const REQUESTS = 300;
let backend: TestBackend;
let collector: Collector;
let router: RouterUnderTest;

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend.close());
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  await router.close();
  await collector.close();
});

async function start(url: string): Promise<void> {
  router = await startTestRouter(backend.port, {
    tracing: {
      url: `${url}/v1/traces`,
      headers: {},
      samplePercent: 100,
      service: 's',
      batchMilliseconds: 5,
      timeoutMilliseconds: 100,
    },
  });
}

/** @returns how many requests were not answered with 200 */
async function lost(requests: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: requests }, () => send(router.port, '/v1/agents')));
  return answers.filter(({ status }) => status !== 200).length;
}

async function metric(name: string): Promise<number> {
  const text = (await send(router.adminPort, '/metrics')).body.toString();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

const NOT_DELIVERED = 'agent_gateway_spans_dropped_total\\{reason="not_delivered"\\}';
const LOST: [string, (response: ServerResponse) => void][] = [
  ['answers 500', (response) => response.writeHead(500).end()],
  ['hangs', () => {}],
  ['resets', (response) => response.socket?.resetAndDestroy()],
];

test.each(LOST)('loses no request while the collector %s', async (_how, answer) => {
  await start(collector.url);
  collector.answer = answer;

  expect(await lost(REQUESTS)).toBe(0);
  await until(() => router.log().some(({ event }) => event === 'tracing_state'), 'the line of the log');
  expect(await metric(NOT_DELIVERED)).toBeGreaterThan(0);

  // It comes back, and spans with it.
  collector.answer = takeAll;
  expect(await lost(1)).toBe(0);
  await until(() => router.log().filter(({ event }) => event === 'tracing_state').length === 2, 'the return');
});

test('loses no request while nobody listens there', async () => {
  await start('http://127.0.0.1:1');

  expect(await lost(REQUESTS)).toBe(0);
  await until(() => router.log().some(({ event }) => event === 'tracing_state'), 'the line of the log');
  expect(router.log().find(({ event }) => event === 'tracing_state')).toMatchObject({
    level: 'warn',
    state: 'failing',
  });
});

test('has sent every span when the router has stopped', async () => {
  await start(collector.url);
  expect(await lost(REQUESTS)).toBe(0);
  await router.close();

  expect(collector.spans()).toHaveLength(REQUESTS);
  expect(new Set(collector.spans().map(({ traceId }) => traceId)).size).toBe(REQUESTS);
});

test('counts the spans that were taken', async () => {
  await start(collector.url);
  await lost(3);
  await until(() => collector.spans().length === 3, 'the spans');
  let taken = 0;
  for (let tries = 0; tries < 100 && taken < 3; tries++) {
    taken = await metric('agent_gateway_spans_exported_total');
  }
  expect(taken).toBe(3);
});
