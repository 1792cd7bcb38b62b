/** A Redis of the user's own that may throw counters away, which would admit more than the plan. */
import { openStore } from '../../../src/router/limits/open-store';
import { until } from '../../support/client';
import { startRedis } from '../../support/redis-server';

/** What the log says of a Redis with these options. */
async function told(...options: readonly string[]): Promise<readonly object[]> {
  const server = await startRedis(...options);
  const lines: { readonly level: string; readonly event: string }[] = [];
  const log = (level: string, event: string, fields: object) => void lines.push({ level, event, ...fields });
  const store = openStore({ url: server.url, replicasMax: 1, log });
  await until(() => store.state() === 'ok', 'the store');
  await store.close();
  await server.stop();
  return lines.filter(({ event }) => event === 'store_evicts');
}

/** As the ACL of a service that is shared may have it. */
const WITHOUT_INFO = ['--user', ...'default on nopass ~* &* +@all -info'.split(' ')];

it.each(['allkeys-lru', 'volatile-ttl'])('is told of once where its policy is %s', async (policy) => {
  expect(await told('--maxmemory', '100mb', '--maxmemory-policy', policy)).toEqual([
    { level: 'warn', event: 'store_evicts', policy },
  ]);
});

it.each([
  ['refuses writes when it is full', ['--maxmemory', '100mb', '--maxmemory-policy', 'noeviction']],
  ['is never full', ['--maxmemory-policy', 'allkeys-lru']],
  [
    'does not let the router ask',
    ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru', ...WITHOUT_INFO],
  ],
])('is not told of where it %s', async (_what, options) => {
  const printed = jest.spyOn(console, 'warn');
  expect(await told(...options)).toEqual([]);
  expect(printed).not.toHaveBeenCalled();
});
