/** A collector that takes OTLP over HTTP: keeps what it gets, and answers as told. */
import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span with its attributes by name. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number };
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface ReceivedBatch {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: { readonly name: string };
  readonly schemaUrl: string;
  readonly spans: readonly ReceivedSpan[];
}

export interface Collector {
  readonly url: string;
  readonly batches: readonly ReceivedBatch[];
  /** Of all batches. */
  spans(): readonly ReceivedSpan[];
  /** How batches are answered from now on. */
  answer: (response: ServerResponse) => void;
  close(): Promise<void>;
}

/** The answer of a collector that has taken everything. */
export function takeAll(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}

/** Starts one on a port of the loopback, any free one unless told. */
export async function startCollector(port = 0): Promise<Collector> {
  const batches: ReceivedBatch[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      batches.push({
        path: request.url ?? '',
        headers: request.headers,
        ...batchOf(Buffer.concat(chunks).toString()),
      });
      collector.answer(response);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const collector: Collector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    batches,
    spans: () => batches.flatMap(({ spans }) => spans),
    answer: takeAll,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return collector;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Exactly one resource and one scope, as the router sends them. */
function batchOf(text: string): Omit<ReceivedBatch, 'path' | 'headers'> {
  const { resourceSpans } = JSON.parse(text);
  const [{ resource, scopeSpans }] = resourceSpans;
  const [{ scope, schemaUrl, spans }] = scopeSpans;
  return {
    resource: byName(resource.attributes),
    scope,
    schemaUrl,
    spans: spans.map((span: { attributes: Attribute[] }) => ({
      ...span,
      attributes: byName(span.attributes),
    })),
  };
}

function byName(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

/** 64-bit integers are texts in the JSON form of Protocol Buffers. */
function plainValue(value: Readonly<Record<string, unknown>>): unknown {
  if (typeof value.intValue === 'string') return Number(value.intValue);
  return value.stringValue ?? value.doubleValue ?? value.boolValue;
}
