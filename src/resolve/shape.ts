/**
 * Reads untyped values into props. A shape says what may stand at a place; reading reports every problem and gives
 * what was good, so that later checks can go on with the rest. Shapes of objects must have an entry for each member
 * of their type, so a new prop does not compile before it is read.
 */
import { suggest } from './nearest';
import { NOTHING, type Place, Saying, SECRET } from './problems';

/** What was good of a value: any member may be missing. */
export type Loose<T> = T extends readonly (infer E)[]
  ? readonly (Loose<E> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Loose<T[K]> }
    : T;

/** Reads one value. `undefined` when nothing of it was good; then something has been reported. */
export type Shape<T> = (value: unknown, at: Place) => Loose<T> | undefined;

/** One member of an object. */
export interface Field<T> {
  readonly shape: Shape<T>;
  /** What belongs here, for the report that it is missing; absent for an optional member. */
  readonly missing?: string;
}

/** A field for each member of a type, optional where the member is. */
export type Fields<T> = {
  readonly [K in keyof T]-?: {
    readonly optional: Record<never, never> extends Pick<T, K> ? true : false;
  } & Field<Exclude<T[K], undefined>>;
};

/** A member that may be left out. */
export const optional = <T>(shape: Shape<T>) => ({ optional: true, shape }) as const;

/**
 * A member that must be there.
 *
 * @param missing what to give, such as `a list of host names`
 */
export const required = <T>(shape: Shape<T>, missing: string) =>
  ({ optional: false, shape, missing }) as const;

/**
 * An object with known keys.
 *
 * @param agree looks at the members together as they were given, good or bad, so that a bad one does not count as missing
 */
export function object<T extends object>(
  fields: Fields<T>,
  agree?: (given: ReadonlySet<string>, at: Place) => void,
): Shape<T> {
  const known = Object.keys(fields) as (keyof T & string)[];
  const expected = known.length === 0 ? 'an object without keys' : `an object such as { ${known[0]}: … }`;
  return (value, at) => {
    const entries = readEntries(value, at, expected);
    if (entries === undefined) return undefined;
    for (const key of entries.keys()) {
      if (Object.hasOwn(fields, key)) continue;
      const fix = known.length === 0 ? 'remove it' : suggest(key, known);
      at.key(key).report('AGW_UNKNOWN_KEY', new Saying(`the key ${JSON.stringify(key)}`), 'a prop', fix);
    }
    agree?.(new Set(entries.keys()), at);
    const good: Record<string, unknown> = {};
    for (const key of known) {
      const field: Field<unknown> = fields[key];
      const member = entries.get(key);
      if (member === undefined) {
        if (field.missing !== undefined) at.key(key).report('AGW_REQUIRED', NOTHING, field.missing, 'add it');
        continue;
      }
      const read = field.shape(member, at.key(key));
      if (read !== undefined) good[key] = read;
    }
    return good as Loose<T>;
  };
}

/** An object that has at least one of two keys, good or bad. */
export function anyOf<T extends object>(
  one: keyof T & string,
  other: keyof T & string,
  shape: Shape<T>,
): Shape<T> {
  return (value, at) => {
    const members = ownMembers(value);
    if (members !== undefined && !members.has(one) && !members.has(other)) {
      const expected = `"${one}", "${other}" or both`;
      at.report('AGW_ONE_OF', new Saying('none of them'), expected, 'add one of them');
    }
    return shape(value, at);
  };
}

/** An object whose keys the user chooses. */
export function map<T>(key: Shape<string>, shape: Shape<T>, least = 0): Shape<Readonly<Record<string, T>>> {
  return (value, at) => {
    const entries = readEntries(value, at, 'an object from names to entries');
    if (entries === undefined) return undefined;
    if (entries.size < least) at.report('AGW_EMPTY', value, 'at least one entry', 'add one');
    const good: [string, unknown][] = [];
    for (const [name, member] of entries) {
      const place = at.key(name);
      if (key(name, place) === undefined) continue;
      // The name stays although its entry is bad: who refers to it makes no mistake.
      good.push([name, shape(member, place)]);
    }
    return Object.fromEntries(good) as Loose<Record<string, T>>;
  };
}

/** A list. */
export function list<T>(shape: Shape<T>, least = 0): Shape<readonly T[]> {
  return (value, at) => {
    const items = readable(() => (Array.isArray(value) ? Array.from(value as unknown[]) : undefined));
    if (items === undefined) {
      at.report('AGW_TYPE', value, 'a list', 'write it as a list, even with one entry');
      return undefined;
    }
    if (items.length < least) at.report('AGW_EMPTY', value, 'at least one entry', 'add one');
    // A bad entry leaves its place empty: the list is not shorter for it.
    const good = items.map((item, i) => shape(item, at.index(i)));
    return good as unknown as Loose<readonly T[]>;
  };
}

/** One entry, or a list of at least one. */
export function oneOrMore<T>(shape: Shape<T>): Shape<T | readonly T[]> {
  const several = list(shape, 1);
  return (value, at) =>
    (Array.isArray(value) ? several(value, at) : shape(value, at)) as Loose<T | readonly T[]> | undefined;
}

/** One of two shapes: `false` as it is, all else by the shape. */
export function orFalse<T>(shape: Shape<T>): Shape<T | false> {
  return (value, at) =>
    value === false ? (false as Loose<T | false>) : (shape(value, at) as Loose<T | false>);
}

/** An object that stands for a secret, where a text would be the secret itself and must not be shown. */
export function secretReference<T extends object>(fields: Fields<T>): Shape<T> {
  const shape = object(fields);
  return (value, at) => {
    if (typeof value === 'object') return shape(value, at);
    at.report(
      'AGW_SECRET_PLAIN',
      SECRET,
      'a reference { name, key } to a Secret',
      "put the value into a Secret of the gateway's namespace and name it here; change the value if it was committed",
    );
    return undefined;
  };
}

/** Own members that have a value, or a report that this is no object. */
function readEntries(value: unknown, at: Place, expected: string): Map<string, unknown> | undefined {
  const entries = ownMembers(value);
  if (entries !== undefined) return entries;
  at.report('AGW_TYPE', value, expected, 'write an object of plain data');
  return undefined;
}

/** Own members of an object of plain data that have a value; `undefined` for anything else. */
export function ownMembers(value: unknown): Map<string, unknown> | undefined {
  return readable(() => {
    if (Object.prototype.toString.call(value) !== '[object Object]') return undefined;
    const members = new Map<string, unknown>();
    for (const [key, member] of Object.entries(value as object)) {
      if (member !== undefined) members.set(key, member);
    }
    return members;
  });
}

/** Reading an object can run its code (getters, proxies); one that throws counts as no plain data. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
