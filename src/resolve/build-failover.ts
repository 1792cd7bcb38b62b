/** What a service says of backends that fail → what the router does. */
import { DEFAULTS } from '../model/defaults';
import type { ServiceModel } from '../model/gateway-model';
import type { ServiceProps } from '../props/service-props';
import { backendsOf } from './backends-of';

/** Nothing for a service that says nothing of it, so that its requests do not pay for it. */
export function buildFailover(service: ServiceProps): Pick<ServiceModel, 'failover' | 'circuitBreaker'> {
  const { failover, circuitBreaker } = service;
  const chained = backendsOf(service).some(({ backend }) => backend.fallbacks !== undefined);
  const breaks = circuitBreaker === undefined ? chained : circuitBreaker !== false;
  return {
    ...(chained
      ? {
          failover: {
            ...DEFAULTS.failover,
            ...failover,
            statuses: [...(failover?.statuses ?? [])].sort((a, b) => a - b),
          },
        }
      : {}),
    ...(breaks ? { circuitBreaker: { ...DEFAULTS.circuitBreaker, ...(circuitBreaker || {}) } } : {}),
  };
}
