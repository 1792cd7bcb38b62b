import { send } from '../support/client';
import { situation } from '../support/situation';

const s = situation(
  {
    model: {
      cors: {
        origins: ['https://app.example.com'],
        originPatterns: ['https://[a-z]+\\.example\\.org'],
        methods: ['GET', 'POST'],
        headers: ['Authorization', 'Content-Type'],
        exposeHeaders: ['RateLimit', 'X-Request-Id'],
        credentials: true,
        maxAgeSeconds: 600,
      },
    },
  },
  (request, response) => {
    request.resume();
    response.writeHead(200, { 'access-control-allow-origin': '*', vary: 'Accept-Encoding' });
    response.end();
  },
);

const PREFLIGHT = { authorization: undefined, 'access-control-request-method': 'POST' };

test('answers a preflight without a credential', async () => {
  const answer = await send(s.port, '/v1/agents', {
    method: 'OPTIONS',
    headers: { ...PREFLIGHT, origin: 'https://app.example.com' },
  });

  expect(answer.status).toBe(204);
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': 'https://app.example.com',
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'Authorization, Content-Type',
    'access-control-max-age': '600',
    vary: 'Origin',
  });
  expect(s.backend.received).toHaveLength(0);
});

test.each(['https://evil.example.com', 'https://app.example.com.evil', 'https://a.b.example.org', 'null'])(
  'allows nothing to a preflight from %s',
  async (origin) => {
    const answer = await send(s.port, '/v1/agents', { method: 'OPTIONS', headers: { ...PREFLIGHT, origin } });

    expect(answer.status).toBe(204);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(answer.headers.vary).toBe('Origin');
  },
);

test('takes the place of what the backend says, and adds to its Vary', async () => {
  const answer = await send(s.port, '/v1/agents', { headers: { origin: 'https://shop.example.org' } });

  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': 'https://shop.example.org',
    'access-control-expose-headers': 'RateLimit, X-Request-Id',
  });
  expect(answer.headers.vary).toBe('Origin, Accept-Encoding');
});

test.each([
  ['401', '/v1/agents', { authorization: undefined }],
  ['404', '/v1/nothing', {}],
  ['400', '/v1/agents/..', {}],
])('lets browsers read a %s', async (status, path, headers) => {
  const answer = await send(s.port, path, { headers: { ...headers, origin: 'https://app.example.com' } });

  expect(String(answer.status)).toBe(status);
  expect(answer.headers['access-control-allow-origin']).toBe('https://app.example.com');
});

test('says Vary to requests without an origin too', async () => {
  const answer = await send(s.port, '/v1/agents');

  expect(answer.headers.vary).toContain('Origin');
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
});
