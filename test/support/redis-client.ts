/** A client of Redis for tests, with as much of ioredis as they use: to compare its whole class takes the compiler ten seconds. */
import Redis from 'ioredis';

export type RedisClient = Pick<
  Redis,
  | 'call'
  | 'config'
  | 'dbsize'
  | 'del'
  | 'disconnect'
  | 'eval'
  | 'flushall'
  | 'hget'
  | 'hset'
  | 'info'
  | 'keys'
  | 'llen'
  | 'lpush'
  | 'lrange'
  | 'pttl'
  | 'replicaof'
  | 'rpush'
  | 'script'
  | 'set'
  | 'zadd'
  | 'zrange'
  | 'zscore'
>;

/** A client of a server on this machine. */
export function connectTo(port: number): RedisClient {
  return new Redis(port, '127.0.0.1');
}
