/** Who a token's claims say the caller is. */

/** Longest subject, tenant or plan. Unit: characters. */
const NAME_MOST = 256;

/**
 * A claim by its name: the name as it stands (`sub`, `https://example.com/tenant`), else as a path with dots
 * (`app_metadata.plan`). Own members alone: no claim is found in what every object inherits.
 */
export function claimOf(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  if (!name.includes('.')) return undefined;
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** Scopes: a text with spaces between them (RFC 8693 section 4.2), or a list. What is no text counts as none. */
export function scopesOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((scope) => scope !== '');
  return Array.isArray(claim) ? claim.filter((scope) => typeof scope === 'string') : [];
}

/** What a claim can be compared with: a text, number or truth as text, and each of a list. */
export function valuesOf(claim: unknown): readonly string[] {
  const single = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
  return [claim].flat().filter(single).map(String);
}

/** Printable ASCII without a space at either end. */
const NAME = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/**
 * Whether a value can be a subject, tenant or plan: text that is safe in a log, and that a backend reads from a header as
 * it was written. Spaces at the ends are not: readers of headers cut them off, and " ada" would be "ada".
 */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= NAME_MOST && NAME.test(value);
}
