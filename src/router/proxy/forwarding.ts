/**
 * One request on its way to a backend and its answer on the way back: bytes pass as they come, each side slows the
 * other down, and every way in which one of the four ends can fail has one place here (contract S1 to S4).
 *
 *     client ── request ──► Upload ──► backend ── answer ──► Relay ──► client
 */
import {
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import type { BackendDecision } from '../../model/decide';
import type { TimeoutsModel } from '../../model/gateway-model';
import { answerRefusal } from '../answer';
import { hasBody } from '../body';
import type { CompiledGateway } from '../compiled-gateway';
import type { ErrorCode } from '../errors';
import type { Exchange } from '../exchange';
import { refused } from '../refusal';
import { type BackendAgents, type BackendRequestOptions, noteKeepAlive } from './backend-agent';
import { breakOff } from './break-off';
import { codeOfFailure, diedBeforeItWasUsed } from './failure';
import { endWith } from './one-write';
import { Patience } from './patience';
import { backendHeaders } from './request-headers';
import { openUpload, type Upload } from './upload';

/** What the forwardings of a gateway share. */
export interface Shared {
  readonly gateway: CompiledGateway;
  readonly agents: BackendAgents;
  responseHeaders(exchange: Exchange, answer: IncomingMessage): string[];
}

/** Longest head of a backend's answer. Unit: bytes. */
const HEAD_BYTES_MOST = 65_536;

/** Made for one admitted request; ends with its exchange. */
export class Forwarding {
  readonly timeouts: TimeoutsModel;
  private readonly patience: Patience;
  private options: BackendRequestOptions | undefined;
  private upload: Upload | undefined;
  private upstream: ClientRequest | undefined;
  private answer: IncomingMessage | undefined;
  /** Bytes that the backend announced; -1 when it did not. */
  private announced = -1;
  private replayed = false;
  private sentAt = 0;
  /** Whether the whole answer was handed over. */
  private done = false;
  /** Whether the request has failed, so that nothing that still arrives counts. */
  private failed = false;

  constructor(
    private readonly shared: Shared,
    readonly exchange: Exchange,
    readonly response: ServerResponse,
  ) {
    this.timeouts = (exchange.route as NonNullable<typeof exchange.route>).service.timeouts;
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
    const chosen = exchange.backend as BackendDecision;
    const headers = backendHeaders(this.shared.gateway, exchange, chosen.backend);
    const upload = openUpload(exchange, hasBody(exchange.request));
    if (upload === 'too-large') {
      this.fail('body_too_large');
      return;
    }
    headers.push(...upload.framing);
    this.upload = upload;
    this.options = {
      agent: this.shared.agents.of(chosen.id),
      host: chosen.backend.host,
      port: chosen.backend.port,
      method: exchange.request.method ?? 'GET',
      path: chosen.path + exchange.query,
      headers,
      maxHeaderSize: HEAD_BYTES_MOST,
      connectMilliseconds: this.timeouts.connectSeconds * 1000,
    };
    this.send();
  }

  private send(): void {
    const upload = this.upload as Upload;
    const upstream = sendRequest(this.options as BackendRequestOptions);
    this.upstream = upstream;
    this.sentAt = performance.now();
    upstream.on('response', (answer: IncomingMessage) => this.relay(answer));
    upstream.on('upgrade', (_answer, socket) => {
      socket.destroy();
      this.fail('backend_failed', 'switched protocols without being asked');
    });
    upstream.on('error', (error: NodeJS.ErrnoException) => this.lose(upstream, error));
    if (upload.buffered) {
      this.patience.wait('first-byte');
      upstream.once('socket', () => upload.writeTo(upstream));
    } else {
      this.patience.wait('upload');
      upload.stream(upstream, this.patience, () => this.fail('body_too_large'));
    }
  }

  /** The connection to the backend failed. */
  private lose(upstream: ClientRequest, error: NodeJS.ErrnoException): void {
    if (upstream !== this.upstream || this.done || this.failed || this.exchange.ended) return;
    if (this.answer === undefined && !this.replayed && this.upload?.buffered) {
      if (diedBeforeItWasUsed(upstream, error, performance.now() - this.sentAt)) {
        this.replayed = true;
        this.options?.agent.dropIdle();
        this.send();
        return;
      }
    }
    this.fail(this.answer === undefined ? codeOfFailure(error) : 'backend_failed', error.message);
  }

  /** Ends the exchange with a failure: as an answer if none has begun, else as a visible break. */
  private fail(code: ErrorCode, cause?: string): void {
    const { exchange, response } = this;
    if (this.failed || this.done || exchange.ended) return;
    this.failed = true;
    this.patience.end();
    this.upstream?.destroy();
    exchange.cause = cause;
    if (this.answer === undefined) {
      answerRefusal(this.shared.gateway, exchange, response, refused(code));
    } else {
      exchange.code = code;
      breakOff(exchange, response, this.answer, code);
    }
  }

  private relay(answer: IncomingMessage): void {
    const { exchange, response } = this;
    if (this.failed || exchange.ended) {
      answer.destroy();
      return;
    }
    this.answer = answer;
    const status = answer.statusCode as number;
    exchange.status = status;
    exchange.firstByteAt = performance.now();
    noteKeepAlive(answer.socket, answer.headers['keep-alive']);
    const headers = this.shared.responseHeaders(exchange, answer);
    if (exchange.lifetime.draining) headers.push('connection', 'close');
    response.writeHead(status, headers);
    const length = answer.headers['content-length'];
    this.announced = length === undefined ? -1 : Number(length);
    answer.on('data', (chunk: Buffer) => this.pass(chunk));
    answer.on('end', () => this.finish());
    answer.on('error', (error) => this.lose(this.upstream as ClientRequest, error));
    // After what came with the head: head and first bytes leave in one packet, a head alone leaves at once.
    process.nextTick(flushHead, this);
  }

  private pass(chunk: Buffer): void {
    const { exchange, response } = this;
    if (this.failed || exchange.ended) return;
    exchange.bytesOut += chunk.length;
    if (exchange.bytesOut === this.announced) {
      this.done = true;
      this.patience.end();
      endWith(response, chunk);
    } else if (response.write(chunk)) {
      this.patience.wait('idle');
    } else {
      const answer = this.answer as IncomingMessage;
      answer.pause();
      this.patience.wait('client');
      response.once('drain', () => {
        this.patience.wait('idle');
        answer.resume();
      });
    }
  }

  private finish(): void {
    if (this.done || this.failed) return;
    this.done = true;
    this.patience.end();
    this.response.end();
  }

  /** Nobody waits for the backend any more: the client has its answer, or has gone. */
  private cancel(): void {
    this.patience.end();
    const { upstream } = this;
    // A connection whose request and answer are both over goes back to the pool.
    if (upstream !== undefined && !(this.done && upstream.writableFinished)) upstream.destroy();
  }

  /** Sends the head if nothing has taken it along, and waits for what is still to come. */
  flush(): void {
    if (this.done || this.failed || this.exchange.ended) return;
    if (this.exchange.bytesOut > 0) return;
    this.response.flushHeaders();
    this.patience.wait('idle');
  }
}

/** Bodies up to this size usually come in the packet of their head, or with the one after. Unit: bytes. */
const SMALL_BODY_BYTES = 16_384;

function mayBeThere(exchange: Exchange): boolean {
  const { request } = exchange;
  if (request.complete || exchange.body !== undefined || exchange.continueBody !== undefined) return false;
  const length = request.headers['content-length'];
  return length !== undefined && Number(length) <= SMALL_BODY_BYTES;
}

function begin(forwarding: Forwarding): void {
  forwarding.begin();
}

function flushHead(forwarding: Forwarding): void {
  forwarding.flush();
}
