/** Redis over TLS, with a certificate that an authority of the user's own has signed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../../src/router/limits/open-store';
import type { LimitStore } from '../../../src/router/limits/store';
import { until } from '../../support/client';
import { freePort } from '../../support/free-port';
import { plan } from '../../support/limit-stores';
import { type RedisServer, startRedis } from '../../support/redis-server';

const certificate = (name: string) => join(__dirname, '../../support/certificates', name);
const ca = readFileSync(certificate('ca.crt'), 'utf8');
const lines: { readonly event: string; readonly cause: unknown }[] = [];
const stores: LimitStore[] = [];
let server: RedisServer;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  server = await startRedis(
    ...['--tls-port', String(port), '--tls-auth-clients', 'no', '--tls-ca-cert-file', certificate('ca.crt')],
    ...['--tls-cert-file', certificate('server.crt'), '--tls-key-file', certificate('server.key')],
  );
  url = `rediss://127.0.0.1:${port}`;
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await server.stop();
});

function open(options: object): LimitStore {
  const log = (_level: string, event: string, { cause }: Readonly<Record<string, unknown>>) =>
    void lines.push({ event, cause });
  const store = openStore({ url, replicasMax: 1, log, ...options });
  stores.push(store);
  return store;
}

it('counts over TLS where the authority is known', async () => {
  const store = open({ ca });
  await until(() => store.state() === 'ok', 'the store');
  const request = { key: 'ada', plan: plan({ minute: 1 }) };

  expect(await store.take(request)).toMatchObject({ degraded: false });
  expect(await store.take(request)).toMatchObject({ degraded: false, refusedBy: 'minute' });
});

it.each([
  ['the authority is not known', {}],
  ['it is another authority', { ca: readFileSync(certificate('other-ca.crt'), 'utf8') }],
])('sends nothing to a Redis where %s, and says why', async (_what, options) => {
  lines.length = 0;
  const store = open(options);
  await until(() => store.state() === 'degraded', 'the store');

  expect(lines).toContainEqual({ event: 'store_error', cause: expect.stringMatching(/certificate/) });
  expect(await store.take({ key: 'bob', plan: plan({ minute: 1 }) })).toMatchObject({ degraded: true });
});
