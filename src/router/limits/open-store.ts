/** From the router's settings to the store. */
import { GuardedStore } from './guarded-store';
import { MemoryStore } from './memory-store';
import { RedisStore, type RedisStoreOptions } from './redis-store';
import type { LimitStore } from './store';

/** Where the store is, and who is told what becomes of it. */
export interface OpenStoreOptions extends RedisStoreOptions {
  /** Replicas among which a plan is divided while Redis does not answer. */
  readonly replicasMax: number;
  /** Told what becomes of the connection; never of a password. */
  readonly log?: (level: 'info' | 'warn', event: string, fields: Readonly<Record<string, unknown>>) => void;
}

/**
 * Opens the store of a URL: `memory:`, `redis://…` or `rediss://…`. Several hosts with Sentinel or Cluster. Does not
 * wait for Redis.
 *
 * @throws for a URL of another scheme; the message does not show it, because it can hold a password
 */
export function openStore(options: OpenStoreOptions): LimitStore {
  if (options.url === 'memory:') return new MemoryStore(options);
  if (!/^rediss?:\/\//.test(options.url)) throw new Error('expected redis://…, rediss://… or memory:');
  const log = options.log ?? (() => {});
  let last = '';
  const shared = new RedisStore(options, (error) => {
    // Attempts to connect fail several times a second; one line for each new cause is enough.
    if (error.message !== last) log('warn', 'store_error', { cause: error.message });
    last = error.message;
  });
  const warnOfEviction = async () => {
    const policy = await shared.evictionPolicy();
    if (policy !== undefined) log('warn', 'store_evicts', { policy });
  };
  return new GuardedStore(shared, {
    ...options,
    onChange(state, cause) {
      log(state === 'ok' ? 'info' : 'warn', 'store_state', { state, cause });
      // Who may not ask is not told.
      if (state === 'ok') warnOfEviction().catch(() => {});
    },
  });
}
