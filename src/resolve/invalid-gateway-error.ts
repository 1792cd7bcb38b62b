/** The one exception of this package: props that cannot become a gateway. */
import type { Problem } from '../model/problem';
import { formatProblems, sortProblems } from './problems';

/** Thrown when a gateway is made from props that have problems. Holds all of them, sorted by their place. */
export class InvalidGatewayError extends Error {
  readonly code = 'AGW_INVALID_GATEWAY';
  readonly problems: readonly Problem[];

  /** @param where construct path or file that the props belong to, for the message */
  constructor(problems: readonly Problem[], where?: string) {
    super(where === undefined ? formatProblems(problems) : `${where}: ${formatProblems(problems)}`);
    this.name = 'InvalidGatewayError';
    this.problems = sortProblems(problems);
  }
}
