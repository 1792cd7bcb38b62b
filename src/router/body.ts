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
  return request.head.contentLength <= KEPT_BYTES_MOST;
}

/** What bounds a body that is read into memory. */
export interface BodyBounds {
  /** Of the service. */
  readonly limitBytes: number;
  readonly memory: {
    /** Whether there is memory for so many bytes more. */
    hold(bytes: number): boolean;
  };
}

/** A reading that is there at once where all of the body has arrived. */
export type Reading = BodyReading | Promise<BodyReading>;

type WholeBody = Extract<BodyReading, { kind: 'body' }>;

/** Of a body that may have to be sent again, so much is kept in memory. Unit: bytes. */
export const KEPT_BYTES_MOST = 1_048_576;

const OVERLOADED = refused('overloaded', { headers: ['retry-after', '1'] });

/**
 * Puts the pieces of one body together. Of a body that is larger than what is kept for being sent again, this gives the
 * beginning.
 */
class BodyToKeep implements BodySink {
  private readonly chunks: Buffer[] = [];
  protected length = 0;
  private settled: ((reading: BodyReading) => void) | undefined = undefined;
  private idle: NodeJS.Timeout | undefined = undefined;

  constructor(
    protected readonly request: ClientRequest,
    private readonly bounds: BodyBounds,
  ) {}

  /** To be called once. */
  read(): Reading {
    return this.request.complete ? this.now() : this.later();
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

  /** @returns why the reading ends with this chunk, if it does; `'enough'` for a body of which this is the beginning */
  protected look(_chunk: Buffer): Refused | 'enough' | undefined {
    return this.length > KEPT_BYTES_MOST ? 'enough' : undefined;
  }

  protected conclude(whole: WholeBody): BodyReading {
    return whole;
  }

  private now(): BodyReading {
    for (const piece of this.request.takeWhole()) {
      const verdict = this.add(piece);
      if (verdict !== undefined) return verdict;
    }
    return this.whole();
  }

  private later(): Promise<BodyReading> {
    return new Promise((resolve) => {
      this.settled = resolve;
      this.idle = setTimeout(() => this.settle(refused('request_timeout')), BODY_IDLE_MILLISECONDS);
      this.request.read(this);
    });
  }

  /** @returns what ends the reading before the body does */
  private add(chunk: Buffer): BodyReading | undefined {
    const { chunks, bounds } = this;
    this.length += chunk.length;
    if (this.length > bounds.limitBytes) return refused('body_too_large');
    if (!bounds.memory.hold(chunk.length)) return OVERLOADED;
    chunks.push(chunk);
    const verdict = this.look(chunk);
    return verdict === 'enough'
      ? { kind: 'body', body: { chunks, length: this.length, beginning: true } }
      : verdict;
  }

  private whole(): BodyReading {
    return this.conclude({ kind: 'body', body: { chunks: this.chunks, length: this.length } });
  }

  /** What still arrives waits for whoever reads on. */
  private settle(reading: BodyReading): void {
    clearTimeout(this.idle);
    this.request.stop();
    this.settled?.(reading);
  }
}

/** Reads a body that is known to be there, up to a limit, and finds its model. */
class ModelBody extends BodyToKeep {
  private readonly field = new ModelField();

  protected override look(chunk: Buffer): Refused | undefined {
    return this.field.push(chunk) ? undefined : invalid(this.field);
  }

  protected override conclude({ body }: WholeBody): BodyReading {
    const result = this.field.result();
    if (result.kind === 'invalid') return invalid(this.field);
    const { model } = result;
    return model === undefined
      ? { kind: 'body', body, isObject: true }
      : { kind: 'body', body, model, isObject: true };
  }
}

const OPEN_BRACE = 0x7b;
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Reads a body that is changed if it is a JSON object, whatever its type says: a backend may not look at the type. What
 * begins as an object must be one to its end, and what calls itself JSON too.
 */
class JsonBody extends BodyToKeep {
  private readonly field = new ModelField(false);
  private opens: boolean;
  private begun = false;

  /** @param keeps whether another body may have to be sent again; else it is given as its beginning */
  constructor(
    request: ClientRequest,
    bounds: BodyBounds,
    private readonly keeps: boolean,
  ) {
    super(request, bounds);
    this.opens = isJsonType(request.headers['content-type']);
  }

  protected override look(chunk: Buffer): Refused | 'enough' | undefined {
    const first = this.begun ? -1 : chunk.findIndex((byte) => !BLANK.has(byte));
    this.begun ||= first !== -1;
    this.opens ||= first !== -1 && chunk[first] === OPEN_BRACE;
    if (this.field.push(chunk)) return undefined;
    if (this.opens) return invalid(this.field);
    return this.keeps && this.length <= KEPT_BYTES_MOST ? undefined : 'enough';
  }

  protected override conclude({ body }: WholeBody): BodyReading {
    if (this.field.result().kind === 'object') return { kind: 'body', body, isObject: true };
    return this.opens ? invalid(this.field) : { kind: 'body', body };
  }
}

/** Reads a body that is known to be there, up to a limit, and finds its model. */
export function readModelBody(request: ClientRequest, bounds: BodyBounds): Reading {
  return new ModelBody(request, bounds).read();
}

/** Reads a body that is changed if it is JSON. @param keeps whether another body may have to be sent again */
export function readJsonBody(request: ClientRequest, bounds: BodyBounds, keeps: boolean): Reading {
  return new JsonBody(request, bounds, keeps).read();
}

/** Reads a body that may have to be sent again; of a large one, the beginning. */
export function readBodyToKeep(request: ClientRequest, bounds: BodyBounds): Reading {
  return new BodyToKeep(request, bounds).read();
}

/** `application/json`, and types that say that they are JSON (RFC 6839 section 3.1). */
export function isJsonType(type: string | undefined): boolean {
  return type !== undefined && /^\s*[a-z]+\/(?:[a-z0-9!#$&^_.-]+\+)?json\s*(?:;|$)/i.test(type);
}

function invalid(field: ModelField): Refused {
  const result = field.result();
  return refused('body_invalid', result.kind === 'invalid' ? { detail: result.reason } : {});
}
