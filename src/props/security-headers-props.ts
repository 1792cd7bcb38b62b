/** Headers against misuse in browsers. */

/** What every answer carries, beside `X-Content-Type-Options: nosniff`. */
export interface SecurityHeadersProps {
  /**
   * `max-age` of `Strict-Transport-Security` (RFC 6797), which also says `includeSubDomains`. Browsers ignore it on
   * plain HTTP.
   * Unit: seconds. Range: 0 to 63_072_000, whole; 0 leaves the header out.
   * @default 31_536_000
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly hstsSeconds?: number;

  /**
   * `X-Frame-Options` (RFC 7034).
   * Range: `DENY` or `SAMEORIGIN`.
   * @default 'DENY'
   * @problem AGW_ENUM another word
   */
  readonly frameOptions?: 'DENY' | 'SAMEORIGIN';
}
