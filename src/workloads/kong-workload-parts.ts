/** The inputs that the files of Kong's workload share. */
import type { Volume } from 'cdk8s-plus-28';
import type { KongDblessModel } from '../model/deployment-model';
import type { GatewayNames } from '../names';

/** A number, because the image names its user, and Kubernetes cannot tell whether a name is root's. */
export const KONG_USER = 1000;

/** What all of Kong's objects are made from. */
export interface KongWorkloadParts {
  readonly names: GatewayNames;
  readonly kong: KongDblessModel;
  /** Text of the `kong.yml`. */
  readonly configuration: string;
  /** Longest pause in a stream that Kong waits through, in either direction. */
  readonly idleSeconds: number;
}

/** Names of the objects that the pods refer to. */
export interface KongReferences {
  readonly configuration: string;
  readonly serviceAccount: string;
  /** Where the file is once its keys are in it; absent where it has none. */
  readonly filled?: Volume;
}
