/** What both stores make of counts: the state that clients are told, and whether a request is refused (contract L3). */
import type { PlanModel, WindowModel } from '../../model/gateway-model';
import { CONCURRENCY, isTokenWindow, limitOf } from '../../model/limits';
import type { Lease, TakeResult, WindowState } from './store';

/** What a store found in one window before it charged anything. Unit: milliseconds. */
export interface WindowCount {
  readonly count: number;
  /** Until the oldest request leaves the window; the whole window when there is none. */
  readonly resetMilliseconds: number;
  /** Until the window has room for a request; 0 when it has. */
  readonly waitMilliseconds: number;
}

/** Nobody knows when a request in flight ends. */
const CONCURRENCY_RETRY_SECONDS = 1;

/** A refusal: the limit that takes longest to have room again, and when that is. */
export function refuse(
  plan: PlanModel,
  counts: readonly WindowCount[],
  concurrencyFull: boolean,
): TakeResult | undefined {
  let refusedBy: TakeResult['refusedBy'] = concurrencyFull ? CONCURRENCY : undefined;
  let waitMilliseconds = 0;
  plan.windows.forEach((window, i) => {
    const wait = counts[i]?.waitMilliseconds ?? 0;
    if (wait <= waitMilliseconds) return;
    waitMilliseconds = wait;
    refusedBy = window.name;
  });
  if (refusedBy === undefined) return undefined;
  const retryAfterSeconds =
    refusedBy === CONCURRENCY ? CONCURRENCY_RETRY_SECONDS : wholeSeconds(waitMilliseconds);
  return { windows: stateOf(plan.windows, counts, 0), refusedBy, retryAfterSeconds, degraded: false };
}

/** An admission: one request more in every window of requests. */
export function admit(plan: PlanModel, counts: readonly WindowCount[], lease: Lease | undefined): TakeResult {
  const windows = stateOf(plan.windows, counts, 1);
  return lease === undefined ? { windows, degraded: false } : { windows, lease, degraded: false };
}

function stateOf(
  windows: readonly WindowModel[],
  counts: readonly WindowCount[],
  charged: number,
): readonly WindowState[] {
  return windows.map((window, i) => {
    const limit = limitOf(window);
    const { count = 0, resetMilliseconds = 0 } = counts[i] ?? {};
    const remaining = Math.max(0, limit - count - (isTokenWindow(window) ? 0 : charged));
    return { name: window.name, limit, remaining, resetSeconds: wholeSeconds(resetMilliseconds) };
  });
}

/** Rounded up, so that a client which waits so long does not come too early. */
function wholeSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
