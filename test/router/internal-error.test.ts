/** The router's own faults end one request and not the process. */
import { send } from '../support/client';
import { situation } from '../support/situation';

const s = situation({
  verifier: {
    verify: () => {
      throw new Error('secret detail');
    },
  },
});

test('answers 500 without the cause, and logs it', async () => {
  for (let again = 0; again < 2; again++) {
    const answer = await send(s.port, '/v1/agents');
    expect(answer.status).toBe(500);
    expect(answer.json()).toMatchObject({ code: 'internal_error' });
    expect(answer.body.toString()).not.toContain('secret');
  }
  expect(s.router.log().at(-1)).toMatchObject({
    level: 'error',
    cause: expect.stringContaining('secret detail'),
  });
});
