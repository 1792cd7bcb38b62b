/** The reader of backends' answers, split at every byte. */
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import type { AnswerHead } from '../../../src/router/proxy/answer-head';
import { AnswerReader } from '../../../src/router/proxy/answer-reader';

interface Reading {
  readonly status: number | undefined;
  readonly body: string;
  readonly done: boolean;
  readonly reusable: boolean;
  /** What came after the answer. */
  readonly rest: string;
}

function read(text: string, cuts: readonly number[], method = 'GET', ends = false): Reading {
  let head: AnswerHead | undefined;
  let body = '';
  const reader = new AnswerReader(method === 'HEAD', {
    onAnswer: (answer) => {
      head = answer;
    },
    onData: (piece) => {
      body += piece.toString('latin1');
    },
  });
  const bytes = Buffer.from(text, 'latin1');
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    const end = from + reader.push(bytes.subarray(from, cut));
    from = cut;
    if (reader.done) {
      const { reusable } = reader;
      return { status: head?.status, body, done: true, reusable, rest: text.slice(end) };
    }
  }
  if (ends) reader.end();
  return { status: head?.status, body, done: reader.done, reusable: reader.reusable, rest: '' };
}

/** Reads whole, at every cut into two, and byte by byte; all must agree. */
function readEverySplit(text: string, method?: string, ends?: boolean): Reading {
  const whole = read(text, [], method, ends);
  const every = Array.from({ length: text.length }, (_, index) => index);
  for (const cut of every) expect(read(text, [cut], method, ends)).toEqual(whole);
  expect(read(text, every, method, ends)).toEqual(whole);
  return whole;
}

const OK = 'HTTP/1.1 200 OK\r\n';

test.each([
  ['a length', `${OK}Content-Length: 4\r\n\r\nbodyREST`, 'body', true, 'REST'],
  ['a length of nothing', `${OK}content-length:0\r\n\r\nREST`, '', true, 'REST'],
  [
    'chunks',
    `${OK}Transfer-Encoding: Chunked\r\n\r\n4\r\nbody\r\nA;x="y"\r\n0123456789\r\n0\r\n\r\nREST`,
    'body0123456789',
    true,
    'REST',
  ],
  [
    'chunks and trailers',
    `${OK}transfer-encoding: chunked\r\n\r\n1 \r\na\r\n00\r\nx: y\r\nz: \r\n\r\nREST`,
    'a',
    true,
    'REST',
  ],
  ['a connection that closes', `${OK}connection: x, Close\r\ncontent-length: 1\r\n\r\na`, 'a', false, ''],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\na', 'a', false, ''],
  [
    'HTTP/1.0 that stays',
    'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\na',
    'a',
    true,
    '',
  ],
  [
    'a head of hints before',
    `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${OK}content-length: 1\r\n\r\na`,
    'a',
    true,
    '',
  ],
  ['no reason', 'HTTP/1.1 200\r\ncontent-length: 1\r\n\r\na', 'a', true, ''],
])('reads an answer with %s', (_name, text, body, reusable, rest) => {
  expect(readEverySplit(text)).toEqual({ status: 200, body, done: true, reusable, rest });
});

test('reads an answer up to the end of its connection', () => {
  expect(readEverySplit(`${OK}x: y\r\n\r\nbody`, 'GET', true)).toMatchObject({
    body: 'body',
    done: true,
    reusable: false,
  });
  expect(read(`${OK}x: y\r\n\r\nbody`, [])).toMatchObject({ done: false });
});

test.each([
  ['HEAD', OK],
  ['GET', 'HTTP/1.1 204 No Content\r\n'],
  ['GET', 'HTTP/1.1 304 Not Modified\r\n'],
])('reads no body after a %s that is answered with %j', (method, line) => {
  expect(readEverySplit(`${line}content-length: 4\r\n\r\nREST`, method)).toMatchObject({
    body: '',
    done: true,
    rest: 'REST',
  });
});

