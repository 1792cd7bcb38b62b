/** Clients for the tests: one that gathers an answer, and one that writes bytes to a bare connection. */
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request as sendRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { TOKEN } from './router-under-test';

export interface ClientAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  json(): Record<string, unknown>;
}

export interface ClientRequest {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** Sends a request with Ada's token, unless `headers` say `authorization: undefined`, and reads the whole answer. */
export function send(port: number, path: string, options: ClientRequest = {}): Promise<ClientAnswer> {
  return new Promise((resolve, reject) => {
    const { authorization = TOKEN, ...headers } = options.headers ?? {};
    const withToken = options.headers !== undefined && 'authorization' in options.headers;
    const sent = withToken ? { ...options.headers } : { authorization, ...headers };
    for (const name of Object.keys(sent)) if (sent[name] === undefined) delete sent[name];
    const request = sendRequest({
      port,
      path,
      host: '127.0.0.1',
      method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
      headers: sent,
      agent: false,
    });
    request.on('error', reject);
    request.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const body = Buffer.concat(chunks);
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          rawHeaders: answer.rawHeaders,
          body,
          json: () => JSON.parse(body.toString('utf8')) as Record<string, unknown>,
        });
      });
    });
    request.end(options.body);
  });
}

/** Writes text to a bare connection and reads until it is closed. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => resolve(answer));
    socket.on('close', () => resolve(answer));
  });
}

/** A bare connection that has written its text; what it reads is gathered in `text()`. */
export async function openRaw(
  port: number,
  text: string,
): Promise<{ readonly socket: Socket; text(): string }> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => socket.destroy());
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  socket.write(text, 'latin1');
  return { socket, text: () => answer };
}

/** Waits until something holds; fails after ten seconds. */
export async function until(holds: () => boolean, what = 'condition'): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain for ${what}`);
}
