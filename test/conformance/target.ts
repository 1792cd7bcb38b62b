/** What the suite runs against: an address, what it can do, and how it is started. Cases know nothing else of it. */
import type { Feature } from './features';
import type { Issuer } from './issuer';

/** A deployment of the platform (`platform/props.yaml`) that answers. */
export interface Target {
  /** Scheme, host and base path, as clients would write it. */
  readonly baseUrl: URL;
  /** Where to connect in place of what the host's name leads to. */
  readonly address?: Address;
  /** Certificate to trust, as PEM; by default those that Node trusts. */
  readonly certificate?: string;
  readonly features: ReadonlySet<Feature>;
  readonly issuer: Issuer;
  /** API keys that the platform's Secret knows, by what they are for. */
  readonly apiKeys: Readonly<Record<ApiKeyName, string>>;
  readonly controls: Controls;
  /** Programs that took part, with their versions, for the report. */
  readonly versions: readonly string[];
  stop(): Promise<void>;
}

/** A host and port to connect to. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `robot` has a subject alone, `acme` a tenant with a plan, `small` a plan of its own. */
export type ApiKeyName = 'robot' | 'acme' | 'small';

/** What some targets let the suite do. Each belongs to a feature; a case that uses what is not there fails. */
export interface Controls {
  readonly time?: TimeControl;
  readonly store?: StoreControl;
  readonly plans?: PlanControl;
  readonly issuer?: IssuerControl;
  readonly replicas?: ReplicaControl;
}

/** With `time-control`. */
export interface TimeControl {
  /** Lets time pass for the counters of one caller: moves what is stored, or waits. */
  pass(subject: string, seconds: number): Promise<void>;
}

/** With `store-control`. */
export interface StoreControl {
  /** The store stops answering while its connections stay open. */
  pause(): void | Promise<void>;
  resume(): void | Promise<void>;
  /** How often it was asked to decide, so far. */
  questions(): Promise<number>;
}

/** With `plan-control`. */
export interface PlanControl {
  /** What whoever bills callers says of one, from now on. */
  write(subject: string, plan: string): Promise<unknown>;
}

/** With `issuer-control`. */
export interface IssuerControl {
  /** Routers that ask it. */
  readonly readers: number;
  /** Requests for its keys so far. */
  requests(): number | Promise<number>;
  /** From now on tokens are signed with a key that was not there before. Gives what undoes it. */
  rotate(): Promise<() => unknown>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** With `replica-control`. */
export interface ReplicaControl {
  /** Starts a further router of the same platform, with the same store. Where something stands in front, it joins there. */
  start(): Promise<Replica>;
}

/** A router of the platform beside the first one. */
export interface Replica {
  /** The router itself, with nothing in front. */
  readonly target: Target;
  /** Takes it out of what stands in front and asks it to end, as Kubernetes does; resolves to the exit code. */
  stop(): Promise<number | null>;
  /** It dies without a word. */
  kill(): Promise<unknown>;
}
