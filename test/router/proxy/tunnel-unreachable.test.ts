import { startBackend } from '../../support/backend';
import { sendRaw } from '../../support/client';
import { startTestRouter } from '../../support/router-under-test';

test('answers an upgrade with 502 when the backend cannot be reached', async () => {
  const backend = await startBackend();
  await backend.close();
  const router = await startTestRouter(backend.port);

  const answer = await sendRaw(
    router.port,
    'GET /v1/agents HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  );

  expect(answer).toMatch(/^HTTP\/1.1 502 /);
  expect(router.store.held).toBe(0);
  await router.close();
});
