/** Counters in Redis, shared by all replicas: one script and one round trip for each request. */
import { randomBytes } from 'node:crypto';
import type { PlanModel, WindowModel } from '../../model/gateway-model';
import { CONCURRENCY, grainOf, isTokenWindow, limitOf, WINDOW_KINDS } from '../../model/limits';
import { connectRedis, type RedisAddress, type RedisClient } from './connect-redis';
import { admit, refuse, type WindowCount } from './measure';
import type { WindowKinds } from './memory-store';
import {
  type PlanToTake,
  RedisTakes,
  type Slot,
  type TakeReply,
  type WaitingTake,
  type WrittenPlan,
} from './redis-takes';
import type { Lease, TakeRequest, TakeResult, TokenCharge } from './store';
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

/** A plan in the forms that the scripts read. */
interface WrittenForms {
  readonly plan: WrittenPlan;
  /** As the only plan of a request. */
  readonly alone: readonly PlanToTake[];
  readonly tokenWindows: string;
  /** The keys of callers under this plan, by the key of a request, in the order of `TAKE_SCRIPT`. */
  readonly callers: Map<string, readonly string[]>;
}

/** Who is counted, by what. */
type CountedPlan = Pick<TakeRequest, 'key' | 'plan'>;

/** Last part of the key of all windows. */
const WINDOWS = 'windows';

/** Of a plan, the keys of so many callers are remembered. */
const CALLERS_MOST = 10_000;

/** Counts callers in Redis; every method fails when Redis does not answer. */
export class RedisStore {
  private readonly redis: RedisClient & Scripts;
  private readonly takes: RedisTakes;
  private readonly prefix: string;
  private readonly leaseMilliseconds: number;
  private readonly kinds: WindowKinds;
  private readonly replica = randomBytes(6).toString('base64url');
  private readonly plans = new WeakMap<PlanModel, WrittenForms>();
  /** Slots of the requests that run. */
  private readonly held = new Set<HeldSlot>();
  private readonly renewing: NodeJS.Timeout;
  private leases = 0;
  /** Pings that wait for their answer. */
  private unanswered = 0;
  private readonly giveBack = (slot: HeldSlot) => {
    if (this.held.delete(slot)) this.takes.giveBack(slot);
  };

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
  take(request: TakeRequest): Promise<TakeResult> {
    return new Promise((resolve, reject) => {
      this.takes.take(new RedisTake(this, request, `${this.replica}:${++this.leases}`, resolve, reject));
    });
  }

  /** The keys that a request may touch; of a look-up, its own first, then those of every plan. */
  keysOf(request: TakeRequest): readonly string[] {
    const { lookup } = request;
    if (lookup === undefined) return this.callerKeysOf(request.key, request.plan);
    return [lookup.key, ...lookup.plans.flatMap(({ key, plan }) => this.callerKeysOf(key, plan))];
  }

  /** The plans that a request may have, as the script reads them. */
  plansOf({ lookup, plan }: TakeRequest): readonly PlanToTake[] {
    if (lookup === undefined) return this.writtenOf(plan).alone;
    return lookup.plans.map((candidate) => ({
      name: candidate.name,
      allowed: candidate.allowed,
      written: this.writtenOf(candidate.plan).plan,
    }));
  }

  /** What a reply means for its request. */
  resultOf(request: TakeRequest, lease: string, reply: TakeReply): TakeResult {
    const { lookup } = request;
    if (lookup === undefined) return this.resultUnder(request, lease, reply);
    const found = lookup.plans.find(({ name }) => name === reply[0]) ?? lookup.plans[0];
    return { ...this.resultUnder(found, lease, reply), lookedUpPlan: reply[0] };
  }

  private resultUnder({ plan, key }: CountedPlan, lease: string, reply: TakeReply): TakeResult {
    const [, status, full] = reply;
    if (status === 2) return { windows: [], refusedBy: 'plan', degraded: false };
    const counts = plan.windows.map((_, i) => countOf(reply, i));
    if (status === 1) {
      const held =
        plan.concurrentRequests === undefined ? undefined : this.hold(lease, this.leaseKeyOf(key, plan));
      return admit(plan, counts, held);
    }
    const refusal = refuse(plan, counts, full === 1);
    if (refusal === undefined) throw new Error('the script refused a request and gave no reason');
    return refusal;
  }

