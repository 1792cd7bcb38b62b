/** A request's body on its way to the backend as it comes, at the backend's pace. */
import { KEPT_BYTES_MOST } from '../body';
import type { Exchange } from '../exchange';
import type { BodySink } from '../http/client-request';
import type { BackendConnection } from './backend-connection';
import { mayHaveDiedUnused } from './failure';
import type { Patience } from './patience';
import type { StreamedUpload } from './upload';

/**
 * Made for one forwarding. What goes out on a connection that was used before is kept until the answer begins, so that
 * nothing is lost when that connection turns out to be dead.
 */
export class BodyStream implements BodySink {
  private connection: BackendConnection | undefined;
  /** What was sent, while it can be sent again. */
  private kept: Buffer[] | undefined;
  private keptBytes = 0;
  private begunAt = 0;
  private complete = false;

  /** @param onTooLarge the body went over the service's limit; nothing is sent any more */
  constructor(
    private readonly exchange: Exchange,
    private readonly upload: StreamedUpload,
    private readonly patience: Patience,
    private readonly onTooLarge: () => void,
  ) {}

  /** To be called once, after the request's head was written. */
  begin(connection: BackendConnection): void {
    const { request, continueBody } = this.exchange;
    const { beginning } = this.upload;
    this.connection = connection;
    this.begunAt = performance.now();
    if (connection.requests > 1) this.kept = [];
    continueBody?.();
    for (const chunk of beginning) this.write(chunk, connection);
    request.read(this);
  }

  /** Whether nothing of what was sent is gone. */
  get repeatable(): boolean {
    return this.kept !== undefined;
  }

  /** Sends all of it once more, over another connection and for the last time. Only while it is repeatable. */
  again(connection: BackendConnection): void {
    const sent = this.kept ?? [];
    this.forget();
    this.connection = connection;
    let more = true;
    for (const chunk of sent) more = connection.writeBody(chunk, this.upload.chunked);
    if (this.complete) this.onBodyEnd();
    else if (more) this.exchange.request.resume();
    else this.holdUp();
  }

  /** It need not be sent again. */
  forget(): void {
    if (this.kept === undefined) return;
    this.kept = undefined;
    this.exchange.dropBody();
  }

  /** The backend has taken what was written, or is gone. */
  goOn(): void {
    const { exchange, patience } = this;
    if (exchange.firstByteAt === 0 && !exchange.request.complete) patience.wait('upload');
    exchange.request.resume();
  }

  onBody(chunk: Buffer): void {
    const { exchange, connection, patience } = this;
    exchange.bytesIn += chunk.length;
    if (connection === undefined || exchange.ended) return;
    if (exchange.bytesIn > (exchange.route?.service.bodyLimitBytes ?? 0)) {
      this.onTooLarge();
      return;
    }
    const answered = exchange.firstByteAt !== 0;
    if (this.write(chunk, connection)) {
      if (answered) patience.refresh();
      else patience.wait('upload');
      return;
    }
    this.holdUp();
  }

  /** The client waits until the backend has taken what was written. */
  private holdUp(): void {
    const { request, firstByteAt } = this.exchange;
    request.pause();
    if (firstByteAt === 0) this.patience.wait('backend');
  }

  /** What is left of a body whose backend has gone is thrown away, unless it may be sent again. */
  private write(chunk: Buffer, connection: BackendConnection): boolean {
    this.keep(chunk);
    return connection.socket.destroyed || connection.writeBody(chunk, this.upload.chunked);
  }

  private keep(chunk: Buffer): void {
    const { kept, exchange } = this;
    if (kept === undefined) return;
    this.keptBytes += chunk.length;
    const inTime = mayHaveDiedUnused(exchange.request.method, performance.now() - this.begunAt);
    if (inTime && this.keptBytes <= KEPT_BYTES_MOST && exchange.hold(chunk.length)) kept.push(chunk);
    else this.forget();
  }

  onBodyEnd(): void {
    const { exchange, connection } = this;
    this.complete = true;
    if (connection === undefined || connection.socket.destroyed || exchange.ended) return;
    if (exchange.firstByteAt === 0) this.patience.wait('first-byte');
    connection.endBody(this.upload.chunked);
  }

  /** The exchange ends with the client's connection, and what was begun with it. */
  onBodyLost(): void {}
}
