/** Where the requests of a service go. */

/** A Kubernetes Service that requests are sent to. */
export interface FallbackProps {
  /**
   * Name of the Service.
   * @problem AGW_NAME not a Service's name
   */
  readonly service: string;

  /**
   * Port of the Service.
   * Range: 1 to 65_535, whole.
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly port: number;

  /**
   * Namespace of the Service.
   * @default - the gateway's own
   * @problem AGW_NAME not a namespace's name
   * @problem AGW_EDGE_CANNOT not given, for a service that is `via: 'edge'` under Kong's ingress controller
   */
  readonly namespace?: string;

  /**
   * Path that takes the place of base path, version and service path: with `/v1`, `/api/v2/agents/chat` arrives as
   * `/v1/chat`; with `/`, as `/chat`.
   * @default - base path and version alone are cut off, and it arrives as `/agents/chat`
   * @problem AGW_PATH not a path
   */
  readonly path?: string;
}

/** Where requests are sent, and where they go on to. */
export interface BackendProps extends FallbackProps {
  /**
   * Backends that get a request when this one fails it, in this order; the same one may stand here again, to be tried
   * twice. `failover` of the service says what a failure is. WebSockets have no second try.
   * Range: at least one.
   * @default - none, the client gets the failure
   * @problem AGW_EDGE_CANNOT of a service that is `via: 'edge'`
   */
  readonly fallbacks?: readonly FallbackProps[];
}

/** Where requests go: to one backend, or by the `model` in their JSON body. */
export interface TargetProps {
  /** Where requests go that `models` sends nowhere else. */
  readonly backend: BackendProps;

  /**
   * Backends by the top-level `model` of the JSON body: a name, or a prefix with `*` at its end. An exact name wins,
   * then the longest prefix, then `backend`.
   * @default - the body is not read
   * @problem AGW_MODEL_PATTERN a `*` before the end
   * @problem AGW_UNUSED of a service with variants, or of whose versions each has a target of its own
   */
  readonly models?: Readonly<Record<string, BackendProps>>;
}
