/** A bounded memory for what a header's name means, because the same few spellings arrive with every request. */

/** Spellings that are remembered; what comes after is worked out each time, so that nobody can fill the memory. */
const NAMES_MOST = 1_024;

/** @param decide what a name means, from its lower-case form */
export function memoByName<T>(decide: (lowerName: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered;
    const decision = decide(name.toLowerCase());
    if (known.size < NAMES_MOST) known.set(name, decision);
    return decision;
  };
}
