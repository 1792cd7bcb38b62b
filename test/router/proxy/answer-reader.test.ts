/** The reader of backends' answers, split at every byte. */
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
  expect(() => read(text, [])).toThrow(expect.objectContaining({ code: 'INVALID_ANSWER' }));
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
