/**
 * One request on its way to a backend and its answer on the way back: bytes pass as they come, each side slows the
 * other down, and every way in which one of the four ends can fail has one place here (contract S1 to S4).
 *
 *     client ── request ──► upload ──► backend ── answer ──► forwarding ──► client
 */
import type { ServerResponse } from 'node:http';
import type { BackendDecision } from '../../model/decide';
import type { TimeoutsModel } from '../../model/gateway-model';
import { answerRefusal } from '../answer';
import { hasBody } from '../body';
import type { CompiledGateway } from '../compiled-gateway';
import type { ErrorCode } from '../errors';
import type { Exchange } from '../exchange';
import { refused } from '../refusal';
import { type AnswerHead, isEventStream } from './answer-head';
import type { BackendConnection, RequestSink } from './backend-connection';
import type { BackendPools } from './backend-pool';
import { breakOff } from './break-off';
import type { Course } from './course';
import { codeOfFailure, diedBeforeItWasUsed, IDEMPOTENT } from './failure';
import type { Health } from './health';
import { type JsonAnswer, jsonAnswerOf } from './json-answer';
import { Patience } from './patience';
import { backendHeaders, headText } from './request-headers';
import type { HeadersOfAnswer } from './response-headers';
import { openUpload, streamBody, type Upload } from './upload';

/** What the forwardings of a gateway share. */
export interface Shared {
  readonly gateway: CompiledGateway;
  readonly pools: BackendPools;
  readonly health: Health;
  readonly responseHeaders: (exchange: Exchange, answer: HeadersOfAnswer) => string[];
}

type HeadToSend = HeadersOfAnswer & Pick<AnswerHead, 'status'>;

/** One request and its answer, from the choice of a backend to the last byte. */
export class Forwarding implements RequestSink {
  private readonly timeouts: TimeoutsModel;
  private readonly patience: Patience;
  private chosen: BackendDecision;
  /** Absent for a service that says nothing of backends that fail. */
  private readonly course: Course | undefined;
  private head = '';
  private upload: Upload | undefined;
  private connection: BackendConnection | undefined;
  private answer: AnswerHead | undefined;
  /** Set while an answer is held back to be changed. */
  private gathered: JsonAnswer | undefined;
  private resumeUpload: (() => void) | undefined;
  private replayed = false;
  private sentAt = 0;
  /** Whether the whole answer was handed over. */
  private done = false;
  /** Whether the request has failed, so that nothing that still arrives counts. */
  private failed = false;
  /** Whether the connection has been given back or lost. */
  private over = false;
  /** Whether the request is about to go on to another backend, so that this one's words count no more. */
  private leaving = false;

  constructor(
    private readonly shared: Shared,
    private readonly exchange: Exchange,
    private readonly response: ServerResponse,
  ) {
    this.timeouts = (exchange.route as NonNullable<typeof exchange.route>).service.timeouts;
    this.chosen = exchange.backend as BackendDecision;
    this.course = shared.health.courseOf(exchange);
    this.patience = new Patience(this.timeouts, (code, cause) => this.tooLate(code, cause));
  }

  start(): void {
    this.exchange.cancelBackend = () => this.cancel();
    // Node hands over a request before it has looked at the bytes behind its head. A small body is mostly among them,
    // and then goes on in one packet with the head and can be sent again.
    if (mayBeThere(this.exchange)) setImmediate(begin, this);
    else this.begin();
  }

  /** Sends the request; to be called once. */
  begin(): void {
    if (this.exchange.ended) return;
    try {
      this.open();
    } catch (error) {
      this.fail('internal_error', (error as Error).stack);
    }
  }

  private open(): void {
    const { course, exchange } = this;
    const upload = openUpload(exchange, hasBody(exchange.request));
    const limit = exchange.route?.service.bodyLimitBytes ?? 0;
    if (exchange.bytesIn > limit) {
      this.fail('body_too_large');
      return;
    }
    this.upload = upload;
    const first = course === undefined ? this.chosen : course.first();
    if (first === undefined) {
      const wait = String(course?.retryAfterSeconds() ?? 1);
      this.fail('backend_unavailable', 'every backend gets a rest', ['retry-after', wait]);
    } else this.sendTo(first, upload);
  }

