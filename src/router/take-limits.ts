/** The last step of the pipeline: charges the caller's limits, once nothing else can refuse (contract L2, L3). */
import type { TakeResult } from './limits/store';
import { type Refused, refused } from './refusal';

/** The refusal of a result; `undefined` when the request is admitted. */
export function limitRefusal(result: TakeResult): Refused | undefined {
  const limit = result.refusedBy;
  if (limit === undefined) return undefined;
  const wait = result.retryAfterSeconds ?? 1;
  const headers = ['retry-after', String(wait)];
  if (limit === 'store') return refused('limits_unavailable', { headers });
  return refused('limit_exceeded', {
    headers,
    detail: limit === 'concurrency' ? 'too many requests at once' : `the ${limit} limit is reached`,
    members: { limit, retryAfterSeconds: wait },
  });
}
