/** The one object that a user writes. Plain data: the same in TypeScript, JSON and YAML. */
import type { AuthProps } from './auth-props';
import type { CorsProps } from './cors-props';
import type { EdgeProps, TlsProps } from './edge-props';
import type { PlanLookupProps, PlanProps, TenantProps } from './plan-props';
import type { SecurityHeadersProps } from './security-headers-props';
import type { ServiceProps, TimeoutsProps } from './service-props';
import type { TracingProps } from './tracing-props';
import type { VersionProps } from './version-props';
import type { RedisProps, RouterProps } from './workload-props';

/** A gateway in front of AI agents. */
export interface AgentGatewayProps {
  /**
   * Name that the objects in the cluster begin with.
   * Range: a lower-case RFC 1123 label of at most 37 characters.
   * @default - made from the construct's path in the chart, with a hash, so that two gateways never clash
   * @problem AGW_NAME not such a label
   * @problem AGW_OBJECT_NAME Traefik could not tell an object from one of another gateway of the App
   */
  readonly name?: string;

  /**
   * Host names that clients use.
   * Range: at least one DNS name, without scheme or port.
   * @problem AGW_HOST not a DNS name
   * @problem AGW_DUPLICATE named twice
   * @problem AGW_GATEWAY_SHADOWED another gateway of the App has the same host and base path behind Traefik
   */
  readonly hosts: readonly string[];

  /**
   * Path in front of versions and services.
   * Range: an absolute path without a slash at the end, such as `/api`.
   * @default - none, versions and services begin at the root
   * @problem AGW_PATH not such a path
   * @problem AGW_GATEWAY_SHADOWED another gateway of the App has the same, or a service below it, on a host of this one
   */
  readonly basePath?: string;

  /**
   * Proxy at the border.
   * @problem AGW_ONE_OF not exactly one of its keys
   */
  readonly edge: EdgeProps;

  /**
   * Encryption between clients and the edge.
   * @default - plain HTTP, for clusters where something before the edge ends TLS
   * @problem AGW_EDGE_CANNOT with an edge that does not end TLS
   */
  readonly tls?: TlsProps;

  /** How callers prove who they are. */
  readonly auth: AuthProps;

  /**
   * Sets of limits, by name.
   * Range: at least one.
   */
  readonly plans: Readonly<Record<string, PlanProps>>;

  /**
   * Plan of callers for whom nothing else names one.
   * @default - the plan, where there is only one; else the plan called `free`
   * @problem AGW_PLAN_UNKNOWN not among the plans
   * @problem AGW_PLAN_DEFAULT several plans, none called `free`
   */
  readonly defaultPlan?: string;

  /**
   * Asks Redis for the plan of callers for whom neither API key, tenant nor token names one, such as those whose plan is
   * what they have paid for. Costs no further round trip.
   * @default - nobody is asked, such callers have the default plan
   * @problem AGW_EDGE_CANNOT with a service that is `via: 'edge'`
   * @problem AGW_PLAN_FORGOTTEN the gateway's own Redis has no `persistence`, and would forget the plans
   */
  readonly planLookup?: PlanLookupProps;

  /**
   * What is behind the gateway, by name.
   * Range: at least one.
   */
  readonly services: Readonly<Record<string, ServiceProps>>;

  /**
   * Versions of the API, by the name that stands in the path.
   * @default - none, paths carry no version
   */
  readonly versions?: Readonly<Record<string, VersionProps>>;

  /**
   * Version of requests that neither path, tenant nor weight sends elsewhere.
   * @default - the only version without a `weightPercent`
   * @problem AGW_VERSION_UNKNOWN not among the versions
   * @problem AGW_VERSION_DEFAULT not given, and not exactly one version has no weight
   */
  readonly defaultVersion?: string;

  /**
   * Organisations that need more than what their token says, by the name that is in the tenant claim.
   * @default - none
   */
  readonly tenants?: Readonly<Record<string, TenantProps>>;

  /**
   * Browser pages that may call the gateway.
   * @default - none, browsers refuse answers to pages of other origins
   */
  readonly cors?: CorsProps;

  /**
   * Headers against misuse in browsers, on every answer.
   * @default - one year of HSTS, `nosniff`, and no framing
   */
  readonly securityHeaders?: SecurityHeadersProps;

  /**
   * Largest request body, for services that do not say otherwise.
   * Unit: bytes. Range: 1 to 1_073_741_824, whole.
   * @default 10_485_760
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly bodyLimitBytes?: number;

  /**
   * How long the router waits for backends, for services that do not say otherwise.
   * @default - 5 s to connect, 120 s for the first byte, 300 s between bytes
   */
  readonly timeouts?: TimeoutsProps;

  /**
   * The router's pods.
   * @default - 2 to 10 replicas of a stock Node image
   */
  readonly router?: RouterProps;

  /**
   * Where counters of limits are kept.
   * @default - a Redis of the gateway's own, in memory, without a password, that only the router may reach
   */
  readonly redis?: RedisProps;

  /**
   * Spans of requests, for a tracing system.
   * @default - none are made; `traceparent` goes through or is started all the same
   */
  readonly tracing?: TracingProps;
}
