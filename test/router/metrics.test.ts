import { beginEvents } from '../support/backend';
import { send, until } from '../support/client';
import { situation } from '../support/situation';

const s = situation({}, (request, response) => {
  request.resume();
  if (request.url === '/agents/events') {
    beginEvents(response);
    response.write('data: 1\n\n');
    setImmediate(() => response.end('data: 2\n\n'));
    return;
  }
  response.statusCode = Number.parseInt(request.url?.slice('/agents/'.length) ?? '', 10);
  response.end('{}');
});

async function scrape(): Promise<string> {
  return (await send(s.router.adminPort, '/metrics')).body.toString();
}

const series = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test.each([
  [204, '2xx'],
  [418, '4xx'],
  [503, '5xx'],
  [777, 'other'],
])('counts a status of %i as %s', async (status, name) => {
  await send(s.port, `/v1/agents/${status}`);

  expect(await scrape()).toMatch(
    new RegExp(`^agent_gateway_requests_total\\{.*status_class="${name}",plan="free"\\} 1$`, 'm'),
  );
});

test('tells how long a stream took, and of nothing else', async () => {
  await send(s.port, '/v1/agents/200');
  expect(await scrape()).not.toContain('agent_gateway_stream_duration_seconds_count');

  await send(s.port, '/v1/agents/events');
  await until(() => s.router.log().length > 0);
  const text = await scrape();
  const labels = '{service="agents",version="v1",variant="none"}';
  expect(text).toContain(`agent_gateway_stream_duration_seconds_count${labels} 1\n`);
  expect(text).toMatch(/agent_gateway_first_byte_seconds_bucket\{.*le="300"\} \d/);
});

test('has as many series whatever clients make up', async () => {
  await Promise.all([send(s.port, '/v1/agents/200'), send(s.port, '/v1/nothing')]);
  await send(s.port, '/v1/agents/200', { headers: { authorization: 'Bearer bad' } });
  const before = series(await scrape()).length;

  await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      await send(s.port, `/v1/agents/200?user=${i}`, {
        headers: {
          authorization: `Bearer good-user${i}`,
          'x-request-id': `request-number-${i}`,
          'x-plan': `p${i}`,
        },
        body: `{"model":"m${i}"}`,
      });
      await send(s.port, `/v1/made-up-${i}`);
      await send(s.port, '/v1/agents/200', { headers: { authorization: `Bearer bad${i}` } });
    }),
  );

  const after = await scrape();
  expect(series(after)).toHaveLength(before);
  expect(after).not.toMatch(/user\d|made-up|request-number/);
});

test('writes a form that Prometheus reads', async () => {
  const text = await scrape();
  const line =
    /^(# (HELP|TYPE) agent_gateway_\w+ .+|agent_gateway_\w+(\{(\w+="[^"\\]*",?)+\})? \d+(\.\d+)?(e[+-]?\d+)?)$/;
  expect(
    text
      .trimEnd()
      .split('\n')
      .filter((each) => !line.test(each)),
  ).toEqual([]);
  expect(text.endsWith('\n')).toBe(true);
});
