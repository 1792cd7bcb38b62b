/** Requests as they are read off a client's connection: over real sockets, and beside Node's own server. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { ERRORS } from '../../../src/router/errors';
import type { ClientAnswer } from '../../../src/router/http/client-answer';
import type { ClientRequest } from '../../../src/router/http/client-request';
import { ClientServer } from '../../../src/router/http/client-server';
import { openRaw, until } from '../../support/client';

/** What a server has made of a request. */
interface Reading {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
}

let readings: Reading[] = [];
let causes: string[] = [];
/** Answers that are held back, where a test wants to give them itself. */
let held: (() => void)[] | undefined;

function answerWith(answer: ClientAnswer, text: string): void {
  answer.writeHead(200, ['content-length', String(text.length)]);
  answer.end(Buffer.from(text));
}

/** Whether answers come before the body. */
let eager = false;
let onPiece = () => {};

function serve(request: ClientRequest, answer: ClientAnswer): void {
  if (eager) {
    answerWith(answer, request.head.target);
    return;
  }
  let body = '';
  request.read({
    onBody: (piece) => {
      body += piece.toString('latin1');
      onPiece();
    },
    onBodyEnd: () => {
      const { method, rawHeaders } = request;
      readings.push({ method, target: request.head.target, headers: rawHeaders, body });
      const give = () => answerWith(answer, request.head.target);
      if (held === undefined) give();
      else held.push(give);
    },
    onBodyLost: () => {},
  });
}

const clients = new ClientServer({
  serve,
  upgrade: serve,
  unreadable: (code, cause) => {
    causes.push(cause);
    return `HTTP/1.1 ${ERRORS[code].status} Refused\r\nconnection: close\r\n\r\n`;
  },
});
let port: number;
let nodes: Server;
let nodePort: number;
let nodeReadings: Reading[] = [];

beforeAll(async () => {
  await new Promise<void>((resolve) => clients.server.listen(0, '127.0.0.1', resolve));
  port = (clients.server.address() as AddressInfo).port;
  const byNode: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (piece: string) => {
      body += piece;
    });
    request.on('end', () => {
      const { method = '', url = '', rawHeaders } = request;
      nodeReadings.push({ method, target: url, headers: rawHeaders, body });
      response.end(url);
    });
  };
  nodes = createServer({ requireHostHeader: false }, byNode).on('checkExpectation', byNode);
  // What was read before it must come to its end.
  nodes.on('clientError', (_error, socket) => setTimeout(() => socket.destroy(), 5));
  await new Promise<void>((resolve) => nodes.listen(0, '127.0.0.1', resolve));
  nodePort = (nodes.address() as AddressInfo).port;
});
beforeEach(() => {
  readings = [];
  nodeReadings = [];
  causes = [];
  held = undefined;
  eager = false;
  onPiece = () => {};
});
// What a test asks of connections is about its own.
afterEach(() => until(() => clients.size === 0, 'the end of all connections'));
afterAll(() => {
  clients.destroy();
  clients.server.close();
  nodes.closeAllConnections();
  nodes.close();
});

/** What a connection holds, which nobody else is to see. */
interface Insides {
  readonly socket: Socket;
  readonly answer: ClientAnswer;
  readonly waiting: Buffer | undefined;
}

function connections(): readonly Insides[] {
  return [...(clients as unknown as { readonly connections: ReadonlySet<Insides> }).connections];
}

/** Sends text, piece by piece, and waits for the end of the connection. */
async function talk(to: number, pieces: readonly string[]): Promise<string> {
  const socket = connect({ port: to, host: '127.0.0.1', noDelay: true });
  let text = '';
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
  });
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.on('error', () => {});
  for (const piece of pieces) {
    socket.write(piece, 'latin1');
    // Else several pieces arrive as one.
    if (pieces.length > 1) await sleep(2);
  }
  // What has become the beginning of a longer request is waited for.
  const impatient = setTimeout(() => socket.destroy(), 1_000);
  await closed;
  clearTimeout(impatient);
  return text;
}

const LAST = 'GET /last HTTP/1.1\r\nconnection: close\r\n\r\n';

