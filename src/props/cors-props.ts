/** Cross-origin resource sharing (Fetch standard, "CORS protocol"). */

/** Browser pages that may call the gateway. */
export interface CorsProps {
  /**
   * Origins that are allowed, exactly: `https://app.example.com`. `*` alone allows any.
   * Range: at least one, here or in `originPatterns`.
   * @default - none but those of `originPatterns`
   * @problem AGW_ORIGIN not an origin
   * @problem AGW_EDGE_CANNOT an IPv6 address with Kong, which answers without its brackets
   */
  readonly origins?: readonly string[];

  /**
   * Regular expressions over the whole origin: `https://[a-z0-9-]+\.example\.com`. Security: anchored at both ends,
   * whatever is written. Only what RE2 has: no look-around, no back-references.
   * @default - none
   * @problem AGW_PATTERN not such an expression
   */
  readonly originPatterns?: readonly string[];

  /**
   * Methods that pages may use.
   * @default ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
   * @problem AGW_METHOD not an upper-case HTTP method
   * @problem AGW_EDGE_CANNOT `QUERY` with Kong, which does not know it
   */
  readonly methods?: readonly string[];

  /**
   * Request headers that pages may set.
   * @default ['Authorization', 'Content-Type', 'X-API-Key']
   * @problem AGW_HEADER not a header name
   */
  readonly headers?: readonly string[];

  /**
   * Headers of answers that pages may read, beside the gateway's own (limits, request id, sunset).
   * @default - the gateway's own alone
   * @problem AGW_HEADER not a header name
   */
  readonly exposeHeaders?: readonly string[];

  /**
   * Whether pages may send cookies and client certificates.
   * @default false
   * @problem AGW_CORS_CREDENTIALS together with the origin `*`
   */
  readonly credentials?: boolean;

  /**
   * How long browsers may remember a preflight.
   * Unit: seconds. Range: 0 to 86_400, whole.
   * @default 600
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly maxAgeSeconds?: number;
}
