/**
 * How a request's body goes to the backend: out of memory where it is there already, else as it arrives, by
 * `body-stream.ts`.
 */
import type { IncomingMessage } from 'node:http';
import type { BufferedBody } from '../body';
import type { Exchange } from '../exchange';

const NOTHING: BufferedBody = { chunks: [], length: 0 };

/** Methods whose requests without a body say so (RFC 9110 section 8.6). */
const EXPECTS_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** A body that is in memory, so that it can be sent again. `framing` is the header line for it, or `''`. */
export interface BufferedUpload {
  readonly kind: 'buffered';
  readonly body: BufferedBody;
  readonly framing: string;
}

/** A body that goes by. */
export interface StreamedUpload {
  readonly kind: 'streamed';
  readonly chunked: boolean;
  readonly framing: string;
  /** What has been read of it already. */
  readonly beginning: readonly Buffer[];
}

/** How the body of a request goes to the backend. */
export type Upload = BufferedUpload | StreamedUpload;

/** Bodies up to this size usually come with their head, and to copy one costs less than to write it apart. Unit: bytes. */
const SMALL_BODY_BYTES = 16_384;

/** Whether a body may be among the bytes behind the head, so that a look at them is worth a turn of the event loop. */
export function mayHaveArrived({ request, body, continueBody }: Exchange): boolean {
  if (request.complete || body !== undefined || continueBody !== undefined) return false;
  const length = request.headers['content-length'];
  return length !== undefined && length !== '0' && Number(length) <= SMALL_BODY_BYTES;
}

/** Decides how the body goes: out of memory where all of it has arrived, else as it arrives. */
export function openUpload(exchange: Exchange, withBody: boolean): Upload {
  const { request } = exchange;
  if (!withBody) return buffered(NOTHING, EXPECTS_BODY.has(request.method ?? ''));
  const { body } = exchange;
  if (body !== undefined && body.beginning === undefined) return buffered(body, true);
  if (body === undefined && request.complete) {
    // A small body has arrived with its head: one write, and it can be sent again.
    const whole = takeAll(request);
    exchange.bytesIn = whole.length;
    return buffered(whole, true);
  }
  const length = request.headers['content-length'];
  const beginning = body?.chunks ?? [];
  return length === undefined
    ? { kind: 'streamed', chunked: true, framing: 'transfer-encoding: chunked\r\n', beginning }
    : { kind: 'streamed', chunked: false, framing: `content-length: ${length}\r\n`, beginning };
}

function takeAll(request: IncomingMessage): BufferedBody {
  const chunk = request.read() as Buffer | null;
  return chunk === null ? NOTHING : { chunks: [chunk], length: chunk.length };
}

function buffered(body: BufferedBody, framed: boolean): BufferedUpload {
  return { kind: 'buffered', body, framing: framed ? `content-length: ${body.length}\r\n` : '' };
}
