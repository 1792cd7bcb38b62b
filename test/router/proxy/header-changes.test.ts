/** A service's own changes of headers reach its backend and its clients, and touch nothing of the gateway. */
import { send } from '../../support/client';
import { modelWith } from '../../support/resolved';
import { situation } from '../../support/situation';

const { agents } = modelWith({
  services: {
    agents: {
      requestHeaders: {
        set: { 'X-Team': 'search', 'X-Kept': 'yes' },
        add: { 'X-Tag': 'gateway' },
        remove: ['X-Debug', 'Authorization'],
      },
      responseHeaders: {
        set: { 'Cache-Control': 'no-store' },
        add: { Vary: 'Accept' },
        remove: ['X-Internal', 'Via'],
      },
    },
  },
}).services;
if (agents === undefined) throw new Error('no service');
const { requestHeaders, responseHeaders } = agents;

const s = situation(
  { service: { ...(requestHeaders && { requestHeaders }), ...(responseHeaders && { responseHeaders }) } },
  (request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, {
        'cache-control': 'public',
        vary: 'Cookie',
        'x-internal': 'secret',
        x_internal: 'secret',
        via: '1.1 agent',
        'x-public': 'yes',
      });
      response.end('ok');
    });
  },
);

test('sets, adds and removes headers of requests', async () => {
  await send(s.port, '/v1/agents', {
    headers: {
      'x-team': 'mine',
      x_team: 'mine',
      'X-Tag': 'client',
      'x-debug': '1',
      'X.Debug': '1',
      accept: '*/*',
    },
  });

  const { headers, rawHeaders } = s.backend.last();
  expect(headers).toMatchObject({ 'x-team': 'search', 'x-kept': 'yes', accept: '*/*' });
  expect(headers['x-tag']).toBe('client, gateway');
  expect(rawHeaders.join(' ')).not.toMatch(/mine|debug|bearer/i);
});

test('leaves identity, request id and host as they are', async () => {
  await send(s.port, '/v1/agents', { headers: { 'x-request-id': 'abcdef-123' } });

  expect(s.backend.last().headers).toMatchObject({
    host: `127.0.0.1:${s.backend.port}`,
    'x-user-id': 'ada',
    'x-request-id': 'abcdef-123',
  });
});

test('sets, adds and removes headers of answers', async () => {
  const { headers, rawHeaders } = await send(s.port, '/v1/agents');

  expect(headers).toMatchObject({ 'cache-control': 'no-store', vary: 'Cookie, Accept', 'x-public': 'yes' });
  expect(rawHeaders.join(' ')).not.toMatch(/secret|1\.1 agent/);
  expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'x-api-version': 'v1' });
});

test('leaves the refusals of the gateway alone', async () => {
  const { status, headers } = await send(s.port, '/v1/agents', { headers: { authorization: undefined } });

  expect(status).toBe(401);
  expect(headers).not.toHaveProperty('vary');
});
