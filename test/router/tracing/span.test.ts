import { beginEvents, startBackend, type TestBackend } from '../../support/backend';
import { send, until } from '../../support/client';
import { type Collector, type ReceivedSpan, startCollector } from '../../support/collector';
import type { RouterUnderTestOptions } from '../../support/router-under-test';
import { type RouterUnderTest, startTestRouter } from '../../support/router-under-test';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

let collector: Collector;
let backend: TestBackend;
let router: RouterUnderTest;

beforeAll(async () => {
  collector = await startCollector();
  backend = await startBackend((request, response) => {
    request.resume();
    if (request.url === '/agents/events') {
      beginEvents(response);
      response.end('data: 1\n\n');
    } else if (request.url === '/agents/cut') {
      beginEvents(response);
      response.write('data: 1\n\n', () => request.socket.resetAndDestroy());
    } else {
      response.statusCode = request.url === '/agents/broken' ? 503 : 200;
      response.end('{}');
    }
  });
  router = await startTestRouter(backend.port, tracing());
});
afterAll(async () => {
  await router.close();
  await backend.close();
  await collector.close();
});

function tracing(
  samplePercent = 100,
  edgeDuties: readonly 'forwarded-headers'[] = [],
): RouterUnderTestOptions {
  const target = { backend: 'agent', models: [{ pattern: 'gpt-4*', backend: 'agent' }] };
  return {
    model: { edgeDuties },
    service: { versions: { v1: { target, variants: [] } } },
    tracing: {
      batchMilliseconds: 5,
      url: `${collector.url}/v1/traces`,
      headers: { 'api-key': 'k' },
      samplePercent,
      service: 'full',
    },
  };
}

/** The span of one request, which the log's line leads to. */
async function spanOf(path: string, options: Parameters<typeof send>[2] = {}): Promise<ReceivedSpan> {
  const seen = collector.spans().length;
  await send(router.port, path, options).catch(() => {});
  await until(() => collector.spans().length > seen, 'the span');
  return collector.spans()[seen] as ReceivedSpan;
}

test('tells what was asked, what was decided and what came of it', async () => {
  const span = await spanOf('/v1/agents/chat?q=private', { body: '{"model":"gpt-4o"}' });

  expect(span).toMatchObject({ name: 'POST /v1/agents', kind: 2, status: {} });
  expect(span.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/v1/agents',
    'http.response.status_code': 200,
    'http.request.body.size': 18,
    'http.response.body.size': 2,
    'url.path': '/v1/agents/chat',
    'url.scheme': 'http',
    'server.address': '127.0.0.1',
    'network.protocol.version': '1.1',
    'gen_ai.request.model': 'gpt-4o',
    'agent_gateway.service': 'agents',
    'agent_gateway.version': 'v1',
    'agent_gateway.backend': 'agent',
    'agent_gateway.plan': 'free',
    'agent_gateway.tenant': 'acme',
  });
  expect(span.attributes['agent_gateway.request_id']).toBe(backend.last().headers['x-request-id']);
  expect(router.log().at(-1)?.traceId).toBe(span.traceId);
  // Three letters of a name may well stand in an id, which is made up by chance.
  const written = JSON.stringify(span).replaceAll(/[0-9a-f-]{16,}/g, '');
  expect(written).not.toMatch(/private|ada|good|Bearer/);
});

test('takes as long as the request, now', async () => {
  const before = Date.now();
  const { startTimeUnixNano, endTimeUnixNano, attributes } = await spanOf('/v1/agents');

  const [start, end] = [BigInt(startTimeUnixNano), BigInt(endTimeUnixNano)];
  expect(end).toBeGreaterThan(start);
  // The clock is read in whole milliseconds.
  expect(Number(start / 1_000_000n)).toBeGreaterThanOrEqual(before - 1);
  expect(Number(end / 1_000_000n)).toBeLessThanOrEqual(Date.now());
  expect(Number(attributes['agent_gateway.time_to_first_byte']) * 1e9).toBeLessThanOrEqual(
    Number(end - start),
  );
});

test('comes with the names of the collector protocol', async () => {
  await spanOf('/v1/agents');
  expect(collector.batches.at(-1)).toMatchObject({
    path: '/v1/traces',
    headers: { 'content-type': 'application/json', 'api-key': 'k' },
    resource: { 'service.name': 'full', 'service.instance.id': expect.any(String) },
    scope: { name: 'cdk8s-agent-gateway' },
    schemaUrl: 'https://opentelemetry.io/schemas/1.45.0',
  });
});

test('stands between the span of the client and that of the backend', async () => {
  const headers = { traceparent: `00-${TRACE}-${PARENT}-03`, tracestate: 'vendor=1' };
  const span = await spanOf('/v1/agents', { headers });

  expect(span).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, traceState: 'vendor=1' });
  expect(span.spanId).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
  expect(span.spanId).not.toBe(PARENT);
  // The flag that says that the trace id is random stays.
  expect(backend.last().headers).toMatchObject({
    traceparent: `00-${TRACE}-${span.spanId}-03`,
    tracestate: 'vendor=1',
  });
});

