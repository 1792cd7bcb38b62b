/** What plans limit, in the words that store, headers and tests share (contract L1, L3, L5, L6). */
import type { PlanModel, TokenWindowModel, WindowModel, WindowName } from './gateway-model';

/** How a window counts. */
export interface WindowKind {
  /**
   * `sliding`: in any stretch of `seconds`, at most the plan's number.
   * `utc-day`: from one UTC midnight to the next.
   */
  readonly kind: 'sliding' | 'utc-day';
  readonly seconds: number;
}

/** Every window that a plan can have. */
export const WINDOW_KINDS: Readonly<Record<WindowName, WindowKind>> = {
  minute: { kind: 'sliding', seconds: 60 },
  hour: { kind: 'sliding', seconds: 3_600 },
  day: { kind: 'utc-day', seconds: 86_400 },
  'tokens-minute': { kind: 'sliding', seconds: 60 },
  'tokens-day': { kind: 'utc-day', seconds: 86_400 },
};

/** Name of the concurrency limit beside the windows' names, as clients read it. */
export const CONCURRENCY = 'concurrency';

/** Up to this number a sliding window knows the moment of everything in it. */
const EXACT_MOST = 10_000;
/** Parts that a sliding window of a larger number is kept in: it may refuse one of them early, a thousandth. */
const GRAINS = 1_000;

/**
 * How much of a sliding window is kept under one moment, that of its newest part: 1 for windows that are exact. More
 * leaves the window together, never too early, so that no stretch of time ever has more than the limit.
 */
export function grainOf(limit: number): number {
  return limit <= EXACT_MOST ? 1 : Math.ceil(limit / GRAINS);
}

/** How many requests or tokens a window has room for. */
export function limitOf(window: WindowModel): number {
  return isTokenWindow(window) ? window.tokens : window.requests;
}

/** Whether a window counts tokens, which are charged when they are known, and not requests. */
export function isTokenWindow(window: WindowModel): window is TokenWindowModel {
  return 'tokens' in window;
}

/** Whether there is nothing to count for a plan. */
export function limitsNothing({ windows, concurrentRequests }: PlanModel): boolean {
  return windows.length === 0 && concurrentRequests === undefined;
}

/** Whether the tokens of answers have to be counted for a plan. */
export function limitsTokens(plan: PlanModel): boolean {
  return plan.windows.some(isTokenWindow);
}

/**
 * The plan that one replica enforces alone while it cannot reach the store: its share of every limit, rounded
 * down so that all replicas together stay within the plan, but at least one request or token.
 */
export function localShare(plan: PlanModel, replicas: number): PlanModel {
  const share = (limit: number) => Math.max(1, Math.floor(limit / replicas));
  const windows = plan.windows.map(
    (window): WindowModel =>
      isTokenWindow(window)
        ? { ...window, tokens: share(window.tokens) }
        : { ...window, requests: share(window.requests) },
  );
  return plan.concurrentRequests === undefined
    ? { ...plan, windows }
    : { ...plan, windows, concurrentRequests: share(plan.concurrentRequests) };
}
