import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DropReason, SpanExporter } from '../../../src/router/tracing/span-exporter';
import { until } from '../../support/client';
import { type Collector, startCollector, takeAll } from '../../support/collector';

let collector: Collector;
const open: SpanExporter[] = [];
const seen = {
  exported: 0,
  dropped: { queue_full: 0, not_delivered: 0, rejected: 0 } as Record<DropReason, number>,
  changes: [] as string[],
};

beforeAll(async () => {
  collector = await startCollector();
});
beforeEach(() => {
  collector.answer = takeAll;
  seen.exported = 0;
  seen.dropped = { queue_full: 0, not_delivered: 0, rejected: 0 };
  seen.changes = [];
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((exporter) => exporter.close()));
});
afterAll(() => collector.close());

function exporterTo(url: string, timeoutMilliseconds = 5_000): SpanExporter {
  const exporter = new SpanExporter({
    url: `${url}/v1/traces`,
    headers: {},
    service: 's',
    instance: 'i',
    batchMilliseconds: 5,
    timeoutMilliseconds,
    onExported: (spans) => {
      seen.exported += spans;
    },
    onDropped: (reason, spans) => {
      seen.dropped[reason] += spans;
    },
    onChange: (state, cause) => seen.changes.push(`${state}: ${cause}`),
  });
  open.push(exporter);
  return exporter;
}

const span = (spanId: number, more = '') => JSON.stringify({ spanId: `${spanId}`, more, attributes: [] });

function addSpans(exporter: SpanExporter, spans: number): void {
  for (let i = 0; i < spans; i++) exporter.add(span(i));
}

test('sends each span once, in order, in batches of at most 512', async () => {
  const before = collector.spans().length;
  addSpans(exporterTo(collector.url), 1_100);
  await until(() => seen.exported === 1_100, 'all spans');

  const sizes = collector.batches.map(({ spans }) => spans.length).filter((size) => size > 1);
  expect(sizes).toEqual([512, 512, 76]);
  expect(
    collector
      .spans()
      .slice(before)
      .map(({ spanId }) => Number(spanId)),
  ).toEqual(Array.from({ length: 1_100 }, (_, i) => i));
});

test('holds no more than 2,048 spans while the collector is slow, and counts the others', async () => {
  let answered: (() => void) | undefined;
  collector.answer = (response) => {
    answered = () => takeAll(response);
  };
  const exporter = exporterTo(collector.url);
  addSpans(exporter, 512);
  await until(() => answered !== undefined, 'the first batch');
  addSpans(exporter, 5_000);

  expect(seen.dropped.queue_full).toBe(5_000 - 2_048);
  collector.answer = takeAll;
  answered?.();
  await until(() => seen.exported === 512 + 2_048, 'the rest');
});

test('holds no more than 4 MiB, however few spans that are', () => {
  const exporter = exporterTo('http://127.0.0.1:1');
  for (let i = 0; i < 100; i++) exporter.add(span(i, 'x'.repeat(100_000)));

  expect(seen.dropped.queue_full).toBeGreaterThan(50);
});

test.each([
  ['answers 500', (response) => response.writeHead(500).end('no'), /^failing: status 500, expected 2xx$/],
  [
    'redirects',
    (response) => response.writeHead(307, { location: '/elsewhere' }).end(),
    /^failing: status 307, expected 2xx$/,
  ],
  ['hangs up', (response) => response.destroy(), /^failing: socket hang up$/],
  ['does not answer', () => {}, /^failing: no answer in 50 ms$/],
  [
    'answers without an end',
    (response) => {
      response.writeHead(200);
      // On a later turn each, so that it is noticed that nobody listens any more.
      const more = () => response.destroyed || response.write('x'.repeat(65_536), () => setImmediate(more));
      more();
    },
    /^failing: (an answer of more than 65536 bytes|no answer in 50 ms)$/,
  ],
] satisfies [string, Collector['answer'], RegExp][])(
  'loses a batch and sends none twice when the collector %s, and goes on when it is back',
  async (_name, answer, change) => {
    const before = collector.batches.length;
    collector.answer = answer;
    const exporter = exporterTo(collector.url, 50);
    addSpans(exporter, 3);
    await until(() => seen.dropped.not_delivered === 3, 'the loss');
    expect(collector.batches).toHaveLength(before + 1);
    expect(seen.changes).toEqual([expect.stringMatching(change)]);

    collector.answer = takeAll;
    exporter.add(span(3));
    await until(() => seen.exported === 1, 'the return');
    expect(seen.changes[1]).toBe('ok: the collector takes spans');
    expect(collector.batches.at(-1)?.spans).toHaveLength(1);
  },
);

test('counts what the collector says that it did not take', async () => {
  collector.answer = (response) => {
    response.end('{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}');
  };
  addSpans(exporterTo(collector.url), 5);
  await until(() => seen.exported > 0);

  expect(seen.exported).toBe(3);
  expect(seen.dropped.rejected).toBe(2);
});

test('sends what is left when it is closed', async () => {
  const exporter = exporterTo(collector.url);
  addSpans(exporter, 700);
  await exporter.close();

  expect(seen.exported).toBe(700);
});

test('does not wait for long for a collector that hangs when it is closed', async () => {
  const hanging = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => hanging.once('listening', resolve));
  const exporter = exporterTo(`http://127.0.0.1:${(hanging.address() as AddressInfo).port}`, 50);
  addSpans(exporter, 2_000);
  await exporter.close();

  expect(seen.dropped.not_delivered).toBe(2_000);
  hanging.closeAllConnections();
  await new Promise((resolve) => hanging.close(resolve));
});
