/**
 * One request and its answer, from the first header to the last byte: what the steps of the pipeline have learned,
 * for those that come after them, for the answer's headers, and for log and metrics. It ends once, whatever ends it.
 */
import type { Admission, BackendDecision, MatchedRoute } from '../model/decide';
import type { BufferedBody } from './body';
import type { BodyMemory } from './body-memory';
import { ERRORS, type ErrorCode } from './errors';
import type { AnswerOwner } from './http/client-answer';
import type { ClientRequest } from './http/client-request';
import type { VerifiedCaller } from './identity/verifier';
import type { TakeResult } from './limits/store';
import { requestIdOf } from './request-id';
import { traceparentOf } from './trace-context';
import type { TokenMeter } from './usage/token-meter';

/**
 * Why a request goes on: nobody was there, the backend broke off or was too late before its answer began, or it answered
 * with a listed status.
 */
export type FailureReason = 'connect' | 'reset' | 'timeout' | 'status';

/** A backend that failed a request that then went on to another. */
export interface PassedOver {
  readonly backend: string;
  readonly reason: FailureReason;
}

/** Told once when an exchange has ended. */
export type ExchangeObserver = (exchange: Exchange) => void;

/** The router's own state, as exchanges see it. */
export interface Lifetime {
  /** Whether the router is on its way to the end, so that connections should not be used again. */
  readonly draining: boolean;
  /** What bodies take of its memory. */
  readonly bodies: BodyMemory;
}

/** Names of a span, in hex digits (W3C Trace Context). */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
  /** Absent when the trace begins here. */
  readonly parentSpanId?: string;
}

/** Made with the request's head; the steps of the pipeline fill it in. */
export class Exchange implements AnswerOwner {
  /** On the clock of `performance.now()`. Unit: milliseconds. */
  readonly startedAt = performance.now();
  readonly requestId: string;
  /** For the backend: the client's, a new one, or one that names the router's own span. */
  traceparent: string;
  /** Whether the trace is the client's. */
  readonly continuesTrace: boolean;
  /** Set when the request is recorded. */
  span: SpanIds | undefined = undefined;
  /** Path of the target as it was sent, without query; `''` while it is not known. */
  path = '';
  /** `''`, or the query with its question mark. */
  query = '';
  /** Set when the router does CORS and the request's origin is allowed. */
  allowedOrigin: string | undefined = undefined;
  route: MatchedRoute | undefined = undefined;
  caller: VerifiedCaller | undefined = undefined;
  admission: Admission | undefined = undefined;
  /** Set when the body was read to learn its model. */
  body: BufferedBody | undefined = undefined;
  /** The `model` of the body. */
  modelName: string | undefined = undefined;
  backend: BackendDecision | undefined = undefined;
  limits: TakeResult | undefined = undefined;
  /** Goes to the backend in place of the client's credential. */
  serviceToken: string | undefined = undefined;
  /** Backends that failed before `backend` got the request; absent when none did. */
  failovers: PassedOver[] | undefined = undefined;
  /** Backends that got the request again because the connection that it was sent on first was dead; absent when none did. */
  resentTo: string[] | undefined = undefined;
  /** Set when the plan limits the tokens of models. */
  meter: TokenMeter | undefined = undefined;
  /** Sends `100 Continue`, once, before the body is read; absent when the client does not wait for it. */
  continueBody: (() => void) | undefined = undefined;
  /** Stops what runs towards the backend; called at the end, also when all went well. */
  cancelBackend: (() => void) | undefined = undefined;

  /** Whether it is an edge that asks, and sends the request on by itself: nothing is known of the backend's answer. */
  forEdge = false;
  status = 0;
  code: ErrorCode | undefined = undefined;
  /** For the log: what went wrong, in words that never reach a client. */
  cause: string | undefined = undefined;
  /** First byte of the answer, on the clock of `performance.now()`; 0 while there is none. */
  firstByteAt = 0;
  /** Whether the answer comes in pieces for as long as it likes: server-sent events, or a tunnel. */
  streams = false;
  /** Bytes of the bodies. */
  bytesIn = 0;
  bytesOut = 0;
  /** Whether the answer did not reach its end. */
  aborted = false;
  ended = false;
  /** Bytes of its bodies that are in memory. */
  private heldBytes = 0;

  constructor(
    readonly request: ClientRequest,
    readonly lifetime: Lifetime,
    private readonly observer: ExchangeObserver,
  ) {
    this.requestId = requestIdOf(request.headers['x-request-id']);
    const { traceparent } = request.headers;
    this.traceparent = traceparentOf(traceparent);
    this.continuesTrace = this.traceparent === traceparent;
  }

  /** Counts bytes of a body that stays in memory for a while. @returns whether there is room; if not, none are counted */
  hold(bytes: number): boolean {
    if (!this.lifetime.bodies.take(this.limitKey, bytes, this.heldBytes)) return false;
    this.heldBytes += bytes;
    return true;
  }

  /** The request's body is needed no more. */
  dropBody(): void {
    this.body = undefined;
    if (this.heldBytes === 0) return;
    this.lifetime.bodies.give(this.limitKey, this.heldBytes);
    this.heldBytes = 0;
  }

  /** Frees what nobody reads again of a request that is being answered: a stream may go on for an hour. */
  forgetHead(): void {
    this.request.rawHeaders.length = 0;
    this.request.headers.authorization = undefined;
  }

  /** Its backend has failed it, and it goes on to another. */
  passOver(reason: FailureReason): void {
    this.failovers ??= [];
    this.failovers.push({ backend: this.backend?.id ?? '', reason });
  }

  /** The connection was dead before its backend got the request, which goes there again on a new one. */
  resend(): void {
    this.resentTo ??= [];
    this.resentTo.push(this.backend?.id ?? '');
  }

  private get limitKey(): string {
    return this.caller?.limitKey ?? '';
  }

  /** Its answer has been handed over, or the connection is gone: of a tunnel, that is the end. */
  closed(finished: boolean): void {
    this.end(finished || this.status === 101);
  }

  /** The rest of its request cannot be read. @returns its id */
  unreadable(code: ErrorCode, cause: string): string {
    this.code ??= code;
    this.cause ??= cause;
    if (this.status === 0) this.status = ERRORS[code].status;
    return this.requestId;
  }

  /** Frees all that the exchange holds. Only the first call counts. */
  end(complete: boolean): void {
    if (this.ended) return;
    this.ended = true;
    this.aborted = !complete;
    this.limits?.lease?.release();
    this.dropBody();
    this.meter?.end(complete, this.bytesIn);
    this.cancelBackend?.();
    this.observer(this);
  }
}
