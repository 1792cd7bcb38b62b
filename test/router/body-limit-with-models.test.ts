/** Where the body is read for its model, the limit holds before the backend hears of the request. */
import { request as sendRequest } from 'node:http';
import { send } from '../support/client';
import { TOKEN } from '../support/router-under-test';
import { situation } from '../support/situation';

const models = [{ pattern: 'x', backend: 'agent' }];
const s = situation({
  service: {
    bodyLimitBytes: 50_000,
    versions: { v1: { target: { backend: 'agent', models }, variants: [] } },
  },
});

test('refuses a body that announces too much', async () => {
  expect((await send(s.port, '/v1/agents', { body: Buffer.alloc(50_001) })).status).toBe(413);
});

test('refuses a chunked body once it is too large, and charges nothing', async () => {
  const status = await new Promise((resolve, reject) => {
    const request = sendRequest({
      port: s.port,
      path: '/v1/agents',
      method: 'POST',
      headers: { authorization: TOKEN },
      agent: false,
    });
    request.on('error', reject);
    request.on('response', (answer) => answer.resume().on('end', () => resolve(answer.statusCode)));
    request.write('{"model":"');
    for (let part = 0; part < 20; part++) request.write('x'.repeat(10_000));
    request.end('"}');
  });

  expect(status).toBe(413);
  expect(s.router.store.taken).toBe(0);
  expect(s.backend.received).toHaveLength(0);
});
