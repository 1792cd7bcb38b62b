/** EventSource as scripts use it (WHATWG HTML): it resumes by itself, and tells the gateway's last event from a drop. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EventSource } from 'eventsource';
import { beginEvents } from '../support/backend';
import { until } from '../support/client';
import { TOKEN } from '../support/router-under-test';
import { situation } from '../support/situation';

const streams: { readonly request: IncomingMessage; readonly response: ServerResponse }[] = [];
const s = situation({}, (request, response) => {
  request.resume();
  beginEvents(response);
  streams.push({ request, response });
});

function open(authorization = TOKEN) {
  const source = new EventSource(`${s.router.url}/v1/agents/events`, {
    fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, authorization } }),
  });
  const messages: string[] = [];
  const errors: { readonly code: number | undefined; readonly data: string | undefined }[] = [];
  source.onmessage = ({ data }) => messages.push(data as string);
  source.addEventListener('error', (event) => {
    errors.push({ code: event.code, data: (event as unknown as { readonly data?: string }).data });
  });
  return { source, messages, errors };
}

test('reads events as they come, and comes back with the id of the last one', async () => {
  const { source, messages } = open();
  await until(() => streams.length === 1, 'the stream');
  streams[0]?.response.write('id: 7\nretry: 10\ndata: one\ndata: two\n\n');
  await until(() => messages.length === 1, 'the event');
  expect(messages).toEqual(['one\ntwo']);

  streams[0]?.response.end();
  await until(() => streams.length === 2, 'the next stream');
  expect(streams[1]?.request.headers['last-event-id']).toBe('7');
  source.close();
  await until(() => streams[1]?.response.closed === true, 'the end of the stream');
});

test('gets the problem as an error event when the backend breaks off', async () => {
  const { source, errors } = open();
  const before = streams.length;
  await until(() => streams.length > before, 'the stream');
  streams.at(-1)?.response.write('retry: 60000\ndata: half an ev');
  await new Promise((resolve) => setImmediate(resolve));
  streams.at(-1)?.response.destroy();

  await until(() => errors.some(({ data }) => data !== undefined), 'the error');
  const { data = '' } = errors.find((error) => error.data !== undefined) ?? {};
  expect(JSON.parse(data)).toMatchObject({ code: 'backend_failed', status: 502 });
  source.close();
});

test('does not come back to a refusal', async () => {
  const { source, errors } = open('Bearer bad');
  await until(() => errors.length > 0, 'the error');

  expect([errors[0]?.code, source.readyState]).toEqual([401, EventSource.CLOSED]);
});
