import { send } from '../support/client';
import { situation } from '../support/situation';

const s = situation({ verifier: { verify: () => ({ kind: 'unavailable', reason: 'no keys yet' }) } });

test('answers 503 while nobody can tell who the caller is', async () => {
  const answer = await send(s.port, '/v1/agents');

  expect(answer.status).toBe(503);
  expect(answer.headers['retry-after']).toBe('5');
  expect(answer.json()).toMatchObject({ code: 'identity_unavailable' });
  expect(s.router.log().at(-1)).toMatchObject({ level: 'warn', cause: 'no keys yet' });
});
