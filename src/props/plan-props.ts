/** Who may use how much. */

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
   * Requests, streams included, that are under way at the same time.
   * Unit: requests. Range: 1 to 10_000, whole.
   * @default - not limited
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly concurrentRequests?: number;

  /**
   * What the limits do while Redis does not answer. Security: `open` lets everything through.
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
}
