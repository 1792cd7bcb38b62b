/** What a router has seen of all backends, and the courses that it gives to requests (contract R8). */
import type { GatewayModel } from '../../model/gateway-model';
import type { Exchange } from '../exchange';
import { Course } from './course';
import { ServiceHealth } from './service-health';

/** Values of the metric by state. */
const STATE_VALUES = { closed: 0, 'half-open': 0.5, open: 1 } as const;

/** The services of a gateway that have fallbacks or breakers. */
export class Health {
  /** By service name. */
  private readonly services = new Map<string, ServiceHealth>();

  constructor(model: GatewayModel) {
    for (const [name, service] of Object.entries(model.services)) {
      if (service.failover === undefined && service.circuitBreaker === undefined) continue;
      this.services.set(name, new ServiceHealth(service));
    }
  }

  /** The course of a request whose backend is chosen; `undefined` for a service that says nothing of failures. */
  courseOf({ route, backend }: Exchange): Course | undefined {
    if (this.services.size === 0 || route === undefined || backend === undefined) return undefined;
    const health = this.services.get(route.name);
    return health === undefined ? undefined : new Course(health, [backend, ...(backend.fallbacks ?? [])]);
  }

  /** Labels `service`, `backend` and the value of each breaker that has been used. */
  breakerStates(): readonly (readonly [readonly [string, string], number])[] {
    const now = performance.now();
    return [...this.services].flatMap(([service, { breakers }]) =>
      [...breakers].map(
        ([id, breaker]) => [[service, id] as const, STATE_VALUES[breaker.state(now)]] as const,
      ),
    );
  }
}
