/**
 * One request on its way to a backend and its answer on the way back: bytes pass as they come, each side slows the
 * other down, and every way in which one of the four ends can fail has one place here (contract S1 to S4).
 *
 *     client ── request ──► upload ──► backend ── answer ──► relay ──► client
 */
import type { BackendDecision } from '../../model/decide';
import type { TimeoutsModel } from '../../model/gateway-model';
import { answerRefusal } from '../answer';
import type { ErrorCode } from '../errors';
import type { Exchange } from '../exchange';
import type { ClientAnswer } from '../http/client-answer';
import { refused } from '../refusal';
import { type AnswerHead, isEventStream } from './answer-head';
import type { BackendConnection, RequestSink } from './backend-connection';
import { BodyStream } from './body-stream';
import { breakOff } from './break-off';
import type { Course } from './course';
import { codeOfFailure, diedBeforeItWasUsed, IDEMPOTENT } from './failure';
import type { Shared } from './forwarder-parts';
import { Patience } from './patience';
import { type AnswerSource, Relay } from './relay';
import { backendHeaders, headText } from './request-headers';
import { openUpload, type StreamedUpload, type Upload } from './upload';

/** One request and its answer, from the choice of a backend to the last byte. */
export class Forwarding implements RequestSink, AnswerSource {
  private readonly timeouts: TimeoutsModel;
  private readonly patience: Patience;
  private readonly relay: Relay;
  private chosen: BackendDecision;
  /** Absent for a service that says nothing of backends that fail. */
  private readonly course: Course | undefined;
  private head = '';
  private upload: Upload | undefined;
  private connection: BackendConnection | undefined;
  private answer: AnswerHead | undefined;
  /** Set while a body goes by. */
  private stream: BodyStream | undefined;
  private replayed = false;
  private sentAt = 0;
  /** Whether the request has failed, so that nothing that still arrives counts. */
  private failed = false;
  /** Whether the connection has been given back or lost. */
  private over = false;
  /** Whether the request is about to go on to another backend, so that this one's words count no more. */
  private leaving = false;

  constructor(
    private readonly shared: Shared,
    private readonly exchange: Exchange,
    private readonly toClient: ClientAnswer,
  ) {
    this.timeouts = (exchange.route as NonNullable<typeof exchange.route>).service.timeouts;
    this.chosen = exchange.backend as BackendDecision;
    this.course = shared.health.courseOf(exchange);
    this.patience = new Patience(this.timeouts, (code, cause) => this.tooLate(code, cause));
    this.relay = new Relay(shared, exchange, toClient, this.patience, this);
  }

  /** Sends the request; to be called once. */
  start(): void {
    this.exchange.cancelBackend = () => this.cancel();
    if (this.exchange.ended) return;
    try {
      this.open();
    } catch (error) {
      this.fail('internal_error', (error as Error).stack);
    }
  }

  private open(): void {
    const { course, exchange } = this;
    const upload = openUpload(exchange);
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
    connection.begin(exchange.request.method, this);
    if (upload.kind === 'buffered') {
      this.patience.wait('first-byte');
      connection.writeWhole(head, upload.body.chunks, upload.body.length);
    } else {
      this.patience.wait('upload');
      connection.writeHead(head);
      this.sendStream(upload, connection);
    }
  }

  private sendStream(upload: StreamedUpload, connection: BackendConnection): void {
    if (this.stream !== undefined) {
      this.stream.again(connection);
      return;
    }
    this.stream = new BodyStream(this.exchange, upload, this.patience, () => this.fail('body_too_large'));
    this.stream.begin(connection);
  }

  onDrain(): void {
    this.stream?.goOn();
  }

  onLost(error: NodeJS.ErrnoException): void {
    this.over = true;
    if (this.leaving || this.sendAgain(error)) return;
    this.stream?.goOn();
    if (this.relay.done || this.failed || this.exchange.ended) return;
    if (this.answer !== undefined) {
      this.fail('backend_failed', error.message);
      return;
    }
    const code = codeOfFailure(error, this.connection?.stood === true);
    if (code !== 'internal_error' && this.tryNext('reset')) return;
    this.fail(code, error.code === undefined ? error.stack : error.message);
  }

