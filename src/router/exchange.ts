/**
 * One request and its answer, from the first header to the last byte: what the steps of the pipeline have learned,
 * for those that come after them, for the answer's headers, and for log and metrics. It ends once, whatever ends it.
 */
import type { IncomingMessage } from 'node:http';
import type { Admission, BackendDecision, MatchedRoute } from '../model/decide';
import type { BufferedBody } from './body';
import type { ErrorCode } from './errors';
import type { VerifiedCaller } from './identity/verifier';
import type { TakeResult } from './limits/store';
import { requestIdOf } from './request-id';
import { traceparentOf } from './trace-context';
import type { TokenMeter } from './usage/token-meter';

/** Told once when an exchange has ended. */
export type ExchangeObserver = (exchange: Exchange) => void;

/** The router's own state, as exchanges see it. */
export interface Lifetime {
  /** Whether the router is on its way to the end, so that connections should not be used again. */
  readonly draining: boolean;
}

/** Made with the request's head; the steps of the pipeline fill it in. */
export class Exchange {
  /** On the clock of `performance.now()`. Unit: milliseconds. */
  readonly startedAt = performance.now();
  readonly requestId: string;
  readonly traceparent: string;
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
  /** Set when the plan limits the tokens of models. */
  meter: TokenMeter | undefined = undefined;
  /** Sends `100 Continue`, once, before the body is read; absent when the client does not wait for it. */
  continueBody: (() => void) | undefined = undefined;
  /** Stops what runs towards the backend; called at the end, also when all went well. */
  cancelBackend: (() => void) | undefined = undefined;

  status = 0;
  code: ErrorCode | undefined = undefined;
  /** For the log: what went wrong, in words that never reach a client. */
  cause: string | undefined = undefined;
  /** First byte of the answer, on the clock of `performance.now()`; 0 while there is none. */
  firstByteAt = 0;
  /** Bytes of the bodies. */
  bytesIn = 0;
  bytesOut = 0;
  /** Whether the answer did not reach its end. */
  aborted = false;
  ended = false;

  constructor(
    readonly request: IncomingMessage,
    readonly lifetime: Lifetime,
    private readonly observer: ExchangeObserver,
  ) {
    this.requestId = requestIdOf(request.headers['x-request-id']);
    this.traceparent = traceparentOf(request.headers.traceparent);
  }

  /** Frees all that the exchange holds. Only the first call counts. */
  end(complete: boolean): void {
    if (this.ended) return;
    this.ended = true;
    this.aborted = !complete;
    this.limits?.lease?.release();
    this.meter?.end(complete, this.bytesIn);
    this.cancelBackend?.();
    this.observer(this);
  }
}
