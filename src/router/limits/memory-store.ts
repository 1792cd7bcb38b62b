/**
 * Counters in this process: for a router that is alone, and for the share of a plan that a router enforces while it cannot
 * reach Redis. Exact, like the script in Redis, and bounded: callers whose windows are empty are forgotten.
 */
import type { WindowModel, WindowName } from '../../model/gateway-model';
import { grainOf, isTokenWindow, limitOf, WINDOW_KINDS, type WindowKind } from '../../model/limits';
import { admit, refuse, type WindowCount } from './measure';
import { SlidingWindow } from './sliding-window';
import type { Lease, LimitStore, TakeRequest, TakeResult, TokenCharge } from './store';

/** Kind and length of each window. */
export type WindowKinds = Readonly<Record<WindowName, WindowKind>>;

/** What tests change of a store in memory. */
export interface MemoryStoreOptions {
  /** Unit: milliseconds since 1970. */
  readonly now?: () => number;
  /** Lengths of the windows; tests shorten them. */
  readonly windowKinds?: WindowKinds;
}

/** Callers that one `take` looks at to forget: bounds the work of each. */
const FORGET_MOST = 8;

/** Nobody writes plans here: the default one counts, for what it includes. */
const NOT_IN_THE_PLAN: TakeResult = { windows: [], refusedBy: 'plan', degraded: false };

interface DayCount {
  day: number;
  count: number;
}

interface CallerState {
  readonly sliding: Map<WindowName, SlidingWindow>;
  readonly days: Map<WindowName, DayCount>;
  inFlight: number;
  /** When every window is empty, if no request comes. Unit: milliseconds since 1970. */
  emptyAt: number;
}

/**
 * Callers that are remembered at once, about a kilobyte each: a router that is cut off from Redis must not run out of memory
 * over those of a whole day.
 */
const CALLERS_MOST = 50_000;

/** Counts callers in this process. */
export class MemoryStore implements LimitStore {
  /** In the order in which callers were last seen, so that the first ones are the first to be forgotten. */
  private readonly callers = new Map<string, CallerState>();
  private readonly now: () => number;
  private readonly kinds: WindowKinds;
  private latest = 0;

  constructor(options: MemoryStoreOptions = {}) {
    this.now = options.now ?? Date.now;
    this.kinds = options.windowKinds ?? WINDOW_KINDS;
  }

  /** Number of callers that are remembered. */
  get size(): number {
    return this.callers.size;
  }

  state(): 'ok' {
    return 'ok';
  }

  async close(): Promise<void> {
    this.callers.clear();
  }

  take(request: TakeRequest): Promise<TakeResult> {
    return Promise.resolve(this.takeNow(request));
  }

  /** `take` at once. */
  takeNow({ key, plan, lookup }: TakeRequest): TakeResult {
    if (lookup?.plans[0].allowed === false) return NOT_IN_THE_PLAN;
    // A clock that was set back stands still here until it has caught up: no window gets longer or shorter by it.
    this.latest = Math.max(this.latest, this.now());
    const now = this.latest;
    this.forget(now);
    const caller = this.seen(key);
    const counts = plan.windows.map((window) => this.count(caller, window.name, limitOf(window), now));
    const most = plan.concurrentRequests;
    const refusal = refuse(plan, counts, most !== undefined && caller.inFlight >= most);
    if (refusal !== undefined) return refusal;
    for (const window of plan.windows) if (!isTokenWindow(window)) this.add(caller, window, 1, now);
    return admit(plan, counts, most === undefined ? undefined : this.lease(caller));
  }

  private seen(key: string): CallerState {
    const known = this.callers.get(key);
    if (known !== undefined) this.callers.delete(key);
    else if (this.callers.size >= CALLERS_MOST) this.forgetOne();
    const caller = known ?? { sliding: new Map(), days: new Map(), inFlight: 0, emptyAt: 0 };
    this.callers.set(key, caller);
    return caller;
  }

  private count(caller: CallerState, name: WindowName, limit: number, now: number): WindowCount {
    const { kind, seconds } = this.kinds[name];
    const span = seconds * 1000;
    if (kind === 'utc-day') {
      const left = span - (now % span);
      const day = caller.days.get(name);
      const count = day?.day === Math.floor(now / span) ? day.count : 0;
      return { count, resetMilliseconds: left, waitMilliseconds: count >= limit ? left : 0 };
    }
    const window = caller.sliding.get(name);
    if (window === undefined) return { count: 0, resetMilliseconds: span, waitMilliseconds: 0 };
    return window.measure(now, span, limit);
  }

  charge({ key, plan, tokens }: TokenCharge): void {
    this.latest = Math.max(this.latest, this.now());
    const caller = this.seen(key);
    for (const window of plan.windows)
      if (isTokenWindow(window)) this.add(caller, window, tokens, this.latest);
  }

  private add(caller: CallerState, window: WindowModel, amount: number, now: number): void {
    const { name } = window;
    const { kind, seconds } = this.kinds[name];
    const span = seconds * 1000;
    if (kind === 'utc-day') {
      const day = Math.floor(now / span);
      const known = caller.days.get(name);
      caller.days.set(name, { day, count: known?.day === day ? known.count + amount : amount });
      caller.emptyAt = Math.max(caller.emptyAt, (day + 1) * span);
      return;
    }
    const sliding = caller.sliding.get(name) ?? new SlidingWindow();
    caller.sliding.set(name, sliding);
    sliding.push(now, amount, grainOf(limitOf(window)));
    caller.emptyAt = Math.max(caller.emptyAt, now + span);
  }

  private lease(caller: CallerState): Lease {
    caller.inFlight++;
    let held = true;
    return {
      release() {
        if (held) caller.inFlight--;
        held = false;
      },
    };
  }

  /** Makes room: the caller who was not seen for longest is counted anew, unless a request of theirs runs. */
  private forgetOne(): void {
    for (const [key, caller] of this.callers) {
      if (caller.inFlight > 0) continue;
      this.callers.delete(key);
      return;
    }
  }

  private forget(now: number): void {
    let looked = 0;
    for (const [key, caller] of this.callers) {
      if (++looked > FORGET_MOST || caller.inFlight > 0 || caller.emptyAt > now) return;
      this.callers.delete(key);
    }
  }
}
