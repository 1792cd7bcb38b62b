/**
 * Ways in which a request was ever hidden behind another one, by what two servers make of its framing. The bytes of each
 * are followed by a second request: either nothing is forwarded, or the first one is, whole, and the second is no part of
 * it.
 */
import { openRaw, until } from '../support/client';
import { situation } from '../support/situation';

const s = situation();

const HEAD = 'POST /v1/agents/first HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\n';
const HIDDEN = 'GET /v1/agents/hidden HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\n\r\n';
const CHUNKED = 'transfer-encoding: chunked\r\n';
/** Ends for a reader of chunks; a reader of lengths finds `HIDDEN` in it. */
const CHUNKS = `0\r\n\r\n${HIDDEN}`;
const both = (coding: string) => `${HEAD}content-length: ${CHUNKS.length}\r\n${coding}\r\n\r\n${CHUNKS}`;

/** Refused: nothing arrives at a backend. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['CL.TE: a length and chunks', both('transfer-encoding: chunked')],
  ['TE.CL: chunks and a length', `${HEAD}${CHUNKED}content-length: 4\r\n\r\n${CHUNKS}`],
  ['TE.TE: an unknown coding', both('transfer-encoding: xchunked')],
  ['TE.TE: space before the colon', both('transfer-encoding : chunked')],
  ['TE.TE: a tab before the value', both('transfer-encoding:\tchunked')],
  ['TE.TE: a vertical tab before the value', both('transfer-encoding:\x0bchunked')],
  ['TE.TE: a form feed after the value', both('transfer-encoding: chunked\x0c')],
  ['TE.TE: a null byte after the value', both('transfer-encoding: chunked\0')],
  ['TE.TE: quotes', both('transfer-encoding: "chunked"')],
  ['TE.TE: identity', both('transfer-encoding: identity')],
  ['TE.TE: chunked and identity', both('transfer-encoding: chunked, identity')],
  ['TE.TE: chunked twice', both('transfer-encoding: chunked, chunked')],
  ['TE.TE: two headers', both('transfer-encoding: chunked\r\ntransfer-encoding: x')],
  ['TE.TE: two headers, the other way round', both('transfer-encoding: x\r\ntransfer-encoding: chunked')],
  ['TE.TE: on a folded line', both('transfer-encoding:\r\n chunked')],
  ['TE.TE: behind a bare line feed', both('x: y\ntransfer-encoding: chunked')],
  ['TE.TE: behind a bare carriage return', both('x: y\rtransfer-encoding: chunked')],
  ['TE.TE: a letter of another alphabet', both('tran\u017ffer-encoding: chunked')],
  ['TE.TE: empty', both('transfer-encoding: ')],
  ['TE.0: chunks without a length, in an unknown coding', `${HEAD}transfer-encoding: x\r\n\r\n${CHUNKS}`],
  ['TE.0: chunked is not the last coding', `${HEAD}transfer-encoding: chunked, gzip\r\n\r\n${CHUNKS}`],
  [
    'chunks in HTTP/1.0',
    `${HEAD.replace('HTTP/1.1', 'HTTP/1.0')}${CHUNKED}content-length: 4\r\n\r\n${CHUNKS}`,
  ],
  ['CL.CL: two lengths', `${HEAD}content-length: 0\r\ncontent-length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`],
  ['CL.CL: a list of lengths', `${HEAD}content-length: 0, ${HIDDEN.length}\r\n\r\n${HIDDEN}`],
  ['a length twice in one header', `${HEAD}content-length: 0, 0\r\n\r\n${HIDDEN}`],
  ['a length with a sign', `${HEAD}content-length: +0\r\n\r\n${HIDDEN}`],
  ['a negative length', `${HEAD}content-length: -1\r\n\r\n${HIDDEN}`],
  ['a length in hex digits', `${HEAD}content-length: 0x0\r\n\r\n${HIDDEN}`],
  ['a length with a space in it', `${HEAD}content-length: 0 0\r\n\r\n${HIDDEN}`],
  ['a length beyond 64 bits', `${HEAD}content-length: 18446744073709551616\r\n\r\n${HIDDEN}`],
  ['an empty length', `${HEAD}content-length:\r\n\r\n${HIDDEN}`],
  ['a length with a null byte', `${HEAD}content-length: 0\0\r\n\r\n${HIDDEN}`],
  ['space before the first header', `${HEAD.replace('host', ' host')}content-length: 0\r\n\r\n${HIDDEN}`],
  ['a chunk size with a sign', `${HEAD}${CHUNKED}\r\n+0\r\n\r\n${HIDDEN}`],
  ['a chunk size with a prefix', `${HEAD}${CHUNKED}\r\n0x0\r\n\r\n${HIDDEN}`],
  ['a chunk size beyond 64 bits', `${HEAD}${CHUNKED}\r\n10000000000000000\r\n\r\n${HIDDEN}`],
  ['an empty chunk size', `${HEAD}${CHUNKED}\r\n\r\n\r\n${HIDDEN}`],
  ['a chunk longer than its size', `${HEAD}${CHUNKED}\r\n1\r\nabc\r\n0\r\n\r\n${HIDDEN}`],
  ['a chunk that ends with a bare line feed', `${HEAD}${CHUNKED}\r\n1\r\na\n0\r\n\r\n${HIDDEN}`],
  ['EXT.TERM: a bare line feed in an extension', `${HEAD}${CHUNKED}\r\n1;x\na\r\n0\r\n\r\n${HIDDEN}`],
  ['TERM.EXT: a bare line feed after a size', `${HEAD}${CHUNKED}\r\n0\n\r\n${HIDDEN}`],
  ['a bare carriage return after a size', `${HEAD}${CHUNKED}\r\n0\r\r\n\r\n${HIDDEN}`],
  [
    'a bare line feed after the request line',
    `${HEAD.replace('\r\n', '\n')}content-length: 0\r\n\r\n${HIDDEN}`,
  ],
  ['another version of HTTP', `${HEAD.replace('HTTP/1.1', 'HTTP/1.2')}content-length: 0\r\n\r\n${HIDDEN}`],
  ['a length in the trailers', `${HEAD}${CHUNKED}\r\n0\r\ncontent-length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`],
  ['HTTP/0.9', `GET /v1/agents/first\r\n\r\n${HIDDEN}`],
  ['HTTP/2 with prior knowledge', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${HIDDEN}`],
];

test.each(REFUSED)('refuses %s', async (_name, text) => {
  const before = s.backend.received.length;
  const client = await openRaw(s.port, text);
  await until(() => client.socket.closed, 'the end of the connection');

  expect(client.text()).toMatch(/^HTTP\/1.1 [45]\d\d [\s\S]*"code":"\w+"/);
  expect(client.text().match(/HTTP\/1.1 \d/g)).toHaveLength(1);
  expect(s.backend.received.slice(before)).toEqual([]);
});

/** Read in one way: the hidden text is a body, or a request of its own that the gateway looks at like any other. */
const READ: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'CL.0: a length on a GET',
    `${HEAD.replace('POST', 'GET')}content-length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
    [HIDDEN],
  ],
  ['0.CL: no length on a POST', `${HEAD}\r\n${HIDDEN}`, ['', '']],
  ['space around a length', `${HEAD}content-length:  ${HIDDEN.length} \r\n\r\n${HIDDEN}`, [HIDDEN]],
  ['zeros before a length', `${HEAD}content-length: 000${HIDDEN.length}\r\n\r\n${HIDDEN}`, [HIDDEN]],
  ['chunked in capitals', `${HEAD}Transfer-Encoding: CHUNKED\r\n\r\n4\r\nbody\r\n${CHUNKS}`, ['body', '']],
  ['an extension of a chunk', `${HEAD}${CHUNKED}\r\n4;x="y"\r\nbody\r\n${CHUNKS}`, ['body', '']],
  [
    'lengths with other characters in their names',
    `${HEAD}content_length: 99\r\ncontent.length: 99\r\ntransfer_encoding: chunked\r\ncontent-length: 4\r\n\r\nbody`,
    ['body'],
  ],
  [
    'Expect and a body',
    `${HEAD}expect: 100-continue\r\ncontent-length: 4\r\n\r\nbody${HIDDEN}`,
    ['body', ''],
  ],
];

test.each(READ)('reads %s in one way', async (_name, text, bodies) => {
  const before = s.backend.received.length;
  const client = await openRaw(s.port, text);
  await until(() => s.backend.received.length === before + bodies.length, 'the requests');
  await until(() => client.text().match(/HTTP\/1.1 200/g)?.length === bodies.length, 'the answers');
  client.socket.destroy();

  const received = s.backend.received.slice(before);
  expect(received.map(({ body }) => body.toString())).toEqual(bodies);
  for (const { headers, rawHeaders } of received) {
    expect([headers['content-length'], headers['transfer-encoding']].filter(Boolean).length).toBeLessThan(2);
    expect(rawHeaders.filter((name) => /^(content|transfer)[^-a-z]/i.test(name))).toEqual([]);
  }
});
