/** Talks to a target as clients do: whole requests, streams of events, WebSockets, and bytes on a bare connection. */
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as requestHttp,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import type { Address, Target } from './target';

/** A request; its path begins behind the base path. */
export interface ClientRequest {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** An answer that has come whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly text: string;
  json(): Record<string, unknown>;
}

/** A target's address: as it is given, or by its name. */
export function addressOf({ baseUrl, address }: Target): Address {
  const port = baseUrl.port !== '' ? Number(baseUrl.port) : baseUrl.protocol === 'https:' ? 443 : 80;
  return address ?? { host: baseUrl.hostname, port };
}

/** The path of a request line: base path, then what follows it. */
export function fullPath(target: Target, path: string): string {
  return `${target.baseUrl.pathname.replace(/\/$/, '')}${path}`;
}

/** Sends a request; resolves with the head of its answer. */
export function open(target: Target, path: string, request: ClientRequest = {}): Promise<IncomingMessage> {
  const { host, port } = addressOf(target);
  const secure = target.baseUrl.protocol === 'https:';
  const options = {
    host,
    port,
    path: fullPath(target, path),
    method: request.method ?? (request.body === undefined ? 'GET' : 'POST'),
    headers: withLength({ host: target.baseUrl.host, ...request.headers }, request.body),
    agent: false as const,
    servername: target.baseUrl.hostname,
    ...(target.certificate === undefined ? {} : { ca: target.certificate }),
  };
  return new Promise((resolve, reject) => {
    const sent = (secure ? requestHttps : requestHttp)(options, resolve);
    sent.on('error', reject);
    sent.end(request.body);
  });
}

function withLength(headers: OutgoingHttpHeaders, body: string | Buffer | undefined): OutgoingHttpHeaders {
  return body === undefined || 'transfer-encoding' in headers
    ? headers
    : { 'content-length': Buffer.byteLength(body), ...headers };
}

/** Sends a request and reads its answer. @throws when the answer breaks off */
export async function send(target: Target, path: string, request: ClientRequest = {}): Promise<Answer> {
  return readAnswer(await open(target, path, request));
}

async function readAnswer(message: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const { statusCode: status = 0, headers, rawHeaders } = message;
  return { status, headers, rawHeaders, text, json: () => JSON.parse(text) as Record<string, unknown> };
}

/** A stream of events that is being read. */
export interface EventStream {
  readonly answer: IncomingMessage;
  /** The next event with its fields; `undefined` at the end, in whatever way it came. */
  next(): Promise<string | undefined>;
  /** Reads what is left. `complete`: it ended as its framing says. */
  end(): Promise<'complete' | 'broken'>;
  /** The client goes away. */
  leave(): void;
}

/** Sends a request and reads its answer event by event. */
export async function openEvents(target: Target, path: string, request: ClientRequest): Promise<EventStream> {
  const answer = await open(target, path, request);
  const { next, closed } = eventsOf(answer);
  const end = async () => {
    while ((await next()) !== undefined);
    await closed;
    return answer.complete ? 'complete' : 'broken';
  };
  return { answer, next, end, leave: () => void answer.destroy() };
}

/** Takes what comes at once: an iterator over the answer would lose what arrives together with its break. */
function eventsOf(answer: IncomingMessage): Pick<EventStream, 'next'> & { readonly closed: Promise<void> } {
  const events: string[] = [];
  let rest = '';
  let over = false;
  let wake = () => {};
  answer.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n\n');
    rest = parts.pop() ?? '';
    events.push(...parts.map((part) => part.trim()).filter((part) => part !== ''));
    wake();
  });
  // A break is told by `end`.
  answer.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    answer.once('close', () => {
      over = true;
      wake();
      resolve();
    });
  });
  const next = async () => {
    while (events.length === 0 && !over) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return events.shift();
  };
  return { next, closed };
}

/** How long a bare connection may be quiet before it counts as answered. Unit: milliseconds. */
const QUIET_MILLISECONDS = 2_000;

/** Writes text to a bare connection; resolves with what came back once it is closed, or quiet. */
export function sendRaw(target: Target, text: string): Promise<string> {
  const socket = connect(target);
  let answer = '';
  return new Promise((resolve) => {
    socket.setTimeout(QUIET_MILLISECONDS, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(answer));
    socket.write(text, 'latin1');
  });
}

function connect(target: Target): Socket {
  const { host, port } = addressOf(target);
  if (target.baseUrl.protocol !== 'https:') return connectTcp({ host, port });
  return connectTls({
    host,
    port,
    servername: target.baseUrl.hostname,
    ALPNProtocols: ['http/1.1'],
    ...(target.certificate === undefined ? {} : { ca: target.certificate }),
  });
}

/** A WebSocket, open or refused. */
export interface SocketAttempt {
  readonly socket: WebSocket;
  /** Messages so far. */
  readonly messages: readonly string[];
  /** The refusal; `undefined` when it is open. */
  readonly refusal?: Answer;
}

/** Opens a WebSocket, or takes the refusal. */
export function openSocket(
  target: Target,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<SocketAttempt> {
  const { host, port } = addressOf(target);
  const scheme = target.baseUrl.protocol === 'https:' ? 'wss' : 'ws';
  const options = {
    headers: { host: target.baseUrl.host, ...headers },
    servername: target.baseUrl.hostname,
    ...(target.certificate === undefined ? {} : { ca: target.certificate }),
  };
  const socket = new WebSocket(`${scheme}://${host}:${port}${fullPath(target, path)}`, options);
  const messages: string[] = [];
  socket.on('message', (data: Buffer) => messages.push(data.toString()));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => resolve({ socket, messages }));
    socket.on('unexpected-response', (_request, message: IncomingMessage) => {
      readAnswer(message).then((refusal) => resolve({ socket, messages, refusal }), reject);
    });
  });
}
