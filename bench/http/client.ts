/**
 * A client of one connection that does as little as it can: it writes bytes that are ready, and looks in the answer for
 * no more than its first byte of body and its end. So most of a latency is the proxy's and the kernel's.
 */
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** When parts of an answer arrived, after the request was begun. Unit: milliseconds. */
export interface Timing {
  readonly firstByteOfBody: number;
  readonly end: number;
}

/** What every request names. */
export const HOST = 'api.example.com';

/** The bytes of a request. */
export function requestBytes(path: string, token: string, body: Buffer): Buffer {
  const head =
    `POST ${path} HTTP/1.1\r\nhost: ${HOST}\r\nauthorization: Bearer ${token}\r\n` +
    `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** One connection, for one request after the other. */
export class Client {
  private constructor(private readonly socket: Socket) {}

  static open(port: number, localAddress?: string): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: '127.0.0.1',
        port,
        noDelay: true,
        ...(localAddress === undefined ? {} : { localAddress }),
      });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Client(socket)));
    });
  }

  /** Rejects for anything but 200. */
  send(request: Buffer): Promise<Timing> {
    const { socket } = this;
    const begin = performance.now();
    let head = '';
    let bodyFrom = -1;
    let bodyBytes = 0;
    let firstByteOfBody = Number.NaN;
    return new Promise((resolve, reject) => {
      const finish = (error?: Error) => {
        socket.off('data', onData).off('close', onClose);
        if (error === undefined) resolve({ firstByteOfBody, end: performance.now() - begin });
        else reject(error);
      };
      const onClose = () => finish(new Error('the connection closed before the answer was over'));
      const onData = (bytes: Buffer) => {
        if (bodyFrom === -1) {
          head += bytes.toString('latin1');
          bodyFrom = head.indexOf('\r\n\r\n');
          if (bodyFrom === -1) return;
          if (!head.startsWith('HTTP/1.1 200')) return finish(new Error(head));
          bodyBytes = head.length - bodyFrom - 4;
        } else bodyBytes += bytes.length;
        if (bodyBytes > 0 && Number.isNaN(firstByteOfBody)) firstByteOfBody = performance.now() - begin;
        if (isOver(head, bytes, bodyBytes)) finish();
      };
      socket.on('data', onData).on('close', onClose);
      socket.write(request);
    });
  }

  /** Sends a request whose answer has no end; told of everything that arrives. */
  follow(request: Buffer, onData: (bytes: Buffer) => void, onClose: () => void): void {
    this.socket.on('data', onData).on('close', onClose).on('error', onClose);
    this.socket.write(request);
  }

  close(): void {
    this.socket.destroy();
  }
}

/** By the length that the head names, or by the last chunk. */
function isOver(head: string, bytes: Buffer, bodyBytes: number): boolean {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  return length === undefined
    ? bytes.toString('latin1', Math.max(0, bytes.length - 5)) === '0\r\n\r\n'
    : bodyBytes >= Number(length);
}
