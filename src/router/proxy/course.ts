/**
 * The backends of one request, one after the other (contract R8): which one gets it first, whether the next one may have
 * it, and what each attempt says about the health of its backend. Services without fallbacks and breakers have none.
 */
import type { BackendDecision } from '../../model/decide';
import type { FailoverModel } from '../../model/gateway-model';
import type { FailureReason } from '../exchange';
import type { CircuitBreaker, Passage } from './circuit-breaker';
import type { ServiceHealth } from './service-health';

/** What a failure means for the request. */
export interface Failure {
  readonly reason: FailureReason;
  /** Whether the backend may have received the request, or some of it. */
  readonly received: boolean;
  /** Whether the request may do its work twice without harm (RFC 9110 section 9.2.2). */
  readonly idempotent: boolean;
  /** Whether its body is in memory. */
  readonly repeatable: boolean;
}

/** One for each request of a service that has fallbacks or breakers. */
export class Course {
  private at = -1;
  private breaker: CircuitBreaker | undefined;
  private passage: Passage = 'refused';

  constructor(
    private readonly health: ServiceHealth,
    private readonly chain: readonly BackendDecision[],
  ) {}

  /** The first backend that takes requests; `undefined` while all of them have a rest. */
  first(): BackendDecision | undefined {
    this.health.budget?.earn();
    return this.advance();
  }

  /** The backend that gets the request after a failure; `undefined` where there is none or it must not be sent on. */
  next(failure: Failure): BackendDecision | undefined {
    this.failed();
    const { budget, failover } = this.health;
    if (failover === undefined || budget === undefined || !mayGoOn(failover, failure)) return undefined;
    // What no backend has received costs none of them anything.
    if (failure.received && !budget.allows) return undefined;
    const next = this.advance();
    if (next !== undefined && failure.received) budget.spend();
    return next;
  }

  /** Whether the answer of a backend is one of the failures that the service lists. */
  lists(status: number): boolean {
    return this.health.failover?.statuses.includes(status) === true;
  }

  /** The backend has begun to answer, and well. */
  succeeded(): void {
    this.breaker?.succeeded();
    this.breaker = undefined;
  }

  /** The backend has failed, and no other is asked for. */
  failed(): void {
    this.breaker?.failed(performance.now(), this.passage);
    this.breaker = undefined;
  }

  /** The request is over, whatever is known by now. May be called at any time. */
  end(): void {
    this.breaker?.released(this.passage);
    this.breaker = undefined;
  }

  /** Until one of the backends may be asked again. Unit: whole seconds, at least 1. */
  retryAfterSeconds(): number {
    const now = performance.now();
    const rests = this.chain.map(({ id }) => this.health.breakerOf(id)?.restMilliseconds(now) ?? 0);
    return Math.max(1, Math.ceil(Math.min(...rests) / 1000));
  }

  private advance(): BackendDecision | undefined {
    const now = performance.now();
    for (this.at++; this.at < this.chain.length; this.at++) {
      const decision = this.chain[this.at] as BackendDecision;
      const breaker = this.health.breakerOf(decision.id);
      const passage = breaker?.admit(now) ?? 'open-road';
      if (passage === 'refused') continue;
      this.breaker = breaker;
      this.passage = passage;
      return decision;
    }
    return undefined;
  }
}

/** A listed status says that the work was not done; whoever lists it has asked for the rest. */
function mayGoOn(failover: FailoverModel, failure: Failure): boolean {
  const { reason, received, idempotent, repeatable } = failure;
  return repeatable && (!received || reason === 'status' || idempotent || failover.repeatUnsafe);
}
