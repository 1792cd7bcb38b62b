import { send } from '../support/client';
import { situation } from '../support/situation';

const target = { backend: 'agent', models: [] };
const s = situation({
  service: {
    versions: { v1: { target, variants: [{ name: 'b', weightPercent: 100, target: { ...target } }] } },
  },
});

test('tells backend, log and metrics of the variant', async () => {
  await send(s.port, '/v1/agents', { headers: { 'x-variant': 'mine' } });

  expect(s.backend.last().headers['x-variant']).toBe('b');
  expect(s.router.log().at(-1)).toMatchObject({ variant: 'b' });
  const metrics = await send(s.router.adminPort, '/metrics');
  expect(metrics.body.toString()).toContain('service="agents",version="v1",variant="b"');
});
