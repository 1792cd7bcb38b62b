/**
 * Legal values in place of those that are not known yet. Two of them for each, because what differs in the objects between
 * one and the other is what the value has a part in. They are at the two ends of any order, as the model sorts.
 */
import type { InputKind } from './input-props';

/** The values that take the place of one. */
export interface StandIns {
  /** The one that objects are first made with. */
  readonly first: unknown;
  /** Another one, with which the same objects are made. */
  readonly second: unknown;
  /** The one that goes with every value that others may have. */
  readonly neutral: unknown;
}

/** @param index which of a gateway's Inputs: two of the same kind never have the same value */
export function standInsOf(kind: InputKind, index: number): StandIns {
  switch (kind) {
    case 'host':
      return texts(`0--pulumi-${index}.invalid`, `zzzzzz-pulumi-${index}.invalid`);
    case 'image':
      return texts(`0.invalid/pulumi-${index}:1`, `zzzzzz.invalid/pulumi-${index}:1`);
    case 'url':
      return texts(`https://0--pulumi-${index}.invalid/`, `https://zzzzzz-pulumi-${index}.invalid/`);
    case 'name':
    case 'shared-name':
      return texts(`0--pulumi-${index}`, `zzzzzz-pulumi-${index}`);
    case 'quantity':
      return { first: 1_024, second: 2_048, neutral: 1_024 };
    case 'gibibytes':
      return { first: 2, second: 3, neutral: 2 };
    // With these the objects have an autoscaler and a budget, which do no harm where they would not be needed.
    case 'fewest-pods':
      return { first: 2, second: 3, neutral: 1 };
    case 'most-pods':
      return { first: 999, second: 1_000, neutral: 1_000 };
  }
}

/** What several names would be if they turned out to be the same. */
export const SHARED_NAME = 'pulumi-shared';

function texts(first: string, second: string): StandIns {
  return { first, second, neutral: first };
}
