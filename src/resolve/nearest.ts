/** The known word that a misspelt one was probably meant to be. */

/** The nearest of `known` by edit distance, if it is near enough to be a slip: at most a third of its letters. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(lower, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best === undefined) return undefined;
  return best.distance <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

/** `did you mean "x"?`, or the list of what there is. */
export function suggest(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  return guess === undefined ? `use one of ${listWords(known)}` : `did you mean ${JSON.stringify(guess)}?`;
}

/** `"a", "b" and "c"` */
export function listWords(words: readonly string[], joiner = 'and'): string {
  const quoted = words.map((word) => JSON.stringify(word));
  if (quoted.length < 2) return quoted.join('');
  return `${quoted.slice(0, -1).join(', ')} ${joiner} ${quoted.at(-1)}`;
}

/** Levenshtein distance, one row at a time. Words beyond 64 letters are cut: nobody misspells those. */
function editDistance(a: string, b: string): number {
  const [left, right] = [a.slice(0, 64), b.slice(0, 64)];
  let row = Array.from({ length: right.length + 1 }, (_, i) => i);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitute));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
