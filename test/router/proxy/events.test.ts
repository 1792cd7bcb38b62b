/** Streams of events: each one passes when it is sent, and a broken stream is seen to be broken. */
import type { ServerResponse } from 'node:http';
import { beginEvents } from '../../support/backend';
import { openRaw, until } from '../../support/client';
import { situation } from '../../support/situation';

let stream: ServerResponse | undefined;
const s = situation({}, (request, response) => {
  request.resume();
  beginEvents(response);
  stream = response;
});

const REQUEST = 'GET /v1/agents HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\n\r\n';

async function openStream() {
  stream = undefined;
  const client = await openRaw(s.port, REQUEST);
  await until(() => stream !== undefined, 'the backend');
  return { client, stream: stream as unknown as ServerResponse };
}

test('sends the head before there is an event', async () => {
  const { client } = await openStream();

  await until(() => client.text().includes('\r\n\r\n'), 'the head');
  expect(client.text()).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(client.text()).toMatch(/\r\ncontent-type: text\/event-stream\r\n/);
  client.socket.destroy();
});

test('passes an event while the stream stays open', async () => {
  const { client, stream } = await openStream();

  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    stream.write(event);
    await until(() => client.text().includes(event), event);
  }
  client.socket.destroy();
});

test('ends a stream that the backend ends', async () => {
  const { client, stream } = await openStream();

  stream.end('data: last\n\n');
  await until(() => client.text().endsWith('\r\n0\r\n\r\n'), 'the end');
  expect(client.text()).not.toContain('event: error');
  client.socket.destroy();
});

test('cancels the backend when the client goes away, and gives the slot back once', async () => {
  const { client, stream } = await openStream();
  const { releases } = s.router.store;
  expect(s.router.store.held).toBe(1);

  client.socket.destroy();
  await until(() => stream.destroyed, 'the cancellation');
  await until(() => s.router.store.held === 0, 'the release');
  expect(s.router.store.releases).toBe(releases + 1);
  expect(s.router.log().at(-1)).toMatchObject({ aborted: true, status: 200 });
});

test('tells the client of a stream that the backend breaks off, and does not end it cleanly', async () => {
  const { client, stream } = await openStream();
  stream.write('data: 1\n\ndata: half an ev');
  await until(() => client.text().includes('half an ev'), 'the event');

  stream.socket?.resetAndDestroy();
  await until(() => client.socket.closed, 'the end of the connection');
  const events = client.text().split('half an ev')[1] ?? '';
  expect(events).toMatch(/\n\nevent: error\ndata: \{"type":"about:blank".*"code":"backend_failed".*\}\n\n/);
  expect(client.text()).not.toMatch(/\r\n0\r\n\r\n$/);
  await until(() => s.router.store.held === 0, 'the release');
  expect(s.router.log().at(-1)).toMatchObject({ code: 'backend_failed', aborted: true, level: 'warn' });
});
