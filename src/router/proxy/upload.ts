/**
 * How a request's body goes to the backend: out of memory where it is there already, else as it arrives, by
 * `body-stream.ts`.
 */
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

/** Decides how the body goes: out of memory where all of it has arrived, else as it arrives. */
export function openUpload(exchange: Exchange): Upload {
  const { request } = exchange;
  if (!request.hasBody) return buffered(NOTHING, EXPECTS_BODY.has(request.method));
  const { body } = exchange;
  if (body !== undefined && body.beginning === undefined) return buffered(body, true);
  if (body === undefined && request.complete) {
    // A small body has arrived with its head: one write, and it can be sent again.
    const whole = bodyOf(request.takeWhole());
    exchange.bytesIn = whole.length;
    return buffered(whole, true);
  }
  const beginning = body?.chunks ?? [];
  return request.head.chunked
    ? { kind: 'streamed', chunked: true, framing: 'transfer-encoding: chunked\r\n', beginning }
    : {
        kind: 'streamed',
        chunked: false,
        framing: `content-length: ${request.head.contentLength}\r\n`,
        beginning,
      };
}

function bodyOf(chunks: readonly Buffer[]): BufferedBody {
  return { chunks, length: chunks.reduce((sum, { length }) => sum + length, 0) };
}

function buffered(body: BufferedBody, framed: boolean): BufferedUpload {
  return { kind: 'buffered', body, framing: framed ? `content-length: ${body.length}\r\n` : '' };
}
