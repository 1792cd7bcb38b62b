/**
 * Reads a request body into memory where its model decides the backend, or where it may have to be sent again. The chunks stay as they came, so what is
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
  /** Set when this is only its beginning, and the rest is still to come. */
  readonly beginning?: true;
}

/** A body with what it says, or why it is refused. `gone`: the client went away. */
export type BodyReading =
  | { readonly kind: 'body'; readonly body: BufferedBody; readonly model?: string; readonly isObject?: true }
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

/** Whether a body that may have to be sent again is small enough for that, as far as its head says. */
export function mayBeKept(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return length === undefined || Number(length) <= KEPT_BYTES_MOST;
}

/** What bounds a body that is read into memory. */
export interface BodyBounds {
  /** Of the service. */
  readonly limitBytes: number;
  /** Whether there is memory for so many bytes more. */
  hold(bytes: number): boolean;
}

/** Reads a body that is known to be there, up to a limit, and finds its model. */
export async function readModelBody(request: IncomingMessage, bounds: BodyBounds): Promise<BodyReading> {
  const field = new ModelField();
  const reading = await gather(request, bounds, (chunk) => {
    return field.push(chunk) ? undefined : invalid(field);
  });
  if (reading.kind !== 'body') return reading;
  const result = field.result();
  return result.kind === 'invalid' ? invalid(field) : { ...result, ...reading, isObject: true };
}

/**
 * Reads a body that is changed if it is a JSON object, whatever its type says: a backend may not look at the type. What
 * begins as an object must be one to its end, and what calls itself JSON too.
 *
 * @param keeps whether another body may have to be sent again; else it is given as its beginning
 */
export async function readJsonBody(
  request: IncomingMessage,
  bounds: BodyBounds,
  keeps: boolean,
): Promise<BodyReading> {
  const field = new ModelField(false);
  let opens = isJsonType(request.headers['content-type']);
  let begun = false;
  const reading = await gather(request, bounds, (chunk, length) => {
    const first = begun ? -1 : chunk.findIndex((byte) => !BLANK.has(byte));
    begun ||= first !== -1;
    opens ||= first !== -1 && chunk[first] === OPEN_BRACE;
    if (field.push(chunk)) return undefined;
    if (opens) return invalid(field);
    return keeps && length <= KEPT_BYTES_MOST ? undefined : 'enough';
  });
  if (reading.kind !== 'body' || reading.body.beginning) return reading;
  if (field.result().kind === 'object') return { ...reading, isObject: true };
  return opens ? invalid(field) : reading;
}

const OPEN_BRACE = 0x7b;
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** `application/json`, and types that say that they are JSON (RFC 6839 section 3.1). */
export function isJsonType(type: string | undefined): boolean {
  return type !== undefined && /^\s*[a-z]+\/(?:[a-z0-9!#$&^_.-]+\+)?json\s*(?:;|$)/i.test(type);
}

/**
 * Reads a body that may have to be sent again. One that is larger than what is kept for that is given as its beginning,
 * and cannot be.
 */
export function readBodyToKeep(request: IncomingMessage, bounds: BodyBounds): Promise<BodyReading> {
  return gather(request, bounds, (_chunk, length) => (length > KEPT_BYTES_MOST ? 'enough' : undefined));
}

/** Of a body that may have to be sent again, so much is kept in memory. Unit: bytes. */
export const KEPT_BYTES_MOST = 1_048_576;

const OVERLOADED = refused('overloaded', { headers: ['retry-after', '1'] });

/** @param look says after each chunk whether to stop, from the chunk and the length so far */
function gather(
  request: IncomingMessage,
  { limitBytes, hold }: BodyBounds,
  look: (chunk: Buffer, length: number) => Refused | 'enough' | undefined,
): Promise<BodyReading> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const onData = (chunk: Buffer) => {
      idle.refresh();
      length += chunk.length;
      if (length > limitBytes) return settle(refused('body_too_large'));
      if (!hold(chunk.length)) return settle(OVERLOADED);
      chunks.push(chunk);
      const verdict = look(chunk, length);
      if (verdict === 'enough') settle({ kind: 'body', body: { chunks, length, beginning: true } });
      else if (verdict !== undefined) settle(verdict);
    };
    const onEnd = () => settle({ kind: 'body', body: { chunks, length } });
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
