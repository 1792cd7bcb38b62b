/**
 * One connection to a backend, which carries one request after the other. Written on bare sockets, because Node's own
 * client takes as much time for a request as all the rest of the router (see `bench/`); the protocol is in
 * `answer-reader.ts`, the pool in `backend-pool.ts`.
 */
import type { Socket } from 'node:net';
import { AnswerReader, type AnswerSink } from './answer-reader';
import type { Connector } from './connector';

/** Told how a request fares. Nothing comes after `onEnd` or `onLost`. */
export interface RequestSink extends AnswerSink {
  /** All that has arrived so far was handed over. */
  onPause(): void;
  onEnd(): void;
  /** What was written has been taken by the system. */
  onDrain(): void;
  onLost(error: NodeJS.ErrnoException): void;
}

/** Why a connection failed, where the time limit was the reason. */
export class ConnectTimeoutError extends Error {
  readonly code = 'CONNECT_TIMEOUT';
}

/** Up to here, copying a body behind its head costs less than writing two pieces. Unit: bytes. */
const COPY_BYTES_MOST = 16_384;

/** Where connections go when they can be used again. */
export interface ConnectionHome {
  free(connection: BackendConnection, keepAlive: string | undefined): void;
  gone(connection: BackendConnection): void;
}

/** One connection to a backend. Carries one request at a time. */
export class BackendConnection {
  readonly socket: Socket;
  /** When it takes no more requests, on the clock of `performance.now()`. Its pool says so. */
  retiresAt = Number.POSITIVE_INFINITY;
  /** Requests that were begun on it. */
  requests = 0;
  /** Whether it has ever stood, so that what was written may have arrived. */
  stood = false;
  /** Whether the request at hand has been written to its end. */
  private written = false;
  private reader: AnswerReader | undefined;
  private sink: RequestSink | undefined;
  private error: NodeJS.ErrnoException | undefined;

  constructor(
    connector: Connector,
    connectMilliseconds: number,
    private readonly home: ConnectionHome,
  ) {
    const socket = connector.open((bytes) => this.read(bytes));
    this.socket = socket;
    const timer = setTimeout(() => {
      socket.destroy(new ConnectTimeoutError('the connection took too long'));
    }, connectMilliseconds);
    socket.once(connector.standsWith, () => {
      this.stood = true;
      clearTimeout(timer);
    });
    socket.on('drain', () => this.sink?.onDrain());
    socket.on('end', () => this.readEnd());
    socket.on('error', (error) => {
      this.error = error;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      home.gone(this);
      this.lose(this.error ?? closedEarly());
    });
  }

  get usable(): boolean {
    return !this.socket.destroyed && this.socket.readable && this.socket.writable;
  }

  /** Takes on a request; its bytes follow with the `write` methods. */
  begin(method: string, sink: RequestSink): void {
    this.requests++;
    this.written = false;
    this.sink = sink;
    this.reader = new AnswerReader(method === 'HEAD', sink);
  }

  /** Writes a request whose body is there; one piece if it is small. */
  writeWhole(head: string, chunks: readonly Buffer[], length: number): void {
    const { socket } = this;
    this.written = true;
    if (length === 0) socket.write(head, 'latin1');
    else if (length <= COPY_BYTES_MOST && chunks.length === 1) {
      socket.write(head + (chunks[0] as Buffer).toString('latin1'), 'latin1');
    } else {
      socket.cork();
      socket.write(head, 'latin1');
      for (const chunk of chunks) socket.write(chunk);
      socket.uncork();
    }
  }

  writeHead(head: string): void {
    this.socket.write(head, 'latin1');
  }

  /** @returns whether more may follow before `onDrain` */
  writeBody(chunk: Buffer, chunked: boolean): boolean {
    const { socket } = this;
    if (!chunked) return socket.write(chunk);
    socket.cork();
    socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
    socket.write(chunk);
    const more = socket.write('\r\n', 'latin1');
    socket.uncork();
    return more;
  }

  endBody(chunked: boolean): void {
    this.written = true;
    if (chunked) this.socket.write('0\r\n\r\n', 'latin1');
  }

  /** Gives the request up, and the connection with it. Nothing is told any more. */
  abandon(): void {
    this.sink = undefined;
    this.socket.destroy();
  }

  private read(bytes: Buffer): void {
    const { sink, reader } = this;
    // A backend that speaks without being asked would answer the next request with this.
    if (sink === undefined || reader === undefined) {
      this.socket.destroy();
      return;
    }
    let end: number;
    try {
      end = reader.push(bytes);
      if (reader.done) this.finish(sink, reader, end === bytes.length);
      else sink.onPause();
    } catch (error) {
      this.lose(error as NodeJS.ErrnoException);
      this.socket.destroy();
    }
  }

  private readEnd(): void {
    const { sink, reader } = this;
    reader?.end();
    if (sink !== undefined && reader?.done === true) this.finish(sink, reader, false);
    else this.socket.destroy();
  }

  private finish(sink: RequestSink, reader: AnswerReader, clean: boolean): void {
    if (this.sink !== sink) return;
    this.sink = undefined;
    this.reader = undefined;
    sink.onEnd();
    if (clean && this.written && reader.reusable && this.usable) {
      if (this.socket.isPaused()) this.socket.resume();
      this.home.free(this, reader.keepAlive);
    } else this.socket.destroy();
  }

  private lose(error: NodeJS.ErrnoException): void {
    const { sink } = this;
    this.sink = undefined;
    sink?.onLost(error);
  }
}

/** As Node's own client names it, so that whoever judges failures need not know who met them. */
function closedEarly(): NodeJS.ErrnoException {
  return Object.assign(new Error('the backend closed the connection'), { code: 'ECONNRESET' });
}
