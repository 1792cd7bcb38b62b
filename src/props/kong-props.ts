/** Kong at the border, open source, 3.6 to 3.9. */
import type { ReplicasProps, SecretKeyProps } from './workload-props';

/** Exactly one of these keys. */
export interface KongProps {
  /**
   * A Kong of the gateway's own, without a database: its Deployment comes with the gateway, its configuration is a
   * `kong.yml` in a ConfigMap.
   * @default - a Kong that is in the cluster, by `ingressController`
   * @problem AGW_ONE_OF together with `ingressController`, or neither
   */
  readonly dbless?: KongDblessProps;

  /**
   * The Kong that is in the cluster, under Kong's ingress controller 3.5 or later. Its `untrusted_lua` must be `sandbox`,
   * as it is by default.
   * @default - a Kong of the gateway's own, by `dbless`
   * @problem AGW_ONE_OF together with `dbless`, or neither
   */
  readonly ingressController?: KongControllerProps;
}

/** A Kong of the gateway's own. */
export interface KongDblessProps {
  /**
   * Image of Kong 3.6 to 3.9. Kong's open source ends with 3.9, which gets security updates under this tag.
   * @default 'kong:3.9'
   * @problem AGW_IMAGE not an image reference
   */
  readonly image?: string;

  /**
   * Bounds of the autoscaler of Kong's pods; equal bounds fix the number.
   * @default - 2 to 10
   */
  readonly replicas?: ReplicasProps;

  /**
   * What one pod asks for.
   * @default - 500 millicores and 1024 MiB
   */
  readonly resources?: KongResourcesProps;

  /**
   * Type of the Service that clients reach.
   * Range: `LoadBalancer`, `NodePort`, or `ClusterIP` where something in the cluster stands before it.
   * @default 'LoadBalancer'
   * @problem AGW_ENUM another type
   */
  readonly serviceType?: 'LoadBalancer' | 'NodePort' | 'ClusterIP';

  /**
   * Addresses of the proxies in front of Kong, in CIDR form. Security: what they say in `X-Forwarded-*` is believed.
   * Without it, a proxy that hides addresses counts as one client.
   * @default - none, and the address of a connection is the client's
   * @problem AGW_CIDR not an address or range
   */
  readonly trustedProxies?: readonly string[];

  /**
   * Coarse guard against floods from one address, by each Kong for itself; `false` for none.
   * @default - on, wide enough for the largest plan
   */
  readonly floodGuard?: KongFloodGuardProps | false;

  /**
   * Redis in which Kong counts the plans of services that are `via: 'edge'`.
   * @default - the gateway's own, in a database that the router does not use
   * @problem AGW_UNUSED no service is `via: 'edge'`
   */
  readonly redis?: KongRedisProps;

  /**
   * Whether limits by the minute and the hour may be counted by the clock for services that are `via: 'edge'`: around
   * the turn of a minute twice as many requests pass, and refused ones count. Kong cannot do better.
   * @default false
   * @problem AGW_UNUSED no service is `via: 'edge'`
   */
  readonly clockWindows?: boolean;
}

/** What the objects must know of the Kong that is in the cluster. */
export interface KongControllerProps {
  /**
   * Namespace of Kong's pods, which alone may reach the router.
   * @default 'kong'
   * @problem AGW_NAME not a namespace's name
   */
  readonly namespace?: string;

  /**
   * IngressClass that the controller serves.
   * @default 'kong'
   * @problem AGW_NAME not a class's name
   * @problem AGW_ONE_OF together with `gateway`
   */
  readonly ingressClass?: string;

  /**
   * Gateway of Kong's class, to which an HTTPRoute is attached in place of an Ingress. Its listener ends TLS.
   * @default - none, an Ingress is made
   * @problem AGW_EDGE_CANNOT with services that are `via: 'edge'`
   * @problem AGW_ONE_OF together with `ingressClass`
   */
  readonly gateway?: KongGatewayProps;

  /**
   * Coarse guard against floods from one address, by each Kong for itself; `false` for none.
   * @default - on, wide enough for the largest plan
   */
  readonly floodGuard?: KongFloodGuardProps | false;

  /**
   * Redis in which Kong counts the plans of services that are `via: 'edge'`.
   * @default - the gateway's own, in a database that the router does not use
   * @problem AGW_UNUSED no service is `via: 'edge'`
   */
  readonly redis?: KongRedisProps;

  /**
   * Whether limits by the minute and the hour may be counted by the clock for services that are `via: 'edge'`: around
   * the turn of a minute twice as many requests pass, and refused ones count. Kong cannot do better.
   * @default false
   * @problem AGW_UNUSED no service is `via: 'edge'`
   */
  readonly clockWindows?: boolean;
}

/** A Gateway that is there already (Gateway API v1). */
export interface KongGatewayProps {
  /**
   * Name of the Gateway.
   * @problem AGW_NAME not such a name
   */
  readonly name: string;

  /**
   * Namespace of the Gateway, whose listeners must allow routes from the gateway's own.
   * @default - the gateway's own
   * @problem AGW_NAME not a namespace's name
   */
  readonly namespace?: string;
}

/** What one pod of Kong asks for. */
export interface KongResourcesProps {
  /**
   * Processor time asked for; not a limit.
   * Unit: thousandths of a core. Range: 10 to 64_000, whole.
   * @default 500
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly cpuMillicores?: number;

  /**
   * Memory asked for, and its limit.
   * Unit: MiB. Range: 512 to 65_536, whole.
   * @default 1_024
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly memoryMebibytes?: number;
}

/** The flood guard's size at Kong. */
export interface KongFloodGuardProps {
  /**
   * Requests of one address over a minute, as an average by the second. Twice as many pass in one second.
   * Unit: requests per second. Range: 1 to 1_000_000, whole.
   * @default - as many as the largest plan has per minute, but at least 100, and 1_000 where a plan has no limit by
   * the minute
   * @problem AGW_NUMBER_RANGE outside the range
   * @problem AGW_FLOOD_GUARD_BELOW_PLAN a caller could be refused who is within a plan's `requestsPerMinute`
   */
  readonly requestsPerSecond?: number;
}

/**
 * A Redis that is there already. Kong's open-source edition takes a host, no Sentinels and no Cluster, and has no prefix for
 * its keys: they are apart from others by the database.
 */
export interface KongRedisProps {
  /**
   * Host, as Kong's pods find it.
   * @problem AGW_HOST not a DNS name
   */
  readonly host: string;

  /**
   * Port of the Redis.
   * Range: 1 to 65_535, whole.
   * @default 6379
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly port?: number;

  /**
   * Number of the database, for this Kong alone.
   * Range: 0 to 65_535, whole.
   * @default 1
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly database?: number;

  /**
   * Whether the connection is TLS. The certificate must be for the host, by an authority that Kong trusts
   * (`lua_ssl_trusted_certificate`, by default those of its system).
   * @default false
   */
  readonly tls?: boolean;

  /**
   * User of the Redis (ACL), which must be able to run scripts on keys that begin with `ratelimit:`.
   * @default - none, which is Redis' user `default`
   */
  readonly username?: string;

  /**
   * Secret with the password. For Kong's ingress controller it must be in the gateway's namespace and hold the password in
   * double quotes, as the controller puts it into JSON as it is (3.5, `configPatches`).
   * @default - none
   * @problem AGW_SECRET_PLAIN text in place of the reference
   */
  readonly passwordSecret?: SecretKeyProps;
}
