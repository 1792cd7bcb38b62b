/** Bounds of a number of pods of which one is an Input: the other one's default depends on it. */
import { all, type Output, output } from '@pulumi/pulumi';
import { replicaBounds } from '../resolve/replica-bounds';

/** Both bounds as Outputs where one is, so that neither has to fit what stands in for the other; else as they are. */
export function withWholeBounds(replicas: unknown, isInput: (value: unknown) => boolean): unknown {
  if (typeof replicas !== 'object' || replicas === null) return replicas;
  const { min, max } = replicas as { readonly min?: unknown; readonly max?: unknown };
  if (!isInput(min) && !isInput(max)) return replicas;
  return {
    ...replicas,
    min: min === undefined ? otherBound('min', { max: output(max) }) : output(min),
    max: max === undefined ? otherBound('max', { min: output(min) }) : output(max),
  };
}

/** The default that goes with the bound that is given. What is no number is left to be reported where it stands. */
function otherBound(name: 'min' | 'max', given: Readonly<Record<string, Output<unknown>>>): Output<number> {
  return all(given).apply((bounds) => {
    const numbers = Object.entries(bounds).filter(([, bound]) => Number.isInteger(bound));
    return replicaBounds(Object.fromEntries(numbers))[name];
  });
}