test.each([
  ['a request without a body', 'GET /a?b=c HTTP/1.1\r\nhost: a\r\nX-A:  b \r\n\r\n', 'GET', '/a?b=c', ''],
  ['a length', 'POST /a HTTP/1.1\r\ncontent-length: 4\r\n\r\nbody', 'POST', '/a', 'body'],
  [
    'chunks',
    'POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\nbod\r\n1\r\ny\r\n0\r\nt: u\r\n\r\n',
    'POST',
    '/a',
    'body',
  ],
  ['empty lines before it', '\r\n\r\nDELETE /a HTTP/1.1\r\n\r\n', 'DELETE', '/a', ''],
])('reads %s, wherever the connection cuts it', async (_name, text, method, target, body) => {
  const places = Array.from({ length: text.length - 1 }, (_, i) => i + 1);
  const cuts = [...places.map((at) => [text.slice(0, at), text.slice(at)]), [...text]];
  await Promise.all(cuts.map((pieces) => talk(port, [...pieces, LAST])));

  const first = readings.filter(({ target: at }) => at !== '/last');
  expect(causes).toEqual([]);
  expect(first).toHaveLength(cuts.length);
  for (const reading of first) expect(reading).toMatchObject({ method, target, body });
  expect(causes).toEqual([]);
});

test('answers requests that came together one after the other', async () => {
  held = [];
  const waiting = held;
  const requests = [1, 2, 3].map((i) => `POST /${i} HTTP/1.1\r\ncontent-length: 1\r\n\r\n${i}`).join('');
  const client = await openRaw(port, requests);
  for (let served = 1; served <= 3; served++) {
    await until(() => waiting.length === served, 'the request');
    const answers = () => client.text().match(/HTTP\/1.1 200/g)?.length ?? 0;
    await until(() => answers() === served - 1, 'the answer before');
    expect(waiting).toHaveLength(served);
    waiting[served - 1]?.();
  }
  await until(() => client.text().endsWith('/3'), 'the last answer');
  expect(readings.map(({ target, body }) => target + body)).toEqual(['/11', '/22', '/33']);
  client.socket.destroy();
});

test('takes no more of a client that sends on and on while its request is served', async () => {
  held = [];
  const client = await openRaw(port, 'GET /slow HTTP/1.1\r\n\r\n');
  await until(() => readings.length === 1, 'the request');
  const request = Buffer.from('GET /more HTTP/1.1\r\n\r\n');
  for (let i = 0; i < 500_000 && client.socket.writableLength < 1_000_000; i++) client.socket.write(request);
  // A few mebibytes fit into the buffers of the system.
  await until(() => client.socket.writableLength > 0, 'the client to be held up');
  expect(readings).toHaveLength(1);

  client.socket.destroy();
  held[0]?.();
  await until(() => clients.size === 0, 'the connection to be forgotten');
});

test.each([
  ['no HTTP', 'hello', 'it does not begin like a request'],
  ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'it does not begin like a request'],
  ['a line that ends with a line feed alone', 'GET / HTTP/1.1\nhost: a\n\n', 'bare line feed'],
  ['a method in small letters', 'get / HTTP/1.1\r\n\r\n', 'the method is not known'],
  ['a target with a blank', 'GET /a b HTTP/1.1\r\n\r\n', 'the target'],
  ['no target', 'GET HTTP/1.1\r\n\r\n', 'the first line is no request'],
  ['a name that is no token', 'GET / HTTP/1.1\r\nx y: z\r\n\r\n', 'a header name is not a token'],
  ['a line without a colon', 'GET / HTTP/1.1\r\nx\r\n\r\n', 'a header line has no colon'],
  ['two hosts', 'GET / HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n', 'two headers say'],
  ['a length twice', 'POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\na', 'two headers say'],
  [
    'a trailer that is no header',
    'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx\r\n\r\n',
    'a trailer is no header',
  ],
])('refuses %s at once, and says why', async (_name, text, cause) => {
  const answer = await talk(port, [text]);
  expect(answer).toMatch(/^HTTP\/1.1 400 /);
  expect(causes).toEqual([expect.stringContaining(cause)]);
  expect(readings).toEqual([]);
});

