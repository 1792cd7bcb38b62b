/** What callers really use: the SDKs of OpenAI and Anthropic, with nothing changed but the base URL and the key. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { PlanModel } from '../../src/model/gateway-model';
import { WINDOW_KINDS } from '../../src/model/limits';
import { MemoryStore } from '../../src/router/limits/memory-store';
import { startBackend, type TestBackend } from '../support/backend';
import { answerAsModel } from '../support/model-api';
import { type RouterUnderTest, startTestRouter } from '../support/router-under-test';

const plan: PlanModel = {
  windows: [
    { name: 'minute', requests: 100 },
    { name: 'tokens-minute', tokens: 100_000 },
  ],
  onStoreOutage: 'local',
};
const target = { backend: 'agent', models: [{ pattern: 'gpt-4*', backend: 'agent' }] };
let backend: TestBackend;
let router: RouterUnderTest;
let callers = 0;

beforeAll(async () => {
  backend = await startBackend((request, response) => void answerAsModel(request, response));
  router = await startTestRouter(backend.port, {
    model: { plans: { free: plan } },
    service: { versions: { v1: { target, variants: [] } } },
    limits: new MemoryStore(),
  });
});
afterAll(async () => {
  await router.close();
  await backend.close();
});

const messages = [{ role: 'user' as const, content: 'Hi' }];

/** The SDK as a new caller; `authToken` of Anthropic's goes as Bearer, as the gateway's tokens do. */
function openai(options: Partial<ConstructorParameters<typeof OpenAI>[0]> = {}): OpenAI {
  const baseURL = `${router.url}/v1/agents`;
  return new OpenAI({ baseURL, apiKey: `good-sdk-${++callers}`, maxRetries: 0, ...options });
}
function anthropic(credential: object = { apiKey: null, authToken: `good-sdk-${++callers}` }): Anthropic {
  return new Anthropic({ baseURL: `${router.url}/v1/agents`, maxRetries: 0, ...credential });
}

/** Tokens that were charged so far, as the metric has them. */
async function charged(): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${router.adminPort}/metrics`)).text();
  const found = /^agent_gateway_tokens_total\{service="agents",plan="free",source="reported"\} (\d+)$/m.exec(
    text,
  );
  return Number(found?.[1] ?? 0);
}

/** Each answer says that it took seven tokens. */
const SEVEN = 7;

test.each<[string, () => Promise<string | null | undefined>]>([
  [
    'a chat of OpenAI',
    async () =>
      (await openai().chat.completions.create({ model: 'gpt-4o', messages })).choices[0]?.message.content,
  ],
  [
    'a streamed chat of OpenAI',
    async () => {
      const stream = await openai().chat.completions.create({
        model: 'gpt-4o',
        messages,
        stream: true,
        stream_options: { include_usage: true },
      });
      let text = '';
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      return text;
    },
  ],
  [
    "OpenAI's Responses",
    async () => (await openai().responses.create({ model: 'gpt-4o', input: 'Hi' })).output_text,
  ],
  [
    "OpenAI's Responses, streamed",
    async () => {
      let text = '';
      for await (const event of await openai().responses.create({
        model: 'gpt-4o',
        input: 'Hi',
        stream: true,
      })) {
        if (event.type === 'response.output_text.delta') text += event.delta;
      }
      return text;
    },
  ],
  [
    'a message of Anthropic',
    async () => {
      const answer = await anthropic().messages.create({ model: 'claude-3', max_tokens: 9, messages });
      return answer.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    },
  ],
  [
    'a streamed message of Anthropic',
    () => anthropic().messages.stream({ model: 'claude-3', max_tokens: 9, messages }).finalText(),
  ],
])('%s passes, and its tokens are charged', async (_what, ask) => {
  const before = await charged();

  expect(await ask()).toBe('Hello');

  expect((await charged()) - before).toBe(SEVEN);
});

test('the SDK of OpenAI finds its models', async () => {
  const ids = [];
  for await (const { id } of openai().models.list()) ids.push(id);
  expect(ids).toEqual(['gpt-4o']);
});

test('both SDKs raise their own errors, with the words and the id of the gateway', async () => {
  const failed = await openai({ apiKey: 'bad' })
    .chat.completions.create({ model: 'gpt-4o', messages })
    .catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(OpenAI.AuthenticationError);
  expect(failed).toMatchObject({ status: 401, code: 'invalid_token', type: 'authentication_error' });
  expect((failed as Error).message).toBe('401 The credential is not valid');
  expect((failed as InstanceType<typeof OpenAI.APIError>).requestID).toMatch(/^[\w-]{36}$/);

  const refused = await anthropic({ apiKey: null, authToken: 'bad' })
    .messages.create({ model: 'claude-3', max_tokens: 9, messages })
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Anthropic.AuthenticationError);
  expect((refused as Error).message).toContain('The credential is not valid');
});

test.each<[string, () => Promise<unknown>]>([
  [
    'OpenAI',
    async () => {
      const wish = { model: 'gpt-4-breaks', messages, stream: true } as const;
      for await (const _ of await openai().chat.completions.create(wish));
    },
  ],
  [
    'Anthropic',
    () => anthropic().messages.stream({ model: 'breaks', max_tokens: 9, messages }).finalMessage(),
  ],
])('the SDK of %s raises an error for a stream that breaks off', async (_sdk, ask) => {
  await expect(ask()).rejects.toThrow('The service broke off its answer');
});

test('the SDK of Anthropic sends its key as X-API-Key, and the gateway takes it for its own', async () => {
  const client = anthropic({ apiKey: 'k-good', authToken: null });
  expect((await client.messages.create({ model: 'claude-3', max_tokens: 9, messages })).role).toBe(
    'assistant',
  );

  expect(backend.last().headers).toMatchObject({ 'x-user-id': 'robot' });
  expect(JSON.stringify(backend.last().rawHeaders)).not.toContain('k-good');
});

test.each([
  [
    'OpenAI',
    (baseURL: string, maxRetries: number) =>
      new OpenAI({ baseURL, apiKey: 'good', maxRetries }).models.list(),
  ],
  [
    'Anthropic',
    (baseURL: string, maxRetries: number) =>
      new Anthropic({ baseURL, apiKey: null, authToken: 'good', maxRetries }).messages.create({
        model: 'claude-3',
        max_tokens: 9,
        messages,
      }),
  ],
])('the SDK of %s waits for as long as Retry-After says, and is then admitted', async (_sdk, ask) => {
  const windowKinds = { ...WINDOW_KINDS, minute: { kind: 'sliding', seconds: 1 } } as const;
  const limited = await startTestRouter(backend.port, {
    model: { plans: { free: { windows: [{ name: 'minute', requests: 1 }], onStoreOutage: 'local' } } },
    limits: new MemoryStore({ windowKinds }),
  });
  const baseUrl = `${limited.url}/v1/agents`;
  await ask(baseUrl, 0);

  await expect(ask(baseUrl, 0)).rejects.toMatchObject({ status: 429 });
  await ask(baseUrl, 1);

  const statuses = limited.log().map(({ status }) => status);
  expect(statuses).toEqual([200, 429, 429, 200]);
  await limited.close();
});
