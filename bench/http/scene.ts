/** What every measurement of requests needs: an issuer, its tokens, Redis, and the backends behind all contenders. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../test/support/free-port';
import { startIdentityProvider } from '../../test/support/identity-provider';
import { type Ports, startBackend, startRedisServer, startStreamBackend } from './contenders';
import type { Running } from './processes';

/** Ended with `close`, which also ends what was added. */
export interface Scene {
  readonly directory: string;
  readonly tokens: readonly string[];
  /** Of a proxy that is to be started. */
  ports(): Promise<Ports>;
  /** Ends with the scene. */
  add<T extends Running | undefined>(program: T): T;
  close(): Promise<void>;
}

/** Requests come from so many callers in turn. */
const CALLERS = 50;

export async function openScene(): Promise<Scene> {
  const directory = mkdtempSync(join(tmpdir(), 'agent-gateway-bench-'));
  const identity = await startIdentityProvider();
  const tokens = await Promise.all(
    Array.from({ length: CALLERS }, (_, i) => identity.sign({ sub: `user-${i}` }, { expiresIn: 7_200 })),
  );
  const [backend, streamBackend, redis] = [await freePort(), await freePort(), await freePort()];
  const programs: Running[] = [];
  const add = <T extends Running | undefined>(program: T): T => {
    if (program !== undefined) programs.push(program);
    return program;
  };
  add(await startBackend(directory, backend));
  add(await startStreamBackend(streamBackend));
  add(await startRedisServer(redis));
  const jwks = Number(new URL(identity.url).port);
  return {
    directory,
    tokens,
    ports: async () => ({
      backend,
      streamBackend,
      redis,
      jwks,
      proxy: await freePort(),
      admin: await freePort(),
    }),
    add,
    async close() {
      for (const program of programs) program.stop();
      await identity.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
