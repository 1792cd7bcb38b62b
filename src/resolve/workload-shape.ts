/** Shapes that the workloads share. */
import type { ReplicasProps, SecretKeyProps } from '../props/workload-props';
import { object, optional, required, type Shape, secretReference } from './shape';
import { dottedName, integer, secretKey } from './values';

/** Bounds of a number of pods. */
export const replicas = object<ReplicasProps>({
  min: optional(integer(1, 1_000)),
  max: optional(integer(1, 1_000)),
});

/** A key of a Secret. */
export const secretKeyShape: Shape<SecretKeyProps> = secretReference<SecretKeyProps>({
  name: required(dottedName, 'the name of a Secret'),
  key: required(secretKey, 'the key in the Secret'),
});
