/** What the router tells a tracing system. */
import type { SecretKeyProps } from './workload-props';

/** A span for every request that is recorded. */
export interface TracingProps {
  /** Where spans are sent. */
  readonly otlp: OtlpProps;

  /**
   * Share of the traces that are recorded, chosen by the trace's id, the same on every replica. It bounds what clients
   * can make the gateway record; a client that does not record its own trace (flag `00` in `traceparent`) is heeded.
   * Unit: percent. Range: 0 to 100; parts of a percent are allowed.
   * @default 100
   * @problem AGW_NUMBER_RANGE outside the range
   * @see https://www.w3.org/TR/trace-context/ "Sampled flag"
   */
  readonly samplePercent?: number;
}

/** A collector that takes OTLP over HTTP, in its JSON form. */
export interface OtlpProps {
  /**
   * Address of the collector, usually with port 4318; `/v1/traces` is added.
   * Range: an https URL, or http for a host inside the cluster; without user, query and fragment.
   * @problem AGW_URL not such a URL
   * @see https://opentelemetry.io/docs/specs/otlp/ "OTLP/HTTP", version 1.x
   */
  readonly endpoint: string;

  /**
   * Secret with headers for the collector, such as its API key: `name=value`, several with commas between, values
   * percent-encoded. Pods read it when they start.
   * @default - none
   * @problem AGW_SECRET_PLAIN text in place of the reference
   * @problem AGW_NAME not the name or key of a Secret
   */
  readonly headersSecret?: SecretKeyProps;
}
