/** Counters in Redis, shared by all replicas: one script and one round trip for each request. */
import { randomBytes } from 'node:crypto';
import type { PlanModel, WindowModel } from '../../model/gateway-model';
import { CONCURRENCY, grainOf, isTokenWindow, limitOf, WINDOW_KINDS } from '../../model/limits';
import { connectRedis, type RedisAddress, type RedisClient } from './connect-redis';
import { admit, refuse, type WindowCount } from './measure';
import type { WindowKinds } from './memory-store';
import { RedisTakes, type TakeReply } from './redis-takes';
import type { Lease, PlanCandidate, TakeRequest, TakeResult, TokenCharge } from './store';
import { CHARGE_SCRIPT, RENEW_SCRIPT } from './take-script';

/** Where Redis is and how it is used. */
export interface RedisStoreOptions extends RedisAddress {
  /** First part of every key. Default `agw`. */
  readonly keyPrefix?: string;
  /** How long a lease lives without renewal: so long a dead router's requests still count. Default 30 s. */
  readonly leaseMilliseconds?: number;
  /** Lengths of the windows; tests shorten them. */
  readonly windowKinds?: WindowKinds;
}

const LEASE_MILLISECONDS = 30_000;
/** A lease is renewed so often within its life that two failures in a row do not lose it. */
const RENEWALS_PER_LIFE = 3;
const PINGS_UNANSWERED_MOST = 2;
/** How long what a ping writes is kept. */
const PING_MILLISECONDS = 1_000;

/** The commands that the scripts become. */
interface Scripts {
  agwCharge(keyCount: number, ...keysAndArguments: (string | number)[]): Promise<number>;
  agwRenew(key: string, lease: string, milliseconds: number): Promise<number>;
}

/** A plan in the form that the scripts read. */
interface WrittenPlan {
  readonly plan: string;
  readonly tokenWindows: string;
}

/** Counts callers in Redis; every method fails when Redis does not answer. */
export class RedisStore {
  private readonly redis: RedisClient & Scripts;
  private readonly takes: RedisTakes;
  private readonly prefix: string;
  private readonly leaseMilliseconds: number;
  private readonly kinds: WindowKinds;
  private readonly replica = randomBytes(6).toString('base64url');
  private readonly plans = new WeakMap<PlanModel, WrittenPlan>();
  /** Keys of the leases that are held, by lease. */
  private readonly held = new Map<string, string>();
  private readonly renewing: NodeJS.Timeout;
  private leases = 0;
  /** Pings that wait for their answer. */
  private unanswered = 0;

  /** @param onError told of every failure of the connection */
  constructor(options: RedisStoreOptions, onError: (error: Error) => void) {
    this.prefix = options.keyPrefix ?? 'agw';
    this.leaseMilliseconds = options.leaseMilliseconds ?? LEASE_MILLISECONDS;
    this.kinds = options.windowKinds ?? WINDOW_KINDS;
    const redis = connectRedis(options);
    redis.on('error', onError);
    redis.defineCommand('agwCharge', { lua: CHARGE_SCRIPT });
    redis.defineCommand('agwRenew', { lua: RENEW_SCRIPT, numberOfKeys: 1 });
    this.redis = redis as RedisClient & Scripts;
    this.takes = new RedisTakes(redis, this.leaseMilliseconds);
    this.renewing = setInterval(() => this.renew(), this.leaseMilliseconds / RENEWALS_PER_LIFE);
    this.renewing.unref();
  }

  /** Rejects when Redis does not answer. */
  async take(request: TakeRequest): Promise<TakeResult> {
    const { lookup } = request;
    const candidates = lookup?.plans ?? [{ ...request, name: '', allowed: true }];
    const lease = `${this.replica}:${++this.leases}`;
    const keys = lookup === undefined ? [] : [lookup.key];
    const plans: (string | number)[] = [];
    for (const candidate of candidates) this.add(candidate, keys, plans);
    const reply = await this.takes.take(keys, [
      lease,
      keys.length,
      lookup === undefined ? 0 : candidates.length,
      ...plans,
    ]);
    const found = candidates.find(({ name }) => name === reply.text) ?? (candidates[0] as PlanCandidate);
    const result = this.resultOf(reply, found, lease);
    return lookup === undefined ? result : { ...result, lookedUpPlan: reply.text };
  }

