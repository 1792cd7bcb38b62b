/**
 * A shared store with what holds while it does not answer (contract L7): every wait is bounded, a breaker spares requests
 * the wait, each plan's outage policy decides, and service returns by itself.
 */
import type { PlanModel } from '../../model/gateway-model';
import { limitsNothing, localShare } from '../../model/limits';
import { type Awaited, Deadlines } from './deadlines';
import { MemoryStore, type MemoryStoreOptions } from './memory-store';
import type { LimitStore, TakeRequest, TakeResult, TokenCharge } from './store';

/** A store that can fail. */
export interface SharedStore {
  /** Rejects when the store does not answer. */
  take(request: TakeRequest): Promise<TakeResult>;
  /** Rejects when the store does not answer. */
  charge(charge: TokenCharge): Promise<void>;
  /** Rejects when the store does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What an outage needs to know. */
export interface GuardedStoreOptions extends MemoryStoreOptions {
  /** Replicas among which a plan is divided while each is alone. */
  readonly replicasMax: number;
  /** Told when the store is lost and when it is back. */
  readonly onChange?: (state: 'ok' | 'degraded', cause: string) => void;
}

/** Longest wait of a request for the store. A healthy Redis answers within a millisecond or two. */
const TAKE_MILLISECONDS_MOST = 250;
/** Failures in a row that open the breaker. */
const FAILURES_TO_OPEN = 3;
const PROBE_MILLISECONDS = 500;
/** At start the store may take this long to be reached before requests are decided without it. */
const FIRST_CONTACT_MILLISECONDS = 3_000;

/** Of a plan without limits, which no store need be asked about. */
const UNLIMITED: TakeResult = { windows: [], degraded: false };

/** Asks the shared store while it answers, and decides by each plan's policy while it does not. */
export class GuardedStore implements LimitStore {
  private current: 'unknown' | 'ok' | 'degraded' = 'unknown';
  private failures = 0;
  private readonly startedAt = performance.now();
  private readonly local: MemoryStore;
  private readonly shares = new WeakMap<PlanModel, PlanModel>();
  private probing: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly deadlines = new Deadlines<AwaitedTake>(TAKE_MILLISECONDS_MOST, (take) =>
    this.notTaken(take, 'no answer in time'),
  );

  constructor(
    private readonly shared: SharedStore,
    private readonly options: GuardedStoreOptions,
  ) {
    this.local = new MemoryStore(options);
    void this.probe();
  }

  state(): 'unknown' | 'ok' | 'degraded' {
    return this.current;
  }

  take(request: TakeRequest): Promise<TakeResult> {
    if (request.lookup === undefined && limitsNothing(request.plan)) return Promise.resolve(UNLIMITED);
    if (this.current !== 'ok') return Promise.resolve(this.takeAlone(request));
    return new Promise((resolve) => {
      const take = new AwaitedTake(request, resolve);
      this.deadlines.add(take);
      this.shared.take(request).then(
        (result) => this.taken(take, result),
        (error: Error) => this.notTaken(take, error.message),
      );
    });
  }

  charge(charge: TokenCharge): void {
    if (this.current !== 'ok') {
      this.chargeAlone(charge);
      return;
    }
    this.shared.charge(charge).catch((error: Error) => {
      this.fail(error.message);
      this.chargeAlone(charge);
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.probing);
    // Redis answers in order: once it has, what was charged and given back before has arrived.
    if (this.current === 'ok') await inTime(this.shared.ping(), TAKE_MILLISECONDS_MOST).catch(() => {});
    await this.shared.close();
  }

  private taken(take: AwaitedTake, result: TakeResult): void {
    if (take.done) {
      // Nobody waits for it any more: what it charged stays charged, but the slot must not stay taken.
      result.lease?.release();
      return;
    }
    this.failures = 0;
    take.settle(result);
  }

  private notTaken(take: AwaitedTake, cause: string): void {
    if (take.done) return;
    this.fail(cause);
    take.settle(this.takeAlone(take.request));
  }

  private takeAlone(request: TakeRequest): TakeResult {
    const { plan, lookup } = request;
    if (lookup?.plans[0].allowed === false) return { windows: [], refusedBy: 'plan', degraded: true };
    switch (plan.onStoreOutage) {
      case 'open':
        return { windows: [], degraded: true };
      case 'closed':
        return { windows: [], refusedBy: 'store', retryAfterSeconds: 1, degraded: true };
      case 'local':
        return { ...this.local.takeNow({ ...request, plan: this.shareOf(plan) }), degraded: true };
    }
  }

  /** What the policy does not count costs nothing. */
  private chargeAlone(charge: TokenCharge): void {
    const { plan } = charge;
    if (plan.onStoreOutage === 'local') this.local.charge({ ...charge, plan: this.shareOf(plan) });
  }

  private shareOf(plan: PlanModel): PlanModel {
    const known = this.shares.get(plan);
    if (known !== undefined) return known;
    const share = localShare(plan, this.options.replicasMax);
    this.shares.set(plan, share);
    return share;
  }

  private fail(cause: string): void {
    if (this.current !== 'ok' || ++this.failures < FAILURES_TO_OPEN) return;
    this.change('degraded', cause);
    this.probeLater();
  }

  private change(state: 'ok' | 'degraded', cause: string): void {
    if (this.current === state) return;
    this.current = state;
    this.failures = 0;
    this.options.onChange?.(state, cause);
  }

  private probeLater(): void {
    if (this.closed) return;
    clearTimeout(this.probing);
    this.probing = setTimeout(() => void this.probe(), PROBE_MILLISECONDS);
    this.probing.unref();
  }

  /** Asks whether the store answers; goes on asking until it does. */
  private async probe(): Promise<void> {
    try {
      await inTime(this.shared.ping(), TAKE_MILLISECONDS_MOST);
      this.change('ok', 'the store answers');
    } catch (error) {
      const givenUp = performance.now() - this.startedAt > FIRST_CONTACT_MILLISECONDS;
      if (this.current !== 'unknown' || givenUp) this.change('degraded', (error as Error).message);
      this.probeLater();
    }
  }
}

function inTime(promise: Promise<void>, milliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** A request that waits for the shared store. */
class AwaitedTake implements Awaited {
  done = false;
  until = 0;
  next: this | undefined = undefined;

  constructor(
    readonly request: TakeRequest,
    private readonly resolve: (result: TakeResult) => void,
  ) {}

  settle(result: TakeResult): void {
    this.done = true;
    this.resolve(result);
  }
}
