/** The request's body on its way to the backend: out of memory where it is there already, else as it arrives. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { BufferedBody } from '../body';
import type { Exchange } from '../exchange';
import { endWith } from './one-write';
import type { Patience } from './patience';

/** A body and the headers that frame it (names and values in turn). */
export type Upload =
  | {
      readonly buffered: true;
      readonly framing: readonly string[];
      /** To be called once the request has its connection. */
      writeTo(upstream: ClientRequest): void;
    }
  | {
      readonly buffered: false;
      readonly framing: readonly string[];
      /** @param onTooLarge the body went over the service's limit; nothing is sent any more */
      stream(upstream: ClientRequest, patience: Patience, onTooLarge: () => void): void;
    };

const NOTHING: BufferedBody = { chunks: [], length: 0 };
const CHUNKED = ['transfer-encoding', 'chunked'];

/** Methods whose requests without a body say so (RFC 9110 section 8.6). */
const EXPECTS_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** How a request's body will travel; `too-large` where all of it is here and over the service's limit. */
export function openUpload(exchange: Exchange, withBody: boolean): Upload | 'too-large' {
  const { request } = exchange;
  if (!withBody) return bufferedUpload(NOTHING, EXPECTS_BODY.has(request.method ?? ''));
  if (exchange.body !== undefined) return bufferedUpload(exchange.body, true);
  if (request.complete) {
    // A small body has arrived with its head: one write, and it can be sent again.
    const body = takeAll(request);
    exchange.bytesIn = body.length;
    if (exchange.route !== undefined && body.length > exchange.route.service.bodyLimitBytes)
      return 'too-large';
    return bufferedUpload(body, true);
  }
  const length = request.headers['content-length'];
  return {
    buffered: false,
    framing: length === undefined ? CHUNKED : ['content-length', length],
    stream: (upstream, patience, onTooLarge) => stream(exchange, upstream, patience, onTooLarge),
  };
}

function takeAll(request: IncomingMessage): BufferedBody {
  const chunk = request.read() as Buffer | null;
  return chunk === null ? NOTHING : { chunks: [chunk], length: chunk.length };
}

function bufferedUpload(body: BufferedBody, framed: boolean): Upload {
  return {
    buffered: true,
    framing: framed ? ['content-length', String(body.length)] : [],
    writeTo: (upstream) => {
      const { chunks } = body;
      if (chunks.length === 0) upstream.end();
      else if (chunks.length === 1) endWith(upstream, chunks[0] as Buffer);
      else {
        upstream.cork();
        for (const chunk of chunks) upstream.write(chunk);
        upstream.end();
        upstream.uncork();
      }
    },
  };
}

function stream(
  exchange: Exchange,
  upstream: ClientRequest,
  patience: Patience,
  onTooLarge: () => void,
): void {
  const { request, route } = exchange;
  const limit = route?.service.bodyLimitBytes ?? 0;
  exchange.continueBody?.();
  request.on('data', (chunk: Buffer) => {
    exchange.bytesIn += chunk.length;
    if (upstream.destroyed || exchange.ended) return;
    if (exchange.bytesIn > limit) return onTooLarge();
    const answered = exchange.firstByteAt !== 0;
    if (upstream.write(chunk)) {
      if (answered) patience.refresh();
      else patience.wait('upload');
      return;
    }
    request.pause();
    if (!answered) patience.wait('backend');
  });
  upstream.on('drain', () => {
    if (exchange.firstByteAt === 0) patience.wait('upload');
    request.resume();
  });
  // What is left of a body whose backend has gone is thrown away.
  upstream.once('close', () => request.resume());
  request.once('end', () => {
    if (upstream.destroyed) return;
    if (exchange.firstByteAt === 0) patience.wait('first-byte');
    upstream.end();
  });
}