  /** A connection that was used before, and was dead when it got the request, is replaced once. */
  private sendAgain(error: NodeJS.ErrnoException): boolean {
    const { connection, upload, exchange, relay } = this;
    if (this.replayed || connection === undefined || upload === undefined) return false;
    if (relay.done || this.failed || exchange.ended || this.answer !== undefined) return false;
    if (upload.kind === 'streamed' && this.stream?.repeatable !== true) return false;
    const waited = performance.now() - this.sentAt;
    const { method } = exchange.request;
    if (connection.requests < 2 || !diedBeforeItWasUsed(method, error, waited)) return false;
    this.replayed = true;
    exchange.resend();
    this.shared.pools.dropIdle(this.chosen.id);
    this.send(upload);
    return true;
  }

  private tooLate(code: ErrorCode, cause: string): void {
    const ofTheBackend = code === 'backend_timeout' && this.answer === undefined;
    if (ofTheBackend && this.tryNext('timeout')) return;
    this.fail(code, cause);
  }

  /**
   * Sends the request to the next backend of its course, if it may go there: on a later turn, as what failed is still
   * speaking. A body that has gone by cannot be sent again.
   */
  private tryNext(failure: 'reset' | 'timeout' | 'status'): boolean {
    const { course, exchange, upload } = this;
    if (course === undefined || upload === undefined || this.failed || exchange.ended) return false;
    const received = this.connection?.stood === true;
    const reason = received ? failure : 'connect';
    const idempotent = IDEMPOTENT.has(exchange.request.method);
    const repeatable = upload.kind === 'buffered';
    const next = course.next({ reason, received, idempotent, repeatable });
    if (next === undefined || !repeatable) return false;
    this.leaving = true;
    this.patience.end();
    exchange.passOver(reason);
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
    const { exchange, toClient } = this;
    if (this.failed || this.relay.done || exchange.ended) return;
    this.failed = true;
    this.patience.end();
    this.stream?.forget();
    this.abandon();
    exchange.cause = cause;
    if (!toClient.headersSent) {
      answerRefusal(this.shared.gateway, exchange, toClient, refused(code, { headers }));
    } else {
      exchange.code = code;
      breakOff(exchange, toClient, this.answer as AnswerHead, code);
    }
  }

  onAnswer(head: AnswerHead): void {
    const { exchange } = this;
    if (this.failed || this.leaving || exchange.ended) return;
    if (this.course !== undefined) {
      if (!this.course.lists(head.status)) this.course.succeeded();
      else if (this.tryNext('status')) return;
    }
    this.answer = head;
    // Neither head nor body is needed again, and a stream may go on for an hour: they were a fifth of its memory.
    this.head = '';
    this.upload = undefined;
    this.stream?.forget();
    exchange.dropBody();
    exchange.status = head.status;
    exchange.meter?.begin(head);
    exchange.firstByteAt = performance.now();
    exchange.streams = isEventStream(head);
    this.relay.begin(head);
    if (exchange.streams) {
      exchange.forgetHead();
      head.rawHeaders.length = 0;
    }
  }

  onData(piece: Buffer): void {
    const { exchange } = this;
    if (this.failed || this.leaving || exchange.ended) return;
    exchange.bytesOut += piece.length;
    exchange.meter?.push(piece);
    this.relay.data(piece);
  }

  onPause(): void {
    if (this.answer === undefined || this.failed || this.exchange.ended) return;
    this.relay.pause();
  }

  onEnd(): void {
    this.over = true;
    if (this.relay.done || this.failed || this.leaving || this.exchange.ended) return;
    this.relay.end();
  }

  hold(): boolean {
    const { connection } = this;
    if (connection === undefined || connection.socket.isPaused()) return false;
    connection.socket.pause();
    return true;
  }

  goOn(): void {
    if (this.over) return;
    this.patience.wait('idle');
    this.connection?.socket.resume();
  }

  spoil(cause: string): void {
    this.fail('backend_failed', cause);
  }

  overload(): void {
    this.fail('overloaded', 'an answer to be changed', ['retry-after', '1']);
  }

  /** Nobody waits for the backend any more: the client has its answer, or has gone. */
  private cancel(): void {
    this.patience.end();
    this.course?.end();
    // Who has just handed on the last byte of an answer is about to give its connection back.
    if (!this.relay.done) this.abandon();
  }

  /** A connection whose answer is over has gone back to its pool and is somebody else's. */
  private abandon(): void {
    if (!this.over) this.connection?.abandon();
    this.over = true;
  }
}
