/**
 * Reads a request body into memory where its model decides the backend, or where it may have to be sent again. The chunks stay as they came, so what is
 * forwarded is what was received, and nothing is copied.
 */
import type { BodySink, ClientRequest } from './http/client-request';
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

/** Whether a body that may have to be sent again is small enough for that, as far as its head says. */
export function mayBeKept(request: ClientRequest): boolean {
  return request.contentLength <= KEPT_BYTES_MOST;
}

/** What bounds a body that is read into memory. */
export interface BodyBounds {
  /** Of the service. */
  readonly limitBytes: number;
  /** Whether there is memory for so many bytes more. */
  hold(bytes: number): boolean;
}

/** A reading that is there at once where all of the body has arrived. */
export type Reading = BodyReading | Promise<BodyReading>;

/** Reads a body that is known to be there, up to a limit, and finds its model. */
export function readModelBody(request: ClientRequest, bounds: BodyBounds): Reading {
  const field = new ModelField();
  const look = (chunk: Buffer) => (field.push(chunk) ? undefined : invalid(field));
  return finish(gather(request, bounds, look), ({ body }) => {
    const result = field.result();
    if (result.kind === 'invalid') return invalid(field);
    const { model } = result;
    return model === undefined
      ? { kind: 'body', body, isObject: true }
      : { kind: 'body', body, model, isObject: true };
  });
}

type WholeBody = Extract<BodyReading, { kind: 'body' }>;

function finish(reading: Reading, conclude: (whole: WholeBody) => BodyReading): Reading {
  const end = (read: BodyReading) => (read.kind === 'body' ? conclude(read) : read);
  return reading instanceof Promise ? reading.then(end) : end(reading);
}

/**
 * Reads a body that is changed if it is a JSON object, whatever its type says: a backend may not look at the type. What
 * begins as an object must be one to its end, and what calls itself JSON too.
 *
 * @param keeps whether another body may have to be sent again; else it is given as its beginning
 */
export function readJsonBody(request: ClientRequest, bounds: BodyBounds, keeps: boolean): Reading {
  const field = new ModelField(false);
  let opens = isJsonType(request.headers['content-type']);
  let begun = false;
  const look: Look = (chunk, length) => {
    const first = begun ? -1 : chunk.findIndex((byte) => !BLANK.has(byte));
    begun ||= first !== -1;
    opens ||= first !== -1 && chunk[first] === OPEN_BRACE;
    if (field.push(chunk)) return undefined;
    if (opens) return invalid(field);
    return keeps && length <= KEPT_BYTES_MOST ? undefined : 'enough';
  };
  return finish(gather(request, bounds, look), (reading) => {
    if (reading.body.beginning) return reading;
    if (field.result().kind === 'object') return { ...reading, isObject: true };
    return opens ? invalid(field) : reading;
  });
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
export function readBodyToKeep(request: ClientRequest, bounds: BodyBounds): Reading {
  return gather(request, bounds, (_chunk, length) => (length > KEPT_BYTES_MOST ? 'enough' : undefined));
}

/** Of a body that may have to be sent again, so much is kept in memory. Unit: bytes. */
export const KEPT_BYTES_MOST = 1_048_576;

const OVERLOADED = refused('overloaded', { headers: ['retry-after', '1'] });

/** Says after each chunk whether to stop, from the chunk and the length so far. */
type Look = (chunk: Buffer, length: number) => Refused | 'enough' | undefined;

function gather(request: ClientRequest, bounds: BodyBounds, look: Look): Reading {
  const gathering = new Gathering(request, bounds, look);
  return request.complete ? gathering.now() : gathering.later();
}

/** Puts the pieces of one body together. */
class Gathering implements BodySink {
  private readonly chunks: Buffer[] = [];
  private length = 0;
  private settled: ((reading: BodyReading) => void) | undefined = undefined;
  private idle: NodeJS.Timeout | undefined = undefined;

  constructor(
    private readonly request: ClientRequest,
    private readonly bounds: BodyBounds,
    private readonly look: Look,
  ) {}

  /** All of the body has arrived. */
  now(): BodyReading {
    for (const piece of this.request.takeWhole()) {
      const verdict = this.add(piece);
      if (verdict !== undefined) return verdict;
    }
    return this.whole();
  }

  later(): Promise<BodyReading> {
    return new Promise((resolve) => {
      this.settled = resolve;
      this.idle = setTimeout(() => this.settle(refused('request_timeout')), BODY_IDLE_MILLISECONDS);
      this.request.read(this);
    });
  }

  onBody(piece: Buffer): void {
    this.idle?.refresh();
    const verdict = this.add(piece);
    if (verdict !== undefined) this.settle(verdict);
  }

  onBodyEnd(): void {
    this.settle(this.whole());
  }

  onBodyLost(): void {
    this.settle({ kind: 'gone' });
  }

  /** @returns what ends the reading before the body does */
  private add(chunk: Buffer): BodyReading | undefined {
    const { chunks, bounds } = this;
    this.length += chunk.length;
    if (this.length > bounds.limitBytes) return refused('body_too_large');
    if (!bounds.hold(chunk.length)) return OVERLOADED;
    chunks.push(chunk);
    const verdict = this.look(chunk, this.length);
    return verdict === 'enough'
      ? { kind: 'body', body: { chunks, length: this.length, beginning: true } }
      : verdict;
  }

  private whole(): BodyReading {
    return { kind: 'body', body: { chunks: this.chunks, length: this.length } };
  }

  /** What still arrives waits for whoever reads on. */
  private settle(reading: BodyReading): void {
    clearTimeout(this.idle);
    this.request.stop();
    this.settled?.(reading);
  }
}

function invalid(field: ModelField): Refused {
  const result = field.result();
  return refused('body_invalid', result.kind === 'invalid' ? { detail: result.reason } : {});
}