  private sendTo(chosen: BackendDecision, upload: Upload): void {
    const { exchange } = this;
    this.chosen = chosen;
    exchange.backend = chosen;
    const headers = backendHeaders(this.shared.gateway, exchange, chosen.backend);
    this.head = headText(exchange, chosen.path, headers, upload.framing);
    this.send(upload);
  }

  private send(upload: Upload): void {
    const { chosen, exchange, head } = this;
    const connectMilliseconds = this.timeouts.connectSeconds * 1000;
    const connection = this.shared.pools.take(chosen.id, connectMilliseconds);
    this.connection = connection;
    this.over = false;
    this.sentAt = performance.now();
    connection.begin(exchange.request.method ?? 'GET', this);
    if (upload.kind === 'buffered') {
      this.patience.wait('first-byte');
      connection.writeWhole(head, upload.body.chunks, upload.body.length);
    } else {
      this.patience.wait('upload');
      connection.writeHead(head);
      const tooLarge = () => this.fail('body_too_large');
      this.resumeUpload = streamBody(exchange, upload, connection, this.patience, tooLarge);
    }
  }

  onDrain(): void {
    this.resumeUpload?.();
  }

  onLost(error: NodeJS.ErrnoException): void {
    this.over = true;
    if (this.leaving) return;
    this.resumeUpload?.();
    if (this.done || this.failed || this.exchange.ended) return;
    if (this.answer !== undefined) {
      this.fail('backend_failed', error.message);
      return;
    }
    const { connection, upload } = this;
    if (!this.replayed && upload?.kind === 'buffered' && connection !== undefined) {
      const { method } = this.exchange.request;
      const waited = performance.now() - this.sentAt;
      if (connection.requests > 1 && diedBeforeItWasUsed(method ?? '', error, waited)) {
        this.replayed = true;
        this.shared.pools.dropIdle(this.chosen.id);
        this.send(upload);
        return;
      }
    }
    const code = codeOfFailure(error, connection?.stood === true);
    if (code !== 'internal_error' && this.goOn('reset')) return;
    this.fail(code, error.code === undefined ? error.stack : error.message);
  }

  private tooLate(code: ErrorCode, cause: string): void {
    const ofTheBackend = code === 'backend_timeout' && this.answer === undefined;
    if (ofTheBackend && this.goOn('timeout')) return;
    this.fail(code, cause);
  }

  /**
   * Sends the request to the next backend of its course, if it may go there: on a later turn, as what failed is still
   * speaking. A body that has gone by cannot be sent again.
   */
  private goOn(failure: 'reset' | 'timeout' | 'status'): boolean {
    const { course, exchange, upload } = this;
    if (course === undefined || upload === undefined || this.failed || exchange.ended) return false;
    const received = this.connection?.stood === true;
    const reason = received ? failure : 'connect';
    const idempotent = IDEMPOTENT.has(exchange.request.method ?? '');
    const repeatable = upload.kind === 'buffered';
    const next = course.next({ reason, received, idempotent, repeatable });
    if (next === undefined || !repeatable) return false;
    this.leaving = true;
    this.patience.end();
    exchange.failovers ??= [];
    exchange.failovers.push({ backend: this.chosen.id, reason });
    setImmediate(() => {
      this.abandon();
      this.leaving = false;
      if (exchange.ended) return;
      try {
        this.replayed = false;
        this.sendTo(next, upload);
      } catch (error) {
        this.fail('internal_error', (error as Error).stack);
      }
    });
    return true;
  }

  /** Ends the exchange with a failure: as an answer if none has begun, else as a visible break. */
  private fail(code: ErrorCode, cause?: string, headers: readonly string[] = []): void {
    const { exchange, response } = this;
    if (this.failed || this.done || exchange.ended) return;
    this.failed = true;
    this.patience.end();
    this.abandon();
    exchange.cause = cause;
    if (!response.headersSent) {
      answerRefusal(this.shared.gateway, exchange, response, refused(code, { headers }));
    } else {
      exchange.code = code;
      breakOff(exchange, response, this.answer as AnswerHead, code);
    }
  }

