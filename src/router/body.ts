/**
 * Reads a request body into memory where its model decides the backend. The chunks stay as they came, so what is
 * forwarded is what was received, and nothing is copied.
 */
import type { IncomingMessage } from 'node:http';
import { ModelField } from './model-field';
import { type Refused, refused } from './refusal';

/** A body in memory, in the pieces in which it came. */
export interface BufferedBody {
  readonly chunks: readonly Buffer[];
  /** Bytes of all chunks. */
  readonly length: number;
}

/** A body with what it says, or why it is refused. `gone`: the client went away. */
export type BodyReading =
  | { readonly kind: 'body'; readonly body: BufferedBody; readonly model?: string }
  | { readonly kind: 'gone' }
  | Refused;

/** A body that stands still for so long is given up. */
export const BODY_IDLE_MILLISECONDS = 30_000;

/** Whether a request brings a body (RFC 9112 section 6.3). */
export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return (length !== undefined && length !== '0') || request.headers['transfer-encoding'] !== undefined;
}

/** Whether a body announces more bytes than are allowed, before any of it is read. */
export function announcesTooMuch(request: IncomingMessage, limitBytes: number): boolean {
  const length = request.headers['content-length'];
  return length !== undefined && Number(length) > limitBytes;
}

/** Reads a body that is known to be there, up to a limit, and finds its model. */
export function readModelBody(request: IncomingMessage, limitBytes: number): Promise<BodyReading> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const field = new ModelField();
    let length = 0;
    const onData = (chunk: Buffer) => {
      idle.refresh();
      length += chunk.length;
      if (length > limitBytes) return settle(refused('body_too_large'));
      chunks.push(chunk);
      if (!field.push(chunk)) settle(invalid(field));
    };
    const onEnd = () => {
      const result = field.result();
      if (result.kind === 'invalid') return settle(invalid(field));
      settle({ ...result, kind: 'body', body: { chunks, length } });
    };
    const onClose = () => settle({ kind: 'gone' });
    const idle = setTimeout(() => settle(refused('request_timeout')), BODY_IDLE_MILLISECONDS);
    const settle = (reading: BodyReading) => {
      clearTimeout(idle);
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      request.pause();
      resolve(reading);
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

function invalid(field: ModelField): Refused {
  const result = field.result();
  return refused('body_invalid', result.kind === 'invalid' ? { detail: result.reason } : {});
}
