/** The form of a case: a sentence of the contract that a target keeps or does not. */
import type { Feature } from './features';
import type { Trial } from './trial';

/** One sentence of a clause. */
export interface Case {
  /** Of docs/contract.md, such as `L3`. */
  readonly clause: string;
  readonly title: string;
  /** Without these a target is not asked to keep it. */
  readonly needs: readonly Feature[];
  /** Disturbs others, so it runs by itself after them. */
  readonly alone: boolean;
  run(trial: Trial): Promise<void>;
}

/** What is not usual of a case. */
export interface CaseOptions {
  readonly needs?: readonly Feature[];
  readonly alone?: boolean;
}

/** Makes a case: it keeps the sentence when `run` resolves, and does not when it rejects. */
export function clause(
  id: string,
  title: string,
  run: (trial: Trial) => Promise<void>,
  options: CaseOptions = {},
): Case {
  return { clause: id, title, run, needs: options.needs ?? [], alone: options.alone ?? false };
}
