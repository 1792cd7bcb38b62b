/** The life of API versions. */

/** One version. Its name is the first segment of the path behind the base path. */
export interface VersionProps {
  /**
   * Share of the callers without a version in the path who get this one. A caller stays on the same side on every
   * replica, by a hash of tenant or subject.
   * Unit: percent. Range: 0 to 100.
   * @default - 0, and for the default version what the others leave
   * @problem AGW_WEIGHT_SUM the weights do not fit into 100
   */
  readonly weightPercent?: number;

  /**
   * Day or moment from which clients are told that the version is deprecated (RFC 9745).
   * Range: `2027-03-31` (its first moment in UTC) or `2027-03-31T12:00:00Z`.
   * @default - never
   * @problem AGW_DATE not a date
   */
  readonly deprecated?: string;

  /**
   * Day or moment from which the version answers 410; clients are told beforehand (RFC 8594).
   * Range: as for `deprecated`.
   * @default - never
   * @problem AGW_DATE not a date
   * @problem AGW_VERSION_DATES before `deprecated`
   */
  readonly sunset?: string;

  /**
   * Version that clients are pointed to when this one is deprecated or has ended.
   * @default - the default version, unless that is this one
   * @problem AGW_VERSION_UNKNOWN not among the versions, or this one
   */
  readonly successor?: string;
}
