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

/**
 * Changes of JSON objects. Fields are named by path: names with dots between them, such as `options.max_tokens`, as they are
 * before the changes; a list has no fields. All else stays as it came, to the byte.
 */
export interface JsonChangesProps {
  /**
   * New names of fields, which stay in their object. Where it has a field of the new name, the old one keeps its own.
   * @default - none
   * @problem AGW_JSON_PATH not a path, or a new name with a dot
   * @problem AGW_DUPLICATE two fields of one object with the same new name
   * @problem AGW_UNUSED inside a field that is removed
   */
  readonly rename?: Readonly<Record<string, string>>;

  /**
   * Values of fields that are not there; `null` counts as there. Objects around them are made. With the same path in
   * `remove`, the value takes the place of whatever was sent.
   * Range: texts, numbers, `true` and `false`.
   * @default - none
   * @problem AGW_JSON_PATH not a path
   * @problem AGW_DUPLICATE also of a field that is renamed to this one
   */
  readonly defaults?: Readonly<Record<string, string | number | boolean>>;

  /**
   * Fields that are taken out.
   * @default - none
   * @problem AGW_JSON_PATH not a path
   * @problem AGW_DUPLICATE listed twice, or also in `rename`
   * @problem AGW_UNUSED inside another field that is removed
   */
  readonly remove?: readonly string[];
}
