/** What the edge does, the router leaves to it. */
import { send } from '../support/client';
import { situation } from '../support/situation';

const s = situation({
  model: {
    edgeDuties: ['cors', 'security-headers'],
    cors: {
      origins: ['*'],
      originPatterns: [],
      methods: ['GET'],
      headers: [],
      exposeHeaders: [],
      credentials: false,
      maxAgeSeconds: 1,
    },
  },
});

test('sets neither CORS nor security headers', async () => {
  const answer = await send(s.port, '/v1/agents', { headers: { origin: 'https://app.example.com' } });

  expect(answer.status).toBe(200);
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  expect(answer.headers).not.toHaveProperty('vary');
  expect(answer.headers).not.toHaveProperty('x-frame-options');
});

test('takes a preflight for the request that it is', async () => {
  const answer = await send(s.port, '/v1/agents', {
    method: 'OPTIONS',
    headers: {
      authorization: undefined,
      origin: 'https://a.example',
      'access-control-request-method': 'GET',
    },
  });

  expect(answer.status).toBe(401);
});
