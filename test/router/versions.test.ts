import { send } from '../support/client';
import { situation } from '../support/situation';

const target = { backend: 'agent', models: [] };
const s = situation({
  model: {
    versions: {
      v1: {
        weightPercent: 0,
        deprecatedAtSeconds: 1_600_000_000,
        sunsetAtSeconds: 1_700_000_000,
        successor: 'v2',
      },
      v2: {
        weightPercent: 0,
        deprecatedAtSeconds: 1_700_000_000,
        sunsetAtSeconds: 4_000_000_000,
        successor: 'v3',
      },
      v3: { weightPercent: 0 },
    },
    defaultVersion: 'v3',
    tenants: { acme: { version: 'v2' } },
    plans: { free: { windows: [], onStoreOutage: 'local', versions: ['v1', 'v2'] } },
  },
  service: {
    versions: {
      v1: { target, variants: [] },
      v2: { target, variants: [] },
      v3: { target, variants: [{ name: 'b', weightPercent: 100, target }] },
    },
  },
});

test('answers 410 for a version after its sunset, with the way to its successor', async () => {
  const answer = await send(s.port, '/v1/agents/chat');

  expect(answer.status).toBe(410);
  expect(answer.json()).toMatchObject({ code: 'version_sunset' });
  expect(answer.headers).toMatchObject({
    link: '</v2/agents/chat>; rel="successor-version"',
    sunset: 'Tue, 14 Nov 2023 22:13:20 GMT',
    deprecation: '@1600000000',
  });
});

test('tells of the end of a version that is deprecated', async () => {
  const answer = await send(s.port, '/v2/agents/chat');

  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({
    'x-api-version': 'v2',
    deprecation: '@1700000000',
    sunset: 'Tue, 02 Oct 2096 07:06:40 GMT',
    link: '</v3/agents/chat>; rel="successor-version"',
  });
});

test("takes the tenant's version when the path names none", async () => {
  expect((await send(s.port, '/agents')).headers['x-api-version']).toBe('v2');
  expect(s.backend.last().headers).toMatchObject({ 'x-api-version': 'v2' });
  expect(s.backend.last().headers).not.toHaveProperty('x-forwarded-prefix');
});

test('refuses a version that the plan does not list', async () => {
  const answer = await send(s.port, '/v3/agents');

  expect(answer.status).toBe(403);
  expect(answer.json()).toMatchObject({ code: 'version_not_allowed' });
});
