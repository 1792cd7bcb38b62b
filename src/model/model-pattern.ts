/** Patterns over model names: a name as it is, or a prefix with `*` at its end. */

/** Whether a model name fits: `claude-3*` fits `claude-3-opus`, `gpt-4` fits `gpt-4` alone. Case counts. */
export function matchesModel(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : model === pattern;
}

/** Sorts patterns into the order in which they are tried: exact names, then prefixes, longest first, then by name. */
export function compareModelPatterns(a: string, b: string): number {
  const exactFirst = Number(a.endsWith('*')) - Number(b.endsWith('*'));
  return exactFirst || b.length - a.length || (a < b ? -1 : a > b ? 1 : 0);
}
