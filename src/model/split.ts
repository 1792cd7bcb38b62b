/**
 * The weighted split of callers (contract R2, R10): a position from 0 to 100 by a hash, and marks along it.
 * Every replica gives the same answer with nothing stored, and moving a mark moves only the callers it passes.
 */

/** One share of a split. `{ name: 'v2', weightPercent: 10 }` */
export interface Share {
  readonly name: string;
  readonly weightPercent: number;
}

/**
 * The share that a key falls into. Shares are laid out from 0 upwards in the order given; what they leave
 * free up to 100 belongs to `rest`.
 *
 * @param salt keeps splits independent of each other: `version`, or `variant:<service>`
 */
export function pickShare(salt: string, key: string, shares: readonly Share[], rest: string): string {
  const position = splitPosition(salt, key);
  let mark = 0;
  for (const share of shares) {
    mark += share.weightPercent;
    if (position < mark) return share.name;
  }
  return rest;
}

/** A number from 0 (inclusive) to 100 (exclusive), the same for the same salt and key on every machine. */
export function splitPosition(salt: string, key: string): number {
  return (hash32(`${salt}\n${key}`) / 0x1_0000_0000) * 100;
}

/** 32-bit FNV-1a over UTF-16 code units, then MurmurHash3's finaliser, without which near keys stay near. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
