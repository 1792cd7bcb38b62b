import { startBackend } from '../../support/backend';
import { send } from '../../support/client';
import { startTestRouter } from '../../support/router-under-test';

test('answers 502 when nobody listens at the backend, and gives the slot back', async () => {
  const backend = await startBackend();
  await backend.close();
  const router = await startTestRouter(backend.port);

  const answer = await send(router.port, '/v1/agents', { body: '{}' });

  expect(answer.status).toBe(502);
  expect(answer.json()).toMatchObject({ code: 'backend_unreachable', error: { type: 'api_error' } });
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  expect(router.store.held).toBe(0);
  expect(router.log().at(-1)).toMatchObject({
    level: 'warn',
    cause: expect.stringContaining('ECONNREFUSED'),
  });
  await router.close();
});
