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
import type { AnswerHead } from './answer-head';
import type { BackendConnection, RequestSink } from './backend-connection';
import type { BackendPools } from './backend-pool';
import { breakOff } from './break-off';
import { codeOfFailure, diedBeforeItWasUsed } from './failure';
import { Patience } from './patience';
import { backendHeaders, headText } from './request-headers';
import type { HeadersOfAnswer } from './response-headers';
import { openUpload, streamBody, type Upload } from './upload';

/** What the forwardings of a gateway share. */
export interface Shared {
  readonly gateway: CompiledGateway;
  readonly pools: BackendPools;
  readonly responseHeaders: (exchange: Exchange, answer: HeadersOfAnswer) => string[];
}

/** One request and its answer, from the choice of a backend to the last byte. */
export class Forwarding implements RequestSink {
  private readonly timeouts: TimeoutsModel;
  private readonly patience: Patience;
  private readonly chosen: BackendDecision;
  private head = '';
  private upload: Upload | undefined;
  private connection: BackendConnection | undefined;
  private answer: AnswerHead | undefined;
  private resumeUpload: (() => void) | undefined;
  private replayed = false;
  private sentAt = 0;
  /** Whether the whole answer was handed over. */
  private done = false;
  /** Whether the request has failed, so that nothing that still arrives counts. */
  private failed = false;
  /** Whether the connection has been given back or lost. */
  private over = false;

  constructor(
    private readonly shared: Shared,
    private readonly exchange: Exchange,
    private readonly response: ServerResponse,
  ) {
    this.timeouts = (exchange.route as NonNullable<typeof exchange.route>).service.timeouts;
    this.chosen = exchange.backend as BackendDecision;
    this.patience = new Patience(this.timeouts, (code, cause) => this.fail(code, cause));
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
    const { exchange } = this;
    if (exchange.ended) return;
    try {
      const upload = openUpload(exchange, hasBody(exchange.request));
      const limit = exchange.route?.service.bodyLimitBytes ?? 0;
      if (exchange.bytesIn > limit) {
        this.fail('body_too_large');
        return;
      }
      this.upload = upload;
      const headers = backendHeaders(this.shared.gateway, exchange, this.chosen.backend);
      this.head = headText(exchange, this.chosen.path, headers, upload.framing);
      this.send(upload);
    } catch (error) {
      this.fail('internal_error', (error as Error).stack);
    }
  }

  private send(upload: Upload): void {
    const { chosen, exchange, head } = this;
    const connectMilliseconds = this.timeouts.connectSeconds * 1000;
    const connection = this.shared.pools.take(chosen.id, chosen.backend, connectMilliseconds);
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
    this.fail(codeOfFailure(error), error.code === undefined ? error.stack : error.message);
  }

  /** Ends the exchange with a failure: as an answer if none has begun, else as a visible break. */
  private fail(code: ErrorCode, cause?: string): void {
    const { exchange, response } = this;
    if (this.failed || this.done || exchange.ended) return;
    this.failed = true;
    this.patience.end();
    this.abandon();
    exchange.cause = cause;
    if (!response.headersSent) {
      answerRefusal(this.shared.gateway, exchange, response, refused(code));
    } else {
      exchange.code = code;
      breakOff(exchange, response, this.answer as AnswerHead, code);
    }
  }

  onAnswer(head: AnswerHead): void {
    const { exchange, response } = this;
    if (this.failed || exchange.ended) return;
    this.answer = head;
    exchange.status = head.status;
    exchange.meter?.begin(head);
    exchange.firstByteAt = performance.now();
    const headers = this.shared.responseHeaders(exchange, head);
    if (exchange.lifetime.draining) headers.push('connection', 'close');
    response.writeHead(head.status, headers);
  }

  onData(piece: Buffer): void {
    const { exchange, response } = this;
    if (this.failed || exchange.ended) return;
    exchange.bytesOut += piece.length;
    exchange.meter?.push(piece);
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
    if (this.exchange.bytesOut > 0) return;
    this.response.flushHeaders();
    this.patience.wait('idle');
  }

  onEnd(): void {
    this.over = true;
    if (this.done || this.failed) return;
    this.done = true;
    this.patience.end();
    this.response.end();
  }

  /** Nobody waits for the backend any more: the client has its answer, or has gone. */
  private cancel(): void {
    this.patience.end();
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
