/**
 * Finds out which parts of what was made depend on which Inputs, by making it again with another value for each: what
 * differs, depends. So a value may be sorted, added up, hashed or written into JSON on its way, and only the parts that
 * it has a hand in are unknown while it is.
 */
import { isDeepStrictEqual } from 'node:util';

/** The same thing made with another value of a source, or of several that turned out to be the same. */
export interface Variant<S> {
  readonly sources: readonly S[];
  readonly made: unknown;
}

/** Replaces a part. `path` leads to it from the whole. */
export type Replace<S> = (sources: readonly S[], path: readonly string[], first: unknown) => unknown;

/**
 * The whole, with each part that differs in a variant replaced, and as little around it as can be: a text, a number, or
 * an object or list whose keys or length are not the same in all variants.
 */
export function replaceVarying<S>(
  first: unknown,
  variants: readonly Variant<S>[],
  replace: Replace<S>,
  path: readonly string[] = [],
): unknown {
  const differing = variants.filter(({ made }) => !isDeepStrictEqual(made, first));
  if (differing.length === 0) return first;
  const keys = commonKeys([first, ...differing.map(({ made }) => made)]);
  if (keys === undefined) return replace(sourcesOf(first, differing), path, first);
  const members = keys.map((key): [string, unknown] => {
    const below = differing.map(({ sources, made }) => ({ sources, made: memberOf(made, key) }));
    return [key, replaceVarying(memberOf(first, key), below, replace, [...path, key])];
  });
  return Array.isArray(first) ? members.map(([, member]) => member) : Object.fromEntries(members);
}

/** A text or number is told by sources one by one; what has another shape where several are the same, by all of these. */
function sourcesOf<S>(first: unknown, differing: readonly Variant<S>[]): readonly S[] {
  const alone = differing.filter(({ sources }) => sources.length === 1);
  const isLeaf = typeof first !== 'object' || first === null;
  const telling = isLeaf && alone.length > 0 ? alone : differing;
  return [...new Set(telling.flatMap(({ sources }) => sources))];
}

/** What is at a path; `undefined` where there is nothing. */
export function partAt(whole: unknown, path: readonly string[]): unknown {
  return path.reduce(memberOf, whole);
}

function memberOf(whole: unknown, key: string): unknown {
  const has = typeof whole === 'object' && whole !== null && Object.hasOwn(whole, key);
  return has ? (whole as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** The keys that all have, where all are objects or all are lists. */
function commonKeys(values: readonly unknown[]): readonly string[] | undefined {
  const [first] = values;
  if (typeof first !== 'object' || first === null) return undefined;
  const keys = Object.keys(first);
  const alike = values.every(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      Array.isArray(value) === Array.isArray(first) &&
      isDeepStrictEqual(Object.keys(value).sort(), [...keys].sort()),
  );
  return alike ? keys : undefined;
}
