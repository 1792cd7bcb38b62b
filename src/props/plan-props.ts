/** Who may use how much. */
import type { SecretKeyProps } from './workload-props';

/** Limits of one caller. A plan without any limits does not limit. */
export interface PlanProps {
  /**
   * Requests in any 60 seconds.
   * Unit: requests. Range: 1 to 100_000, whole.
   * @default - not limited by the minute
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly requestsPerMinute?: number;

  /**
   * Requests in any 60 minutes.
   * Unit: requests. Range: 1 to 1_000_000, whole.
   * @default - not limited by the hour
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly requestsPerHour?: number;

  /**
   * Requests from one UTC midnight to the next.
   * Unit: requests. Range: 1 to 1_000_000_000, whole.
   * @default - not limited by the day
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly requestsPerDay?: number;

  /**
   * Tokens of models that backends report, in any 60 seconds: `usage` of OpenAI's Chat Completions and Responses and of
   * Anthropic's Messages, in JSON and in events, compressed or not. Charged when an answer has ended: a request is admitted
   * while the window has tokens left, so that the last ones may take more than there is, and then none is until the window
   * has room again. Where an answer ends without `usage`, or early, tokens are estimated: one for each four bytes of the
   * request and of text in the answer, of an event stream one for each event. WebSockets are not counted.
   * Unit: tokens. Range: 1 to 1_000_000_000, whole.
   * @default - not limited by tokens in a minute
   * @problem AGW_NUMBER_RANGE outside the range
   * @problem AGW_EDGE_CANNOT for a plan of `edgeCredentials`
   */
  readonly tokensPerMinute?: number;

  /**
   * The same from one UTC midnight to the next.
   * Unit: tokens. Range: 1 to 1_000_000_000_000, whole.
   * @default - not limited by tokens in a day
   * @problem AGW_NUMBER_RANGE outside the range
   * @problem AGW_EDGE_CANNOT for a plan of `edgeCredentials`
   */
  readonly tokensPerDay?: number;

  /**
   * Who shares the limits of this plan.
   * Range: `caller` gives each caller all of them; `tenant` counts the callers of a tenant together, and a caller without
   * one alone; `service` counts all callers of the plan together, each service apart.
   * @default 'caller'
   * @problem AGW_ENUM another word
   * @problem AGW_EDGE_CANNOT `service` for a plan of `edgeCredentials`
   */
  readonly limitBy?: 'caller' | 'tenant' | 'service';

  /**
   * Requests, streams included, that are under way at the same time.
   * Unit: requests. Range: 1 to 10_000, whole.
   * @default - not limited
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly concurrentRequests?: number;

  /**
   * What the limits do while Redis does not answer. Security: `open` lets everything through. Redis is never asked about a
   * plan without limits.
   * Range: `open` admits, `closed` refuses with 503, `local` has each replica enforce its share of the plan.
   * @default 'local'
   * @problem AGW_ENUM another word
   */
  readonly onStoreOutage?: 'open' | 'closed' | 'local';

  /**
   * Models that the plan may name in a request, where the model picks the backend: names, or prefixes with `*`.
   * @default - every model
   * @problem AGW_MODEL_PATTERN a `*` before the end
   */
  readonly models?: readonly string[];

  /**
   * Versions that the plan may use.
   * @default - every version
   * @problem AGW_VERSION_UNKNOWN not among the versions
   */
  readonly versions?: readonly string[];
}

/**
 * Plans in Redis, one text for each caller, written and removed by others:
 *
 *     SET agw-plan:{<SHA-256 of the subject as lower-case hex>} pro
 *
 * The braces stand in the key. Without a key, or with an empty text, the caller has the default plan; a plan that does not
 * exist counts as the default plan and shows in `agent_gateway_unknown_plans_total`. A change counts from the next request.
 * While Redis does not answer, such callers have the default plan and what it does in an outage.
 */
export interface PlanLookupProps {
  /**
   * Stands before the digest.
   * Range: letters, digits and `:._-/`.
   * @default 'agw-plan:'
   */
  readonly keyPrefix?: string;

  /**
   * Labels of the pods that write plans, in the gateway's namespace: the gateway's own Redis lets them in. Security: they
   * reach the counters too.
   * @default - none, with the gateway's own Redis nobody can write plans but who is let in by another NetworkPolicy
   * @problem AGW_UNUSED with a Redis that is there already
   */
  readonly writers?: Readonly<Record<string, string>>;
}

/** What is known of an organisation beside what its callers' tokens say. */
export interface TenantProps {
  /**
   * Plan of the tenant's callers. Comes before the plan that a token claims.
   * @default - what the token claims, else the default plan
   * @problem AGW_PLAN_UNKNOWN not among the plans
   */
  readonly plan?: string;

  /**
   * Version for requests whose path names none.
   * @default - as for everybody
   * @problem AGW_VERSION_UNKNOWN not among the versions
   */
  readonly version?: string;

  /**
   * Credential by which Kong knows the tenant at services that are `via: 'edge'`; the router takes those of `auth`.
   * @default - none, the tenant's callers cannot use such services
   * @problem AGW_UNUSED no service is `via: 'edge'`
   */
  readonly edgeCredentials?: EdgeCredentialsProps;
}

/** Exactly one of these keys, and the same one for every tenant. */
export interface EdgeCredentialsProps {
  /**
   * Secret with an API key in plain, as Kong cannot take a digest: 16 to 512 letters, digits and `._~+/=-`, sent in
   * `X-API-Key`. A Kong of the gateway's own gets it into its file when a pod starts: restart the pods after a change.
   * Kong's ingress controller wants the Secret to have the label `konghq.com/credential: key-auth`, and the key under
   * `key`.
   * @default - the tenant has `jwt`
   * @problem AGW_ONE_OF together with `jwt`, or another tenant has `jwt`
   * @problem AGW_SECRET_PLAIN text in place of the reference
   * @problem AGW_DUPLICATE the key of another tenant
   * @problem AGW_EDGE_CANNOT another `key` than `key`, with Kong's ingress controller
   */
  readonly apiKey?: SecretKeyProps;

  /**
   * Tokens of an issuer that issues them for this tenant alone.
   * @default - the tenant has `apiKey`
   * @problem AGW_ONE_OF together with `apiKey`, or another tenant has `apiKey`
   */
  readonly jwt?: EdgeJwtProps;
}

/**
 * Tokens in `Authorization: Bearer`, as Kong checks them: signature, `iss` and `exp`, which must be there. Security: it
 * does not look at `aud` and `nbf`.
 */
export interface EdgeJwtProps {
  /**
   * Exact value of the `iss` claim, of no other tenant.
   * @problem AGW_DUPLICATE the issuer of another tenant
   */
  readonly issuer: string;

  /**
   * Signature algorithm.
   * Range: `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, `ES384`, `ES512`, `EdDSA`.
   * @problem AGW_ENUM another algorithm
   */
  readonly algorithm: string;

  /**
   * The issuer's public key as PEM. A new key is a new file for Kong.
   * @problem AGW_PEM not a public key as PEM
   */
  readonly publicKey: string;
}
