/** Behind an edge that has replaced what clients sent. */
import { send } from '../../support/client';
import { situation } from '../../support/situation';

const s = situation({ model: { edgeDuties: ['forwarded-headers'] } });

test('passes the X-Forwarded headers of the edge, and adds the edge to the addresses', async () => {
  await send(s.port, '/v1/agents', {
    headers: {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'api.example.com',
    },
  });

  expect(s.backend.last().headers).toMatchObject({
    'x-forwarded-for': '1.2.3.4, 127.0.0.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'api.example.com',
  });
});

test('drops a spelling that the edge does not know', async () => {
  await send(s.port, '/v1/agents', { headers: { x_forwarded_for: '6.6.6.6' } });

  expect(s.backend.last().headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1' });
  expect(s.backend.last().headers).not.toHaveProperty('x_forwarded_for');
});

test.each([
  'forwarded',
  'x-forwarded-user',
  'x-forwarded-email',
  'x-forwarded-groups',
  'x-forwarded-uri',
  'x-forwarded-path',
])('drops %s, which edges leave as clients wrote it', async (name) => {
  await send(s.port, '/v1/agents', { headers: { [name]: 'for=6.6.6.6' } });

  expect(s.backend.last().headers).not.toHaveProperty(name);
});
