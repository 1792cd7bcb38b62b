/** Bounds of a number of pods, whichever of the two is given. */
import { DEFAULTS } from '../model/defaults';
import type { Place } from './problems';

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/**
 * Both bounds: one that is given moves the other one's default out of its way. Reports bounds that leave no number.
 *
 * @param at without, nothing is reported
 */
export function replicaBounds(given: Partial<Bounds> | undefined, at?: Place): Bounds {
  const { min, max } = given ?? {};
  const defaults = DEFAULTS.router.replicas;
  const bounds = {
    min: min ?? Math.min(defaults.min, max ?? defaults.min),
    max: max ?? Math.max(defaults.max, min ?? defaults.max),
  };
  if (bounds.min > bounds.max) {
    at?.report('AGW_REPLICAS', { min, max }, 'min at most max', 'lower min or raise max');
  }
  return bounds;
}