  /** In the order of `TAKE_SCRIPT`: the same for each request of a caller. */
  private callerKeysOf(key: string, plan: PlanModel): readonly string[] {
    const { callers } = this.writtenOf(plan);
    const known = callers.get(key);
    if (known !== undefined) return known;
    const base = this.baseOf(key);
    const keys = [base + WINDOWS, ...plan.windows.map(({ name }) => base + name), base + CONCURRENCY];
    if (callers.size >= CALLERS_MOST) callers.clear();
    callers.set(key, keys);
    return keys;
  }

  private baseOf(key: string): string {
    return `${this.prefix}:${key.includes('{') ? key : `{${key}}`}:`;
  }

  /** Rejects when Redis does not answer. */
  async charge({ key, plan, tokens }: TokenCharge): Promise<void> {
    const base = this.baseOf(key);
    const keys = [base + WINDOWS, ...plan.windows.filter(isTokenWindow).map(({ name }) => base + name)];
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

  /**
   * By which policy Redis throws keys away when it is full; `undefined` where it does not. Rejects when Redis does not answer,
   * or does not let the router ask.
   */
  async evictionPolicy(): Promise<string | undefined> {
    const memory = await this.redis.info('memory');
    const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
    const bounded = /^maxmemory:[1-9]/m.test(memory);
    return bounded && policy !== 'noeviction' ? policy : undefined;
  }

  async close(): Promise<void> {
    clearInterval(this.renewing);
    this.redis.disconnect();
  }

  /** A plan as the scripts read it, written once. */
  private writtenOf(plan: PlanModel): WrittenForms {
    const known = this.plans.get(plan);
    if (known !== undefined) return known;
    const written = (window: WindowModel) => {
      const { kind, seconds } = this.kinds[window.name];
      const limit = limitOf(window);
      const cost = isTokenWindow(window) ? 0 : 1;
      return [window.name, kind === 'sliding' ? 's' : 'd', limit, seconds * 1000, grainOf(limit), cost];
    };
    const text = JSON.stringify([plan.concurrentRequests ?? 0, ...plan.windows.map(written)]);
    const one = { text, command: 0, place: 0 };
    const made = {
      plan: one,
      alone: [{ name: '', allowed: true, written: one }],
      tokenWindows: JSON.stringify(plan.windows.filter(isTokenWindow).map(written)),
      callers: new Map<string, readonly string[]>(),
    };
    this.plans.set(plan, made);
    return made;
  }

  private leaseKeyOf(key: string, plan: PlanModel): string {
    return this.callerKeysOf(key, plan).at(-1) as string;
  }

  private hold(lease: string, key: string): Lease {
    const slot = new HeldSlot(key, lease, this.giveBack);
    this.held.add(slot);
    return slot;
  }

  private renew(): void {
    for (const { key, lease } of this.held) {
      this.redis.agwRenew(key, lease, this.leaseMilliseconds).catch(() => {});
    }
  }
}

/** One request on its way. */
class RedisTake implements WaitingTake {
  readonly keys: readonly string[];
  readonly plans: readonly PlanToTake[];

  constructor(
    private readonly store: RedisStore,
    private readonly request: TakeRequest,
    readonly lease: string,
    private readonly resolve: (result: TakeResult) => void,
    readonly failed: (error: Error) => void,
  ) {
    this.keys = store.keysOf(request);
    this.plans = store.plansOf(request);
  }

  get looksUp(): boolean {
    return this.request.lookup !== undefined;
  }

  taken(reply: TakeReply): void {
    try {
      this.resolve(this.store.resultOf(this.request, this.lease, reply));
    } catch (error) {
      this.failed(error as Error);
    }
  }
}

/** A slot that is held until it is given back. */
class HeldSlot implements Lease, Slot {
  constructor(
    readonly key: string,
    readonly lease: string,
    private readonly giveBack: (slot: HeldSlot) => void,
  ) {}

  release(): void {
    this.giveBack(this);
  }
}

function countOf(reply: TakeReply, window: number): WindowCount {
  const at = 3 + window * 3;
  return {
    count: reply[at] as number,
    resetMilliseconds: reply[at + 1] as number,
    waitMilliseconds: reply[at + 2] as number,
  };
}
