/** Texts, numbers and the like in plain data, by their paths, to compare data by what it says. */

/**
 * All leaves: `spec.ports[0].port`.
 *
 * @param isLeaf whether an object is not to be looked into
 */
export function leavesOf(
  value: unknown,
  isLeaf: (value: unknown) => boolean = () => false,
  path = '',
): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || isLeaf(value)) return new Map([[path, value]]);
  const entries = Object.entries(value).flatMap(([key, member]) => [
    ...leavesOf(member, isLeaf, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`),
  ]);
  return new Map(entries);
}

/** Paths of leaves that only one of two has, or that are not the same in both. */
export function differences(a: unknown, b: unknown): readonly string[] {
  const [left, right] = [leavesOf(a), leavesOf(b)];
  const paths = new Set([...left.keys(), ...right.keys()]);
  return [...paths].filter((path) => left.get(path) !== right.get(path)).sort();
}

/** The one of some paths that leads to a leaf or to what it is in; the leaf's own where none does. */
export function within(paths: readonly string[], leaf: string): string {
  return paths.find((path) => leaf.startsWith(path) && /^([.[]|$)/.test(leaf.slice(path.length))) ?? leaf;
}