test('refuses a request that ends too early, and forgets the connection', async () => {
  const client = await openRaw(port, 'POST / HTTP/1.1\r\ncontent-length: 4\r\n\r\nbo');
  client.socket.end();
  await until(() => client.socket.closed, 'the end of the connection');
  expect(client.text()).toMatch(/^HTTP\/1.1 400 /);
  await until(() => clients.size === 0, 'the connection to be forgotten');
});

test('takes tiny chunks that come together as one piece', async () => {
  let pieces = 0;
  onPiece = () => {
    pieces++;
  };
  const head = 'POST /tiny HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n';
  const client = await openRaw(port, `${head}${'1\r\na\r\n'.repeat(50_000)}0\r\n\r\n`);
  await until(() => client.text().endsWith('/tiny'), 'the answer');

  expect(readings.at(-1)?.body).toBe('a'.repeat(50_000));
  expect(pieces).toBeLessThan(1_000);
  client.socket.destroy();
});

test('keeps nothing of empty lines, however many there are', async () => {
  const client = await openRaw(port, '');
  for (let i = 0; i < 200; i++) client.socket.write('\r\n'.repeat(50_000));
  const [connection] = connections();
  await until(() => connection?.socket.bytesRead === 20_000_000, 'the empty lines');
  expect(connection?.waiting?.length ?? 0).toBeLessThan(10);
  client.socket.write('GET /after HTTP/1.1\r\n\r\n');
  await until(() => client.text().endsWith('/after'), 'the answer');
  client.socket.destroy();
});

test('lets a client finish its body that has its answer already, and closes then', async () => {
  held = [];
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
  });
  eager = true;
  socket.write('POST /eager HTTP/1.1\r\nconnection: close\r\ncontent-length: 60000\r\n\r\n');
  await until(() => text.endsWith('/eager'), 'the answer');
  const failed: unknown[] = [];
  socket.on('error', (error) => failed.push(error));
  for (let i = 0; i < 60; i++) {
    socket.write(Buffer.alloc(1_000));
    await sleep(1);
  }
  expect(failed).toEqual([]);
  socket.end();
  await until(() => socket.closed, 'the end of the connection');
});

test('speaks HTTP/1.0 with a client that does', async () => {
  expect(await talk(port, ['GET /old HTTP/1.0\r\n\r\n'])).toMatch(
    /^HTTP\/1.1 200 OK\r\n[\s\S]*\r\nconnection: close\r\n\r\n\/old$/,
  );
  const kept = await openRaw(port, 'GET /old HTTP/1.0\r\nconnection: keep-alive\r\n\r\n');
  await until(() => kept.text().endsWith('/old'), 'the answer');
  expect(kept.text()).toMatch(/\r\nconnection: keep-alive\r\n/);
  kept.socket.destroy();
});

/** Parts of requests, many of which two servers could take in two ways. */
const FIRST_LINES = [
  'GET / HTTP/1.1',
  'POST /a?b HTTP/1.1',
  'POST /a HTTP/1.0',
  'PUT http://b/a HTTP/1.1',
  'POST  / HTTP/1.1',
].concat([
  'POST / HTTP/1.1 ',
  'POST /\tx HTTP/1.1',
  'POST / HTTP/2.0',
  'post / HTTP/1.1',
  'POST /\xe9 HTTP/1.1',
]);
const LINES = ['content-length: 4', 'content-length: 3', 'Content-Length:  4 ', 'content-length: 04']
  .concat([
    'content-length: 4, 4',
    'content-length: +4',
    'content-length: 0x4',
    'content-length : 4',
    'content-length: 4\x0b',
  ])
  .concat([
    'content_length: 9',
    'transfer-encoding: chunked',
    'Transfer-Encoding:chunked ',
    'transfer-encoding: gzip, chunked',
  ])
  .concat([
    'transfer-encoding: x',
    'transfer-encoding : chunked',
    'transfer-encoding:\x0bchunked',
    'x: y',
    'x: y\r\n z',
  ])
  .concat([
    'x: \x00',
    'x',
    ': y',
    'x: \xff',
    'x:',
    'x: a\rb',
    'x: a\nb',
    'connection: keep-alive',
    'expect: x',
    'host: a',
  ]);
