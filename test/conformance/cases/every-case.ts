/** All cases, in the order of the contract. */
import type { Case } from '../clause';
import { HEADERS } from './headers';
import { HOSTILE } from './hostile';
import { IDENTITY } from './identity';
import { LIMITS } from './limits';
import { ROUTING } from './routing';
import { STREAMING } from './streaming';

export const EVERY_CASE: readonly Case[] = [
  ...[...IDENTITY, ...LIMITS, ...ROUTING, ...STREAMING, ...HEADERS],
  ...HOSTILE,
].sort((a, b) => placeOf(a) - placeOf(b));

function placeOf({ clause }: Case): number {
  return 'ILRSH'.indexOf(clause[0] ?? '') * 100 + Number(clause.slice(1));
}
