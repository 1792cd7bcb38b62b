/** What answers cost, in the forms in which three APIs tell it (contract L6). */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { type MeteredHead, type TokenCount, TokenMeter } from '../../../src/router/usage/token-meter';

const JSON_HEAD = { status: 200, contentType: 'application/json', contentEncoding: undefined };
const EVENTS_HEAD = { ...JSON_HEAD, contentType: 'text/event-stream; charset=utf-8' };

interface Metered {
  readonly head?: Partial<MeteredHead>;
  readonly step?: number;
  readonly complete?: boolean;
  readonly requestBytes?: number;
}

/** Meters an answer that arrives in pieces of `step` bytes. */
function meter(
  answer: string | Buffer,
  { head, step = 1_000, complete = true, requestBytes = 40 }: Metered = {},
) {
  return new Promise<TokenCount>((resolve) => {
    const metering = new TokenMeter(resolve);
    const bytes = Buffer.from(answer as string);
    metering.begin({ ...(bytes.toString().startsWith('{') ? JSON_HEAD : EVENTS_HEAD), ...head });
    for (let at = 0; at < bytes.length; at += step) metering.push(bytes.subarray(at, at + step));
    metering.end(complete, requestBytes);
  });
}

const events = (...datas: (object | string)[]) =>
  datas.map((data) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`).join('');

const CHAT = JSON.stringify({
  id: 'chatcmpl-1',
  usage_note: { total_tokens: 5 },
  choices: [
    {
      message: {
        role: 'assistant',
        content: 'say "usage": {"total_tokens": 99} \\ \n',
        usage: { total_tokens: 7 },
      },
    },
  ],
  usage: {
    prompt_tokens: 11,
    completion_tokens: 22,
    total_tokens: 33,
    prompt_tokens_details: { cached_tokens: 900, total_tokens: 901 },
  },
  system_fingerprint: 'fp',
});

const MESSAGE = JSON.stringify({
  type: 'message',
  content: [{ type: 'text', text: 'Hi' }],
  usage: { input_tokens: 10, cache_creation_input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 5 },
});

const RESPONSE = JSON.stringify({
  object: 'response',
  output: [],
  usage: {
    input_tokens: 36,
    input_tokens_details: { cached_tokens: 30 },
    output_tokens: 87,
    total_tokens: 123,
  },
});

const CHAT_EVENTS = events(
  { choices: [{ delta: { content: 'usage' } }], usage: null },
  { choices: [{ delta: { content: '"usage":{"total_tokens":99}' } }] },
  { choices: [], usage: { prompt_tokens: 11, completion_tokens: 22, total_tokens: 33 } },
  '[DONE]',
);

const MESSAGE_EVENTS = [
  [
    'message_start',
    { type: 'message_start', message: { id: 'm', usage: { input_tokens: 25, output_tokens: 1 } } },
  ],
  ['ping', { type: 'ping' }],
  ['content_block_delta', { type: 'content_block_delta', delta: { text: 'Hi' } }],
  [
    'message_delta',
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 15 } },
  ],
  ['message_stop', { type: 'message_stop' }],
]
  .map(([name, data]) => `event: ${name}\r\ndata: ${JSON.stringify(data)}\r\n\r\n`)
  .join('');

const RESPONSE_EVENTS = events(
  { type: 'response.created', response: { id: 'r', usage: null } },
  { type: 'response.output_text.delta', delta: 'Hi' },
  {
    type: 'response.completed',
    response: { id: 'r', usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 } },
  },
);

const ANSWERS: readonly [string, string, number][] = [
  ['a chat completion', CHAT, 33],
  ['a message', MESSAGE, 22],
  ['a response', RESPONSE, 123],
  ['the events of a chat completion', CHAT_EVENTS, 33],
  ['the events of a message', MESSAGE_EVENTS, 40],
  ['the events of a response', RESPONSE_EVENTS, 7],
  ['JSON over several lines of data', 'data: {"usage":\ndata: {"total_tokens": 12}}\n\n', 12],
];

describe.each(ANSWERS)('%s', (_name, answer, tokens) => {
  const reported = { tokens, estimated: false };

  it('is counted, split at any byte', async () => {
    for (let step = 1; step < 80; step++) expect(await meter(answer, { step })).toEqual(reported);
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['Identity', (bytes: Buffer) => bytes],
  ])('is counted as %s', async (contentEncoding, compress) => {
    const type = answer.startsWith('{') ? JSON_HEAD.contentType : EVENTS_HEAD.contentType;
    const head = { contentType: type, contentEncoding };
    expect(await meter(compress(Buffer.from(answer)), { head, step: 7 })).toEqual(reported);
  });
});

const chunk = { choices: [{ delta: { content: 'a' } }] };

it.each<[string, string | Buffer, Metered, number]>([
  ['JSON without usage', '{"ok":true, "n": 12}', {}, 10 + 5],
  ['events without usage', events(chunk, chunk, chunk, '[DONE]'), {}, 10 + 3],
  ['an event with a long text', events({ text: 'a'.repeat(1_000) }), {}, 10 + 1 + 125],
  ['another text', 'hello, world', { head: { contentType: 'text/plain' } }, 10 + 3],
  [
    'an encoding that nobody reads',
    Buffer.alloc(80, 1),
    { head: { contentType: 'application/json', contentEncoding: 'zstd' } },
    30,
  ],
  ['what is not what its encoding says', Buffer.alloc(80, 1), { head: { contentEncoding: 'gzip' } }, 10 + 20],
  [
    'a message that broke off',
    MESSAGE_EVENTS.slice(0, MESSAGE_EVENTS.indexOf('event: message_delta')),
    { complete: false },
    25 + 3,
  ],
  ['a chat completion that broke off', events(chunk, chunk), { complete: false }, 10 + 2],
])('estimates %s', async (_name, answer, metered, tokens) => {
  expect(await meter(answer, metered)).toEqual({ tokens, estimated: true });
});

it('takes numbers alone, of any length that tokens can have', async () => {
  expect(
    await meter('{"usage":{"total_tokens":"9","output_tokens":12345678901234567,"input_tokens":8}}'),
  ).toEqual({
    tokens: 8,
    estimated: false,
  });
});

it.each([
  ['an error', { ...JSON_HEAD, status: 500 }],
  ['an image', { ...JSON_HEAD, contentType: 'image/png' }],
])('charges nothing for %s', (_name, head) => {
  const counts: TokenCount[] = [];
  const metering = new TokenMeter((count) => counts.push(count));
  metering.begin(head);
  metering.push(Buffer.from('{"error":{}}'));
  metering.end(true, 100);
  expect(counts).toEqual([]);
});

it('charges nothing where no answer came', () => {
  const counts: TokenCount[] = [];
  new TokenMeter((count) => counts.push(count)).end(false, 100);
  expect(counts).toEqual([]);
});
