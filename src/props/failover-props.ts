/** What happens when a backend fails. */

/** When a request goes on to the next backend. A byte that a client has got is never taken back: then it is too late. */
export interface FailoverProps {
  /**
   * Statuses with which a backend says that it has not done the work, so that a request goes on, whatever its method.
   * The answer of the last one reaches the client.
   * Range: 400 to 599 each.
   * @default - none
   * @problem AGW_NUMBER_RANGE outside the range
   * @problem AGW_DUPLICATE listed twice
   */
  readonly statuses?: readonly number[];

  /**
   * Whether requests that may do their work twice (`POST` and `PATCH`) go on as well when a backend has received them
   * and then broke off or was too late.
   * @default false
   */
  readonly repeatUnsafe?: boolean;

  /**
   * Share of the service's requests that may be sent again once a backend has received them, over each router's last
   * requests; ten more are allowed at the start. Beyond it a failure is the client's, so that failing backends do not
   * get twice the work.
   * Unit: percent. Range: 0 to 100.
   * @default 20
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly budgetPercent?: number;
}

/** When a backend gets a rest. Each router judges by its own requests. */
export interface CircuitBreakerProps {
  /**
   * Failures in a row after which the backend gets a rest: it cannot be reached, breaks off or is too late before its
   * answer begins, or answers with one of `failover.statuses`.
   * Range: 1 to 1_000, whole.
   * @default 5
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly consecutiveFailures?: number;

  /**
   * How long the rest is; then one request is a probe, and its success ends the rest.
   * Unit: seconds. Range: 1 to 3_600.
   * @default 10
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly openSeconds?: number;
}
