/** How a step of the pipeline says no: a code of the table in `errors.ts`, and what the answer says besides. */
import type { ErrorCode } from './errors';

export interface Refused {
  readonly kind: 'refused';
  readonly code: ErrorCode;
  /** For the client; names nothing that it did not send. */
  readonly detail?: string;
  /** For the log alone. */
  readonly cause?: string;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
  /** Further members of the problem body. */
  readonly members?: Readonly<Record<string, unknown>>;
}

export function refused(code: ErrorCode, more: Omit<Refused, 'kind' | 'code'> = {}): Refused {
  return { kind: 'refused', code, ...more };
}
