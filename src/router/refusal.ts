/** How a step of the pipeline says no: a code of the table in `errors.ts`, and what the answer says besides. */
import type { ErrorCode } from './errors';

/** `{ kind: 'refused', code: 'method_not_allowed', headers: ['allow', 'GET'] }` */
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

/** Refuses with a code, and what belongs to it. */
export function refused(code: ErrorCode, more: Omit<Refused, 'kind' | 'code'> = {}): Refused {
  return { kind: 'refused', code, ...more };
}
