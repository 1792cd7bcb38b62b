/** What is behind the gateway. */
import type { TargetProps } from './backend-props';
import type { CircuitBreakerProps, FailoverProps } from './failover-props';
import type { HeaderChangesProps, JsonChangesProps } from './transform-props';

/** One service. */
export interface ServiceProps extends TargetProps {
  /**
   * Path behind base path and version. Matches whole segments: `/agents` has `/agents` and `/agents/chat`, not
   * `/agentsx`. Of several that fit, the longest wins.
   * @problem AGW_PATH not a plain path
   * @problem AGW_ROUTE_SHADOWED another service's, or one that begins with a version's name
   */
  readonly path: string;

  /**
   * Methods that the service takes; others are answered with 405.
   * Range: upper-case HTTP methods.
   * @default - every method
   * @problem AGW_METHOD not such a method
   */
  readonly methods?: readonly string[];

  /**
   * What a version has in place of `backend` and `models`, by version name; `false` leaves the service out of it.
   * @default - every version has the service as it stands here
   * @problem AGW_VERSION_UNKNOWN not among the versions
   * @problem AGW_SERVICE_ABSENT left out of every version
   */
  readonly versions?: Readonly<Record<string, TargetProps | false>>;

  /**
   * Builds of the service in an A/B test, by name: callers are split by a hash, independent of the split over
   * versions, and the backend sees the name in `X-Variant`. They take the place of `backend` and `models` in every
   * version that has none of its own.
   * @default - none
   * @problem AGW_WEIGHT_SUM the weights are not 100 together
   * @problem AGW_UNUSED each version has a target of its own
   */
  readonly variants?: Readonly<Record<string, VariantProps>>;

  /**
   * Largest request body.
   * Unit: bytes. Range: 1 to 1_073_741_824, whole.
   * @default - the gateway's `bodyLimitBytes`
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly bodyLimitBytes?: number;

  /**
   * How long the router waits for the service's backends.
   * @default - the gateway's `timeouts`
   */
  readonly timeouts?: TimeoutsProps;

  /**
   * What a caller's credential must say for this service; others are answered with 403.
   * @default - every caller may use it
   */
  readonly requires?: RequirementsProps;

  /**
   * In place of the client's `Authorization`, the backend gets a token that the router signs for it: who the caller is,
   * good for a moment, and of no use elsewhere.
   * @default - the client's `Authorization` goes on to the backend
   * @problem AGW_REQUIRED `auth.serviceTokens` is not there
   */
  readonly serviceToken?: ServiceTokenProps;

  /**
   * When a request goes on to the `fallbacks` of a backend.
   * @default - when the backend has not received it, and where it may be repeated also when the backend broke off or
   *   was too late; a fifth of the requests at most are sent again
   * @problem AGW_UNUSED no backend of the service has fallbacks
   * @problem AGW_EDGE_CANNOT of a service that is `via: 'edge'`
   */
  readonly failover?: FailoverProps;

  /**
   * Gives a backend that fails a rest, in which requests go to its fallbacks, or are refused with 503.
   * @default - as with `{}` where a backend of the service has fallbacks; else as with `false`, and every request is
   *   sent
   * @problem AGW_EDGE_CANNOT of a service that is `via: 'edge'`
   */
  readonly circuitBreaker?: CircuitBreakerProps | false;

  /**
   * Changes of the headers that its backends get. A client's `Authorization` can be removed, but not set.
   * @default - headers pass as contract I3, I4 and H4 have it
   * @problem AGW_EDGE_CANNOT of a service that is `via: 'edge'`
   */
  readonly requestHeaders?: HeaderChangesProps;

  /**
   * Changes of the headers of its backends' answers. Refusals of the gateway stay as they are.
   * @default - headers pass as contract H4 has it
   * @problem AGW_EDGE_CANNOT of a service that is `via: 'edge'`
   */
  readonly responseHeaders?: HeaderChangesProps;

  /**
   * Changes of the JSON that its backends get. Bodies are read whole for it; one that begins as an object or says that it
   * is JSON must be an object, else it is refused with 400; any other body passes as it is. The `model` that picks a
   * backend is the one that the client sent.
   * @default - bodies pass as they are
   * @problem AGW_EDGE_CANNOT of a service that is `via: 'edge'`
   */
  readonly requestJson?: JsonChangesProps;

  /**
   * Changes of the JSON that its backends answer, where it is an object; streams of events pass as they are. Answers are
   * read whole for it: one that is compressed, broken or over `bodyLimitBytes` is not passed on, and the client gets 502.
   * Backends are not asked for compressed or partial answers.
   * @default - answers pass as they are
   * @problem AGW_EDGE_CANNOT of a service that is `via: 'edge'`
   */
  readonly responseJson?: JsonChangesProps;

  /**
   * What the service's requests go through: the router, or the edge alone, which then sends them straight to the backend.
   * Traefik asks the router about each request first (ForwardAuth), so callers, versions and plans are the same. Kong decides
   * by itself, and knows callers by `edgeCredentials` of tenants alone. docs/edges.md has what each keeps of the rest.
   * Range: `router`, or `edge` with `edge.traefik` or `edge.kong`.
   * @default 'router'
   * @problem AGW_ENUM another word
   * @problem AGW_EDGE_CANNOT `edge` with no proxy at the border, or with a prop that the edge cannot keep
   */
  readonly via?: 'router' | 'edge';
}

/** All of it must be there. */
export interface RequirementsProps {
  /**
   * Scopes (RFC 6749 section 3.3). A token has them in the claim `claims.scopes`, an API key in its entry.
   * @default - none
   * @problem AGW_DUPLICATE named twice
   */
  readonly scopes?: readonly string[];

  /**
   * Claims of the token, by their name as in `claims`, and the value that each must have, as text; where the claim is a
   * list, one of its entries. An API key has no claims, and so is refused.
   * @default - none
   */
  readonly claims?: Readonly<Record<string, string>>;
}

/** A token of the router's own. */
export interface ServiceTokenProps {
  /**
   * Value of its `aud` claim, by which the backend knows that it is meant.
   * Range: not empty.
   */
  readonly audience: string;

  /**
   * How long it is good at most; at least half of it is left when the backend gets it.
   * Unit: seconds. Range: 10 to 3_600, whole.
   * @default 60
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly ttlSeconds?: number;
}

/** One build in an A/B test. */
export interface VariantProps extends TargetProps {
  /**
   * Share of the callers.
   * Unit: percent. Range: 0 to 100.
   * @problem AGW_WEIGHT_SUM the weights of a service's variants are not 100 together
   */
  readonly weightPercent: number;
}

/** Waiting for backends. No limit is on the whole of an answer: a stream that is alive is never cut. */
export interface TimeoutsProps {
  /**
   * Until the connection stands; then 502.
   * Unit: seconds. Range: 1 to 60.
   * @default 5
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly connectSeconds?: number;

  /**
   * From the request's last byte to the answer's first; then 504.
   * Unit: seconds. Range: 1 to 3_600.
   * @default 120
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly firstByteSeconds?: number;

  /**
   * Between two pieces of a body, in either direction; then the answer is broken off visibly.
   * Unit: seconds. Range: 1 to 3_600.
   * @default 300
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly idleSeconds?: number;
}
