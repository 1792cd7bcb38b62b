/** Shapes that the workloads share. */
import type { ReplicasProps } from '../props/workload-props';
import { object, optional } from './shape';
import { integer } from './values';

/** Bounds of a number of pods. */
export const replicas = object<ReplicasProps>({
  min: optional(integer(1, 1_000)),
  max: optional(integer(1, 1_000)),
});