  /** Adds the keys and arguments of one plan. */
  private add({ name, plan, key, allowed }: PlanCandidate, keys: string[], plans: (string | number)[]): void {
    const base = this.baseOf(key);
    for (const window of plan.windows) keys.push(base + window.name);
    keys.push(base + CONCURRENCY);
    plans.push(name, allowed ? 1 : 0, this.writtenOf(plan).plan);
  }

  private resultOf(reply: TakeReply, { plan, key }: PlanCandidate, lease: string): TakeResult {
    const { numbers } = reply;
    if (numbers[0] === 2) return { windows: [], refusedBy: 'plan', degraded: false };
    const counts = plan.windows.map((_, i) => countOf(numbers, i));
    if (numbers[0] === 1) {
      const held =
        plan.concurrentRequests === undefined ? undefined : this.hold(lease, this.baseOf(key) + CONCURRENCY);
      return admit(plan, counts, held);
    }
    const refusal = refuse(plan, counts, numbers[1] === 1);
    if (refusal === undefined) throw new Error('the script refused a request and gave no reason');
    return refusal;
  }

  private baseOf(key: string): string {
    return `${this.prefix}:${key.includes('{') ? key : `{${key}}`}:`;
  }

  /** Rejects when Redis does not answer. */
  async charge({ key, plan, tokens }: TokenCharge): Promise<void> {
    const base = this.baseOf(key);
    const keys = plan.windows.filter(isTokenWindow).map(({ name }) => base + name);
    await this.redis.agwCharge(keys.length, ...keys, tokens, this.writtenOf(plan).tokenWindows);
  }

  /** Rejects when Redis does not answer, or answers and would not count: a replica, or a Redis that is full. */
  async ping(): Promise<void> {
    if (this.unanswered >= PINGS_UNANSWERED_MOST) {
      // The server may have vanished without a word; a new connection finds its successor.
      this.unanswered = 0;
      this.redis.disconnect(true);
    }
    this.unanswered++;
    try {
      await this.redis.agwRenew(`${this.prefix}:{ping}:${CONCURRENCY}`, this.replica, PING_MILLISECONDS);
    } finally {
      this.unanswered = 0;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.renewing);
    this.redis.disconnect();
  }

  /** A plan as the scripts read it, written once. */
  private writtenOf(plan: PlanModel): WrittenPlan {
    const known = this.plans.get(plan);
    if (known !== undefined) return known;
    const written = (window: WindowModel) => {
      const { kind, seconds } = this.kinds[window.name];
      const limit = limitOf(window);
      const cost = isTokenWindow(window) ? 0 : 1;
      return [kind === 'sliding' ? 's' : 'd', limit, seconds * 1000, grainOf(limit), cost];
    };
    const made = {
      plan: JSON.stringify([plan.concurrentRequests ?? 0, ...plan.windows.map(written)]),
      tokenWindows: JSON.stringify(plan.windows.filter(isTokenWindow).map(written)),
    };
    this.plans.set(plan, made);
    return made;
  }

  private hold(lease: string, leaseKey: string): Lease {
    this.held.set(lease, leaseKey);
    return {
      release: () => {
        if (!this.held.delete(lease)) return;
        this.takes.giveBack(leaseKey, lease);
      },
    };
  }

  private renew(): void {
    for (const [lease, leaseKey] of this.held) {
      this.redis.agwRenew(leaseKey, lease, this.leaseMilliseconds).catch(() => {});
    }
  }
}

function countOf(numbers: TakeReply['numbers'], window: number): WindowCount {
  const at = 2 + window * 3;
  return {
    count: numbers[at] as number,
    resetMilliseconds: numbers[at + 1] as number,
    waitMilliseconds: numbers[at + 2] as number,
  };
}
