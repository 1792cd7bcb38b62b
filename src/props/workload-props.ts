/** What runs in the cluster. */

/** One key of a Secret that the user makes. */
export interface SecretKeyProps {
  /**
   * Name of the Secret, in the gateway's namespace.
   * @problem AGW_NAME not a Secret's name
   */
  readonly name: string;

  /** Key in it. */
  readonly key: string;
}

/** The router's pods. */
export interface RouterProps {
  /**
   * Image with the router inside, built from the Dockerfile in this package.
   * @default - none, the program arrives as a ConfigMap in `nodeImage`
   * @problem AGW_IMAGE not an image reference
   */
  readonly image?: string;

  /**
   * Stock Node image that runs the program: Node 20 or later. On Alpine, whose C library is musl, a request takes a third
   * more processor time (Node 24.19.0; `bench/README.md`).
   * @default 'node:24-slim'
   * @problem AGW_IMAGE not an image reference
   * @problem AGW_ONE_OF together with `image`
   */
  readonly nodeImage?: string;

  /**
   * Bounds of the autoscaler; equal bounds fix the number.
   * @default - 2 to 10
   */
  readonly replicas?: ReplicasProps;

  /**
   * What one pod asks for.
   * @default - 250 millicores and 256 MiB
   */
  readonly resources?: ResourcesProps;

  /**
   * From the order to stop until streams that are still running are cut.
   * Unit: seconds. Range: 20 to 7_200, whole.
   * @default 120
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly terminationGraceSeconds?: number;
}

/** Bounds of a number of pods. */
export interface ReplicasProps {
  /**
   * Pods that always run.
   * Unit: pods. Range: 1 to 1_000, whole.
   * @default 2
   * @problem AGW_REPLICAS above `max`
   */
  readonly min?: number;

  /**
   * Pods that run at most.
   * Unit: pods. Range: 1 to 1_000, whole.
   * @default 10
   * @problem AGW_REPLICAS below `min`
   */
  readonly max?: number;
}

/** What one pod asks for. */
export interface ResourcesProps {
  /**
   * Processor time asked for; not a limit.
   * Unit: thousandths of a core. Range: 10 to 64_000, whole.
   * @default 250
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly cpuMillicores?: number;

  /**
   * Memory asked for, and its limit.
   * Unit: MiB. Range: 128 to 65_536, whole.
   * @default 256
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly memoryMebibytes?: number;
}

/** Exactly one of these keys. */
export interface RedisProps {
  /**
   * A Redis of the gateway's own.
   * @default - another Redis
   */
  readonly managed?: ManagedRedisProps;

  /**
   * A Redis that is there already.
   * @default - a Redis of the gateway's own
   */
  readonly external?: ExternalRedisProps;
}

/** A single Redis that the gateway brings. */
export interface ManagedRedisProps {
  /**
   * Image of Redis 7 or later.
   * @default 'redis:7.4-alpine'
   * @problem AGW_IMAGE not an image reference
   */
  readonly image?: string;

  /**
   * Memory asked for, and its limit. Three quarters of it hold counters.
   * Unit: MiB. Range: 64 to 65_536, whole.
   * @default 256
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly memoryMebibytes?: number;

  /**
   * Secret with Redis' password. Security: without one, the NetworkPolicy alone keeps others out, and not every
   * cluster enforces it.
   * @default - no password
   * @problem AGW_SECRET_PLAIN text in place of the reference
   */
  readonly passwordSecret?: SecretKeyProps;

  /**
   * A volume, so that counters survive a restart.
   * @default - none, counters start at zero after a restart of Redis
   */
  readonly persistence?: PersistenceProps;
}

/** The volume of a Redis. */
export interface PersistenceProps {
  /**
   * Size of the volume.
   * Unit: GiB. Range: 1 to 1_024, whole.
   * @default 1
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly sizeGibibytes?: number;

  /**
   * StorageClass of the volume.
   * @default - the cluster's default class
   * @problem AGW_NAME not a class's name
   */
  readonly storageClass?: string;
}

/**
 * A Redis that is there already: 7 or later, with `maxmemory-policy noeviction`. A counter that is thrown away admits more
 * than the plan; the router's log has `store_evicts` where that can happen.
 */
export interface ExternalRedisProps {
  /**
   * Secret with the URL, user and password included: `redis://…`, or `rediss://…` for TLS. With `sentinel` or `cluster` it
   * names several hosts: `redis://user:password@one:6379,two:6379,three:6379`.
   * @problem AGW_SECRET_PLAIN text in place of the reference
   */
  readonly urlSecret: SecretKeyProps;

  /**
   * Secret with the certificates of the authorities that have signed those of Redis and its Sentinels, in PEM form. Read at the
   * start of a router.
   * @default - the authorities that Node trusts
   * @problem AGW_SECRET_PLAIN text in place of the reference
   */
  readonly caSecret?: SecretKeyProps;

  /**
   * Name of the master that the Sentinels at these hosts watch (port 26379 where none is given). User and password are the
   * master's; the Sentinels take none.
   * @default - the URL names Redis itself
   * @problem AGW_ONE_OF together with `cluster`
   */
  readonly sentinelMaster?: string;

  /**
   * Whether the hosts are nodes of a Redis Cluster. Whatever is counted together stands in one hash slot.
   * @default - they are no Cluster
   * @problem AGW_ONE_OF together with `sentinelMaster`
   * @problem AGW_CLUSTER_SLOT with `planLookup`, and a plan that has a `limitBy` of `tenant` or `service`
   */
  readonly cluster?: boolean;
}