  onAnswer(head: AnswerHead): void {
    const { exchange } = this;
    if (this.failed || this.leaving || exchange.ended) return;
    if (this.course !== undefined) {
      if (!this.course.lists(head.status)) this.course.succeeded();
      else if (this.goOn('status')) return;
    }
    this.answer = head;
    // The body is not needed again, and a stream may go on for an hour.
    this.upload = undefined;
    exchange.body = undefined;
    exchange.status = head.status;
    exchange.firstByteAt = performance.now();
    exchange.streams = isEventStream(head);
    this.gathered = jsonAnswerOf(this.shared.gateway, exchange, head);
    if (this.gathered === undefined) this.writeHead(head);
    else this.gather(this.gathered.problem);
  }

  private writeHead(head: HeadToSend): void {
    const { exchange, response } = this;
    const headers = this.shared.responseHeaders(exchange, head);
    if (exchange.lifetime.draining) headers.push('connection', 'close');
    response.writeHead(head.status, headers);
  }

  private gather(problem: string | undefined): void {
    if (problem === undefined) this.patience.wait('idle');
    else this.fail('backend_failed', problem);
  }

  private sendGathered(gathered: JsonAnswer): void {
    const { exchange, response } = this;
    const whole = gathered.finish();
    if (whole === undefined) {
      this.fail('backend_failed', 'an answer to be changed is not JSON');
      return;
    }
    exchange.bytesOut = whole.body.length;
    this.writeHead({ ...gathered.head, rawHeaders: whole.rawHeaders });
    response.end(whole.body);
    this.done = true;
    this.patience.end();
  }

  onData(piece: Buffer): void {
    const { exchange, response } = this;
    if (this.failed || this.leaving || exchange.ended) return;
    if (this.gathered !== undefined) {
      this.gather(this.gathered.push(piece));
      return;
    }
    exchange.bytesOut += piece.length;
    if (exchange.bytesOut === this.answer?.contentLength) {
      this.done = true;
      this.patience.end();
      // Node writes text in one piece with the head, and every byte has its character in Latin-1.
      if (piece.length <= SMALL_BODY_BYTES) response.end(piece.toString('latin1'), 'latin1');
      else response.end(piece);
    } else if (response.write(piece)) {
      this.patience.wait('idle');
    } else this.waitForClient();
  }

  private waitForClient(): void {
    const { connection, response } = this;
    if (connection === undefined || connection.socket.isPaused()) return;
    connection.socket.pause();
    this.patience.wait('client');
    response.once('drain', () => {
      if (this.over) return;
      this.patience.wait('idle');
      connection.socket.resume();
    });
  }

  /** A head that came alone leaves at once; one with a body has left with its first bytes. */
  onPause(): void {
    if (this.answer === undefined || this.failed || this.exchange.ended) return;
    if (this.exchange.bytesOut > 0 || this.gathered !== undefined) return;
    this.response.flushHeaders();
    this.patience.wait('idle');
  }

  onEnd(): void {
    this.over = true;
    if (this.done || this.failed || this.leaving || this.exchange.ended) return;
    if (this.gathered !== undefined) {
      this.sendGathered(this.gathered);
      return;
    }
    this.done = true;
    this.patience.end();
    this.response.end();
  }

  /** Nobody waits for the backend any more: the client has its answer, or has gone. */
  private cancel(): void {
    this.patience.end();
    this.course?.end();
    this.abandon();
  }

  /** A connection whose answer is over has gone back to its pool and is somebody else's. */
  private abandon(): void {
    if (!this.over) this.connection?.abandon();
    this.over = true;
  }
}

/** Bodies up to this size usually come with their head, and to copy one costs less than to write it apart. Unit: bytes. */
const SMALL_BODY_BYTES = 16_384;

function mayBeThere(exchange: Exchange): boolean {
  const { request } = exchange;
  if (request.complete || exchange.body !== undefined || exchange.continueBody !== undefined) return false;
  const length = request.headers['content-length'];
  return length !== undefined && length !== '0' && Number(length) <= SMALL_BODY_BYTES;
}

function begin(forwarding: Forwarding): void {
  forwarding.begin();
}
