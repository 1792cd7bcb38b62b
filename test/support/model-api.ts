/**
 * A backend that speaks the protocols of model providers as their documentation shows them: OpenAI's Chat Completions and
 * Responses, Anthropic's Messages, whole and streamed.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a request's body says. */
interface Wish {
  readonly model: string;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
}

/** Answers by the path of the request. */
export async function answerAsModel(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const wish = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Wish;
  const path = request.url?.split('?')[0] ?? '';
  if (path.endsWith('/models'))
    sendJson(response, { object: 'list', data: [{ id: 'gpt-4o', object: 'model' }] });
  else if (path.endsWith('/chat/completions')) answerChat(response, wish);
  else if (path.endsWith('/responses')) answerResponse(response, wish);
  else if (path.endsWith('/messages')) answerMessage(response, wish);
  else sendJson(response, { error: { message: 'no such path' } }, 404);
}

function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

/** @param model one whose name ends with `breaks` breaks off after the first word
 * @param events each as the value of its `data`, and its `event` where the protocol names one */
function sendEvents(
  response: ServerResponse,
  model: string,
  events: readonly (readonly [string, unknown])[],
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [name, data] of events) {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    response.write(`${name === '' ? '' : `event: ${name}\n`}data: ${text}\n\n`);
    if (model.endsWith('breaks') && text.includes('Hel')) {
      setImmediate(() => response.destroy());
      return;
    }
  }
  response.end();
}

const WORDS = ['Hel', 'lo'];

function answerChat(response: ServerResponse, { model, stream, stream_options }: Wish): void {
  const common = { id: 'chatcmpl-1', created: 1, model };
  const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
  if (stream !== true) {
    const message = { role: 'assistant', content: WORDS.join(''), refusal: null };
    const choices = [{ index: 0, message, finish_reason: 'stop', logprobs: null }];
    sendJson(response, { ...common, object: 'chat.completion', choices, usage });
    return;
  }
  const chunk = (delta: object, reason: string | null) => ({
    ...common,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  sendEvents(response, model, [
    ...WORDS.map((content) => ['', chunk({ content }, null)] as const),
    ['', chunk({}, 'stop')],
    ...(stream_options?.include_usage === true
      ? [['', { ...chunk({}, null), choices: [], usage }] as const]
      : []),
    ['', '[DONE]'],
  ]);
}

function answerResponse(response: ServerResponse, { model, stream }: Wish): void {
  const item = (text: string) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [] }],
  });
  const common = { id: 'resp_1', object: 'response', created_at: 1, model };
  const usage = { input_tokens: 5, output_tokens: 2, total_tokens: 7 };
  const whole = { ...common, status: 'completed', output: [item(WORDS.join(''))], usage };
  if (stream !== true) {
    sendJson(response, whole);
    return;
  }
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  sendEvents(response, model, [
    [
      'response.created',
      { type: 'response.created', response: { ...common, status: 'in_progress', output: [] } },
    ],
    ...WORDS.map((delta) => {
      const type = 'response.output_text.delta';
      return [type, { type, ...at, delta }] as const;
    }),
    ['response.completed', { type: 'response.completed', response: whole }],
  ]);
}

function answerMessage(response: ServerResponse, { model, stream }: Wish): void {
  const common = { id: 'msg_1', type: 'message', role: 'assistant', model, stop_sequence: null };
  if (stream !== true) {
    const content = [{ type: 'text', text: WORDS.join('') }];
    const usage = { input_tokens: 5, output_tokens: 2 };
    sendJson(response, { ...common, content, stop_reason: 'end_turn', usage });
    return;
  }
  const start = { ...common, content: [], stop_reason: null, usage: { input_tokens: 5, output_tokens: 1 } };
  const event = (type: string, more: object) => [type, { type, ...more }] as const;
  sendEvents(response, model, [
    event('message_start', { message: start }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    event('ping', {}),
    ...WORDS.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 2 },
    }),
    event('message_stop', {}),
  ]);
}
