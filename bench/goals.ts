/** The goals of the design and what was seen of them, as rows of the table in `bench/README.md`. */

/** One goal. */
export interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly seen: string;
  readonly holds: boolean;
}

/** A figure that may be at most so much. */
export function atMost(what: string, most: number, seen: number, unit: string, more = ''): Goal {
  return { what, goal: `≤ ${most} ${unit}`, seen: `${rounded(seen)} ${unit}${more}`, holds: seen <= most };
}

/** A figure that should be at least so much. */
export function atLeast(what: string, least: number, seen: number, unit: string): Goal {
  return { what, goal: `≥ ${least} ${unit}`, seen: `${rounded(seen)} ${unit}`, holds: seen >= least };
}

export function printGoals(goals: readonly Goal[]): void {
  console.log('\n| what | goal | seen | |\n|---|---|---|---|');
  for (const { what, goal, seen, holds } of goals) {
    console.log(`| ${what} | ${goal} | ${seen} | ${holds ? 'holds' : '**missed**'} |`);
  }
}

/** Three digits are more than a run can repeat. */
export function rounded(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