test.each([
  ['what is not HTTP', 'SSH-2.0\r\n\r\n'],
  ['HTTP/2', 'HTTP/2 200 OK\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['an empty line before', `\r\n${OK}\r\n`],
  ['a switch of protocols', 'HTTP/1.1 101 Switching\r\n\r\n'],
  ['a length and chunks', `${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`],
  ['two lengths', `${OK}content-length: 1\r\ncontent-length: 1\r\n\r\n`],
  ['a length below zero', `${OK}content-length: -1\r\n\r\n`],
  ['another encoding', `${OK}transfer-encoding: gzip, chunked\r\n\r\n`],
  ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'],
  ['a folded header', `${OK}x: y\r\n z\r\n\r\n`],
  ['space before the colon', `${OK}x : y\r\n\r\n`],
  ['a line without a colon', `${OK}x\r\n\r\n`],
  ['a bare line feed', `${OK}x: y\nz: 1\r\n\r\n`],
  ['a bare return', `${OK}x: y\rz: 1\r\n\r\n`],
  ['a null byte', `${OK}x: \0\r\n\r\n`],
  ['a chunk without a size', `${OK}transfer-encoding: chunked\r\n\r\n\r\n`],
  ['a chunk size with a sign', `${OK}transfer-encoding: chunked\r\n\r\n+1\r\na\r\n`],
  ['a chunk size in another notation', `${OK}transfer-encoding: chunked\r\n\r\n0x1\r\na\r\n`],
  ['a chunk size that is too long', `${OK}transfer-encoding: chunked\r\n\r\n1000000000000\r\n`],
  ['a chunk longer than it says', `${OK}transfer-encoding: chunked\r\n\r\n1\r\nab\r\n`],
  ['a chunk line that ends with a bare feed', `${OK}transfer-encoding: chunked\r\n\r\n1\na`],
  ['a trailer with a bare feed', `${OK}transfer-encoding: chunked\r\n\r\n0\r\nx: y\n\r\n`],
  ['a head without end', `${OK}x: ${'y'.repeat(70_000)}`],
])('refuses %s', (_name, text) => {
  expect(() => read(text, [])).toThrow(expect.objectContaining({ code: 'INVALID_MESSAGE' }));
  expect(() =>
    read(
      text,
      Array.from({ length: Math.min(text.length, 200) }, (_, at) => at),
    ),
  ).toThrow();
});

test('puts together what was cut into chunks, wherever the connection cuts', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary-ascii', minLength: 1 })),
      fc.array(fc.nat(500)),
      (parts, places) => {
        const chunks = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('');
        const text = `${OK}transfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`;
        const cuts = places.filter((place) => place < text.length).sort((a, b) => a - b);
        expect(read(text, cuts)).toEqual({
          status: 200,
          body: parts.join(''),
          done: true,
          reusable: true,
          rest: '',
        });
      },
    ),
  );
});

/** What Node's own client makes of an answer that a server writes before it closes the connection. */
async function readByNode(
  text: string,
): Promise<{ readonly status: number; readonly body: string } | 'refused'> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(text, 'latin1'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise((resolve) => {
      const request = get({ port, host: '127.0.0.1', agent: false }, (answer) => {
        let body = '';
        answer.setEncoding('latin1').on('data', (piece: string) => {
          body += piece;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
        answer.on('error', () => resolve('refused'));
      });
      request.on('error', () => resolve('refused'));
    });
  } finally {
    server.close();
  }
}

/** Parts of answers, many of which two readers could take in two ways. Blanks behind a chunk's size are read here alone. */
const LINES = ['200 OK', '204 No Content', '304 Not Modified', '103 Hints'].flatMap((status) => [
  `HTTP/1.1 ${status}`,
  `HTTP/1.0 ${status}`,
]);
const HEADERS = [
  ...[
    'content-length: 4',
    'content-length: 3',
    'Content-Length:  4 ',
    'content-length: 04',
    'content-length: 4, 4',
  ],
  ...[
    'content-length: +4',
    'content-length: 0x4',
    'content-length : 4',
    'content-length: 4\tx',
    'content_length: 9',
  ],
  ...[
    'transfer-encoding: chunked',
    'Transfer-Encoding:chunked ',
    'transfer-encoding: gzip, chunked',
    'transfer-encoding: x',
  ],
  ...[
    'transfer-encoding : chunked',
    'connection: close',
    'connection: keep-alive',
    'x: y',
    'x: y\r\n z',
    'x: \x00',
    'x',
    ': y',
  ],
];
const BODIES = [
  ...['', 'body', 'bodyMORE', '4\r\nbody\r\n0\r\n\r\n', '4;x=y\r\nbody\r\n0\r\nt: u\r\n\r\n'],
  ...[
    '4\nbody\n0\n\n',
    '0x4\r\nbody\r\n0\r\n\r\n',
    '5\r\nbody\r\n0\r\n\r\n',
    '3\r\nbody\r\n0\r\n\r\n',
    '+4\r\nbody\r\n0\r\n\r\n',
  ],
  ...['4\r\nbody', '4\r\nbody\r\n0\r\n', '00004\r\nbody\r\n00\r\n\r\n'],
];

test('reads nothing in another way than the client of Node does', async () => {
  const part = (of: readonly string[]) => fc.constantFrom(...of);
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      part(LINES),
      fc.array(part(HEADERS), { maxLength: 3 }),
      part(BODIES),
      async (line, headers, body) => {
        const text = `${[line, ...headers].join('\r\n')}\r\n\r\n${body}`;
        let own: Reading;
        try {
          own = read(text, [], 'GET', true);
        } catch {
          return;
        }
        if (!own.done) return;
        compared++;
        const other = await readByNode(text);
        // What comes after an answer closes the connection here, and spoils the answer there.
        if (other === 'refused' && own.rest !== '') return;
        expect(other).toEqual({ status: own.status, body: own.body });
      },
    ),
    { numRuns: 1_000 },
  );
  expect(compared).toBeGreaterThan(100);
});
