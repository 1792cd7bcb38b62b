/** What a service changes in requests and answers on their way. */

/** Changes of headers: each header stands in one of the three. */
export interface HeaderChangesProps {
  /**
   * Headers that take the place of those of their name.
   * Security: no place for credentials, which would stand in the manifest for everybody to read.
   * @default - none
   * @problem AGW_HEADER not a header's name
   * @problem AGW_HEADER_VALUE not a header's value
   * @problem AGW_HEADER_PROTECTED the gateway's, a credential, or about one connection
   */
  readonly set?: Readonly<Record<string, string>>;

  /**
   * Headers that come beside those of their name.
   * @default - none
   * @problem AGW_HEADER not a header's name
   * @problem AGW_HEADER_VALUE not a header's value
   * @problem AGW_HEADER_PROTECTED the gateway's, a credential, or about one connection
   */
  readonly add?: Readonly<Record<string, string>>;

  /**
   * Headers that are taken out, also where another separator stands in their name: `X-Debug` takes out `x_debug`.
   * @default - none
   * @problem AGW_HEADER not a header's name
   * @problem AGW_HEADER_PROTECTED the gateway's, or about one connection
   * @problem AGW_DUPLICATE also in `set` or `add`
   */
  readonly remove?: readonly string[];
}
