/** A router on its way to the end. */
import type { ServerResponse } from 'node:http';
import { beginEvents, startBackend, type TestBackend } from '../support/backend';
import { openRaw, send, until } from '../support/client';
import { type RouterUnderTest, startTestRouter } from '../support/router-under-test';

let stream: ServerResponse | undefined;
let backend: TestBackend;
let router: RouterUnderTest;
beforeEach(async () => {
  stream = undefined;
  backend = await startBackend((request, response) => {
    request.resume();
    if (request.url === '/agents/stream') {
      beginEvents(response);
      stream = response;
    } else response.end('ok');
  });
  router = await startTestRouter(backend.port);
});
afterEach(async () => {
  await router.close();
  await backend.close();
});

const HEAD = 'HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\n\r\n';

test('serves new requests while readiness fails, and asks clients to connect elsewhere', async () => {
  const stopped = router.router.stop(0.5, 5);

  expect((await send(router.adminPort, '/readyz')).body.toString()).toBe('not ready: draining\n');
  const answer = await send(router.port, '/v1/agents', { headers: { connection: 'keep-alive' } });
  expect(answer.status).toBe(200);
  expect(answer.headers.connection).toBe('close');
  const refusal = await send(router.port, '/nothing', { headers: { connection: 'keep-alive' } });
  expect(refusal.headers.connection).toBe('close');
  await stopped;
  await expect(send(router.port, '/v1/agents')).rejects.toThrow('ECONNREFUSED');
});

test('closes idle and unused connections, and lets a stream finish', async () => {
  const unused = await openRaw(router.port, '');
  const idle = await openRaw(router.port, `GET /v1/agents ${HEAD}`);
  await until(() => idle.text().includes('ok'), 'the answer');
  const busy = await openRaw(router.port, `GET /v1/agents/stream ${HEAD}`);
  await until(() => stream !== undefined, 'the stream');

  const stopped = router.router.stop(0, 10);
  await until(() => idle.socket.closed && unused.socket.closed, 'the end of idle connections');
  stream?.end('data: last\n\n');
  await stopped;
  await until(() => busy.socket.closed, 'the end of the stream');
  expect(busy.text()).toMatch(/data: last\n\n\r\n0\r\n\r\n$/);
});

test('cuts what still runs when the time is over', async () => {
  const busy = await openRaw(router.port, `GET /v1/agents/stream ${HEAD}`);
  await until(() => stream !== undefined, 'the stream');

  await router.router.stop(0, 0.2);
  await until(() => busy.socket.closed, 'the cut');
  expect(router.store.held).toBe(0);
  await until(() => stream?.destroyed === true, 'the cancellation');
});
