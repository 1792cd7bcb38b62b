/** The bundled program, which has only the commands of Redis that some source names, with a Cluster and with Sentinels. */
import { startBackend } from '../support/backend';
import { send } from '../support/client';
import { plan } from '../support/limit-stores';
import { startCluster, startSentinel } from '../support/redis-topologies';
import { buildProgram, KEY, removeFolder, startProgram, writeConfiguration } from '../support/router-program';
import { modelOf } from '../support/router-under-test';

test.each([
  ['a Cluster', startCluster, { STORE_CLUSTER: 'true' }],
  ['a master behind Sentinels', startSentinel, { STORE_SENTINEL_MASTER: 'main' }],
])(
  'counts in %s',
  async (_what, startRedis, settings) => {
    const { file, folder } = buildProgram();
    const backend = await startBackend();
    const redis = await startRedis();
    const free = { ...plan({ minute: 2 }, 5), onStoreOutage: 'closed' as const };
    const environment = {
      ...writeConfiguration(folder, modelOf(backend.port, { model: { plans: { free } } })),
      STORE_URL: redis.url,
      ...settings,
    };
    const program = await startProgram(file, environment);
    try {
      const ask = () => send(program.port, '/v1/agents', { headers: { authorization: `Bearer ${KEY}` } });
      let { status } = await ask();
      for (let tries = 0; status === 503 && tries < 500; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        ({ status } = await ask());
      }

      expect(status).toBe(200);
      expect([(await ask()).status, (await ask()).status]).toEqual([200, 429]);
    } finally {
      program.process.kill('SIGKILL');
      await program.ended;
      await redis.stop();
      await backend.close();
      removeFolder(folder);
    }
  },
  60_000,
);
