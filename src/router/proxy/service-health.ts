/** What a router has seen of the backends of one service: breakers and a budget, kept from request to request. */
import type { CircuitBreakerModel, FailoverModel, ServiceModel } from '../../model/gateway-model';
import { CircuitBreaker } from './circuit-breaker';
import { RetryBudget } from './retry-budget';

/** Made for a service that has fallbacks or breakers. */
export class ServiceHealth {
  readonly failover: FailoverModel | undefined;
  readonly budget: RetryBudget | undefined;
  private readonly breaking: CircuitBreakerModel | undefined;
  /** By backend id, made when first needed. */
  readonly breakers = new Map<string, CircuitBreaker>();

  constructor({ failover, circuitBreaker }: ServiceModel) {
    this.failover = failover;
    this.budget = failover === undefined ? undefined : new RetryBudget(failover.budgetPercent);
    this.breaking = circuitBreaker;
  }

  breakerOf(id: string): CircuitBreaker | undefined {
    if (this.breaking === undefined) return undefined;
    let breaker = this.breakers.get(id);
    if (breaker === undefined) {
      breaker = new CircuitBreaker(this.breaking);
      this.breakers.set(id, breaker);
    }
    return breaker;
  }
}