const BODIES = [
  '',
  'body',
  '4\r\nbody\r\n0\r\n\r\n',
  '4;x=y\r\nbody\r\n0\r\nt: u\r\n\r\n',
  '4\nbody\n0\n\n',
  '0x4\r\nbody\r\n0\r\n\r\n',
]
  .concat([
    '5\r\nbody\r\n0\r\n\r\n',
    '3\r\nbody\r\n0\r\n\r\n',
    '+4\r\nbody\r\n0\r\n\r\n',
    '00004\r\nbody\r\n00\r\n\r\n',
  ])
  .concat([
    '4\r\nbody\r\n0\r\ncontent-length: 9\r\n\r\n',
    '4\r\nbody\r\n0\r\nt\r\n\r\n',
    '4;\nbody\r\n0\r\n\r\n',
    'GET /b HTTP/1.1\r\n\r\n',
  ]);

/** What ours reads, Node must read the same. @returns whether ours has read anything */
async function readsAsNode(text: string): Promise<boolean> {
  readings = [];
  nodeReadings = [];
  await talk(port, [text]);
  if (readings.length === 0) return false;
  await talk(nodePort, [text]);
  // Ours may stop earlier, and never reads further.
  expect(nodeReadings.slice(0, readings.length)).toEqual(readings);
  return true;
}

const part = (of: readonly string[]) => fc.constantFrom(...of);

test('reads nothing in another way than the server of Node does', async () => {
  let read = 0;
  const requests = fc.tuple(part(FIRST_LINES), fc.array(part(LINES), { maxLength: 3 }), part(BODIES));
  await fc.assert(
    fc.asyncProperty(requests, async ([first, lines, body]) => {
      if (await readsAsNode(`${[first, ...lines].join('\r\n')}\r\n\r\n${body}${LAST}`)) read++;
    }),
    { numRuns: 1_500, endOnFailure: true },
  );
  expect(read).toBeGreaterThan(100);
});

/** Requests that are valid until some of their bytes change. */
const VALID = [
  'POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nx: y\r\n\r\nbody',
  'POST /a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n4;x=y\r\nbody\r\n0\r\nt: u\r\n\r\n',
  'GET /a?b HTTP/1.1\r\nhost: a\r\nconnection: keep-alive\r\n\r\n',
];
const BYTES = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  '\0',
  '\x0b',
  ':',
  ';',
  ',',
  '0',
  '4',
  'a',
  '-',
  '_',
  '\x7f',
  '\xe9',
];

test('reads nothing in another way when single bytes change', async () => {
  let read = 0;
  const change = fc.record({ place: fc.nat(120), removed: fc.nat(2), added: part(['', ...BYTES]) });
  await fc.assert(
    fc.asyncProperty(
      part(VALID),
      fc.array(change, { minLength: 1, maxLength: 2 }),
      async (valid, changes) => {
        let text = valid;
        for (const { place, removed, added } of changes) {
          const at = place % text.length;
          text = text.slice(0, at) + added + text.slice(at + removed);
        }
        if (await readsAsNode(text + LAST)) read++;
      },
    ),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 1_500), endOnFailure: true },
  );
  expect(read).toBeGreaterThan(100);
});

/** A socket that reads nothing until it is asked to. */
function openPaused(text: string): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.pause();
  socket.write(text, 'latin1');
  return socket;
}

test('counts an answer as handed over only once the system has taken all of it', async () => {
  held = [];
  const waiting = held;
  const socket = openPaused('GET /large HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n');
  await until(() => waiting.length === 1, 'the request');
  const large = 'x'.repeat(20_000_000);
  readings = [];
  const [connection] = connections();
  answerWith(connection?.answer as ClientAnswer, large);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(readings).toHaveLength(0);
  socket.resume();
  await until(() => readings.length === 1, 'the next request');
  socket.destroy();
});
