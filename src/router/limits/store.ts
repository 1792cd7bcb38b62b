/**
 * Where counters live. Two stores keep the same promises and pass the same tests: Redis, shared by all replicas,
 * and memory, for one replica.
 */
import type { PlanModel, WindowName } from '../../model/gateway-model';
import type { CONCURRENCY } from '../../model/limits';

/** Asks for one request of a caller against every limit of a plan, at once: all are charged or none (L1, L2). */
export interface TakeRequest {
  /**
   * Who is counted: safe in a Redis key, the same on every replica, and no personal data. All of it is the hash slot,
   * unless a part stands in braces.
   */
  readonly key: string;
  readonly plan: PlanModel;
  /** Set where the store itself is to say which plan it is; `plan` is the default one then. */
  readonly lookup?: PlanLookup;
}

/** Where a store that is shared finds a caller's plan (contract I8). A store in memory has nobody who writes there. */
export interface PlanLookup {
  /** Holds the name of a plan as text, written by others; in the hash slot of the counters. */
  readonly key: string;
  /** Every plan there is, the default one first. */
  readonly plans: readonly [PlanCandidate, ...PlanCandidate[]];
}

/** A plan that a look-up may find. */
export interface PlanCandidate {
  readonly name: string;
  readonly plan: PlanModel;
  /** Who is counted under this plan. */
  readonly key: string;
  /** Whether the plan includes what is asked for; if not, the request is refused and nothing charged. */
  readonly allowed: boolean;
}

/** What an answer has cost, to be charged once it is known (contract L6). */
export interface TokenCharge {
  readonly key: string;
  readonly plan: PlanModel;
  readonly tokens: number;
}

/** One window of a caller, as `RateLimit` headers tell it. */
export interface WindowState {
  readonly name: WindowName;
  /** The plan's number of requests or tokens. */
  readonly limit: number;
  /** Requests that the caller may still make now, or tokens that may still be used. */
  readonly remaining: number;
  /** Until the window has room for one more than `remaining`: whole seconds, rounded up, at least 1. */
  readonly resetSeconds: number;
}

/** What became of a request that asked for its limits. */
export interface TakeResult {
  /** State after this request. A window is left out where nobody knows it (`open` or `closed` during an outage). */
  readonly windows: readonly WindowState[];
  /**
   * Absent when the request is admitted. `store`: the store does not answer and the plan says `closed`; `plan`: the plan
   * that a look-up found does not include the request.
   */
  readonly refusedBy?: WindowName | typeof CONCURRENCY | 'store' | 'plan';
  /** What the look-up read; `''` when it read nothing, absent when there was none. May name no plan that there is. */
  readonly lookedUpPlan?: string;
  /** With a refusal: after so many seconds the same request would be admitted, if nothing else is taken. */
  readonly retryAfterSeconds?: number;
  /** Held until `release`, when the plan limits concurrency and the request is admitted. */
  readonly lease?: Lease;
  /** Whether the shared store was not asked or did not answer, and an outage policy decided. */
  readonly degraded: boolean;
}

/** One request in flight. Expires by itself if its router dies; the store renews it while it is held. */
export interface Lease {
  /** Gives the slot back. Never throws, may be called twice. */
  release(): void;
}

/** One for the life of a router. */
export interface LimitStore {
  /** Never rejects and never waits for long: an outage is a result. */
  take(request: TakeRequest): Promise<TakeResult>;
  /** Charges the windows of tokens, whether they have room or not. Never throws, and nobody waits for it. */
  charge(charge: TokenCharge): void;
  /** For readiness, metrics and headers. `unknown` until first contact was made or given up. */
  state(): 'unknown' | 'ok' | 'degraded';
  close(): Promise<void>;
}