test.each([
  ['no traceparent', undefined],
  ['one that is not valid', `00-${'0'.repeat(32)}-${PARENT}-01`],
  ['two of them', [`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-01`]],
])('begins a trace for %s', async (_name, traceparent) => {
  const span = await spanOf('/v1/agents', { headers: { traceparent, tracestate: 'vendor=1' } });

  expect(span.parentSpanId).toBeUndefined();
  expect(span.traceState).toBeUndefined();
  expect(span.traceId).not.toBe(TRACE);
  expect(backend.last().headers.traceparent).toBe(`00-${span.traceId}-${span.spanId}-01`);
  // It tells of a trace that this is not.
  expect(backend.last().headers.tracestate).toBeUndefined();
});

test.each([
  ['GET', '/v1/agents/broken', 'GET /v1/agents', { code: 2 }, '503'],
  ['GET', '/v1/agents/cut', 'GET /v1/agents', { code: 2 }, 'backend_failed'],
  ['GET', '/v1/nothing', 'GET', {}, undefined],
  ['PROPFIND', '/v1/nothing', 'HTTP', {}, undefined],
])('of %s %s is called %s and has the status %j', async (method, path, name, status, type) => {
  const span = await spanOf(path, { method });

  expect(span).toMatchObject({ name, status });
  expect(span.attributes['error.type']).toBe(type);
});

test('tells when a stream began', async () => {
  const { attributes } = await spanOf('/v1/agents/events');
  expect(attributes['gen_ai.response.time_to_first_chunk']).toBe(
    attributes['agent_gateway.time_to_first_byte'],
  );
  expect((await spanOf('/v1/agents')).attributes).not.toHaveProperty(['gen_ai.response.time_to_first_chunk']);
});

test('of a request over a limit says which', async () => {
  router.store.result = { windows: [], refusedBy: 'minute', retryAfterSeconds: 3, degraded: false };
  const { attributes } = await spanOf('/v1/agents');
  router.store.result = { windows: [], degraded: false };

  expect(attributes).toMatchObject({
    'agent_gateway.code': 'limit_exceeded',
    'agent_gateway.limit': 'minute',
  });
});

test('keeps what clients choose short', async () => {
  const long = 'x'.repeat(8_000);
  const span = await spanOf(`/v1/agents/${long}`, {
    headers: { 'user-agent': long, tracestate: `v=${long}`, traceparent: `00-${TRACE}-${PARENT}-01` },
    body: JSON.stringify({ model: `gpt-4${long}` }),
  });

  expect(JSON.stringify(span).length).toBeLessThan(4_000);
});

describe('sampling', () => {
  /** Evenly over all that the end of an id can be. */
  const traces = Array.from({ length: 200 }, (_, i) => {
    const end = Math.floor((i / 200) * 2 ** 52).toString(16);
    return `${'ab'.repeat(9)}0${end.padStart(13, '0')}`;
  });
  const headersOf = (trace: string, flags = '01') => ({ traceparent: `00-${trace}-${PARENT}-${flags}` });

  test('records the same share of traces on every replica', async () => {
    const routers = await Promise.all(
      [tracing(25), tracing(25)].map((o) => startTestRouter(backend.port, o)),
    );
    const seen = collector.spans().length;
    for (const { port } of routers) {
      await Promise.all(traces.map((trace) => send(port, '/v1/agents', { headers: headersOf(trace) })));
    }
    await Promise.all(routers.map((each) => each.close()));

    const recorded = collector
      .spans()
      .slice(seen)
      .map(({ traceId }) => traceId);
    expect(recorded).toHaveLength(100);
    expect(new Set(recorded).size).toBe(50);
  });

  test('leaves a trace alone that is not recorded', async () => {
    const seen = collector.spans().length;
    const headers = { ...headersOf(TRACE, '00'), tracestate: 'vendor=1' };
    await send(router.port, '/v1/agents', { headers });
    expect(backend.last().headers).toMatchObject(headers);

    const off = await startTestRouter(backend.port, tracing(0));
    await send(off.port, '/v1/agents', { headers: headersOf(TRACE) });
    expect(backend.last().headers).toMatchObject(headersOf(TRACE));
    await off.close();
    expect(collector.spans()).toHaveLength(seen);
  });
});

test('believes the scheme of an edge alone', async () => {
  const headers = { 'x-forwarded-proto': 'https' };
  expect((await spanOf('/v1/agents', { headers })).attributes['url.scheme']).toBe('http');

  const behind = await startTestRouter(backend.port, tracing(100, ['forwarded-headers']));
  await send(behind.port, '/v1/agents', { headers });
  await behind.close();
  expect(collector.spans().at(-1)?.attributes['url.scheme']).toBe('https');
});

test('is not made without tracing, and the log has the trace all the same', async () => {
  const seen = collector.spans().length;
  const plain = await startTestRouter(backend.port);
  await send(plain.port, '/v1/agents', { headers: { traceparent: `00-${TRACE}-${PARENT}-01` } });
  expect(backend.last().headers.traceparent).toBe(`00-${TRACE}-${PARENT}-01`);
  expect(plain.log().at(-1)?.traceId).toBe(TRACE);
  await plain.close();

  expect(collector.spans()).toHaveLength(seen);
});
