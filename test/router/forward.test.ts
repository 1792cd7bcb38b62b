/** A request goes through the router and its answer comes back. */

import { startBackend } from '../support/backend';
import { send } from '../support/client';
import { startTestRouter } from '../support/router-under-test';

test('forwards a request and its answer', async () => {
  const backend = await startBackend();
  const router = await startTestRouter(backend.port);

  const answer = await send(router.port, '/v1/agents/chat?x=1&y=%2F', { body: '{"hello":1}' });

  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual({ ok: true });
  expect(backend.last()).toMatchObject({ method: 'POST', url: '/agents/chat?x=1&y=%2F' });
  expect(backend.last().body.toString()).toBe('{"hello":1}');
  expect(backend.last().headers).toMatchObject({
    'x-user-id': 'ada',
    'x-org-id': 'acme',
    'x-plan': 'free',
    'x-api-version': 'v1',
    'x-forwarded-prefix': '/v1',
    authorization: 'Bearer good',
  });
  await router.close();
  await backend.close();
});
