/** Every place in a service's props where a backend stands, for checks and for what depends on any of them. */
import type { BackendProps } from '../props/backend-props';
import type { ServiceProps } from '../props/service-props';
import type { Loose } from './shape';

/** A backend, and the keys that lead to it: `['models', 'gpt-4']`. */
export interface BackendPlace {
  readonly keys: readonly string[];
  readonly backend: Loose<BackendProps>;
}

type LooseTarget = Pick<Loose<ServiceProps>, 'backend' | 'models'>;

/** The service's own, those of its models, and the same of versions and variants. Fallbacks stand in their backend. */
export function backendsOf(service: Loose<ServiceProps>): readonly BackendPlace[] {
  const own = targetBackends([], service);
  const versions = Object.entries(service.versions ?? {}).flatMap(([name, target]) =>
    typeof target === 'object' ? targetBackends(['versions', name], target) : [],
  );
  const variants = Object.entries(service.variants ?? {}).flatMap(([name, target]) =>
    targetBackends(['variants', name], target ?? {}),
  );
  return [...own, ...versions, ...variants];
}

function targetBackends(keys: readonly string[], { backend, models }: LooseTarget): BackendPlace[] {
  const byModel = Object.entries(models ?? {}).flatMap(([pattern, other]) =>
    other === undefined ? [] : [{ keys: [...keys, 'models', pattern], backend: other }],
  );
  return backend === undefined ? byModel : [{ keys: [...keys, 'backend'], backend }, ...byModel];
}
