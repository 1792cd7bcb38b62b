/**
 * The flood guard as `rate-limiting` by address, counted in each Kong by itself: coarse, and no round trip. Never a plan:
 * its windows are those of the clock, and a caller may have many addresses.
 */
import type { KongFloodGuardModel } from '../../model/deployment-model';
import type { KongPlugin } from './kong-config';

const SECONDS_OF_A_MINUTE = 60;

/** Two windows: one for what passes at once, one for what passes over time. */
export function renderFloodGuardPlugin({ requestsPerSecond, burst }: KongFloodGuardModel): KongPlugin {
  return {
    purpose: 'flood-guard',
    name: 'rate-limiting',
    config: {
      second: burst,
      minute: requestsPerSecond * SECONDS_OF_A_MINUTE,
      limit_by: 'ip',
      policy: 'local',
      fault_tolerant: true,
      // The limits that clients are told of are the router's, those of their plan.
      hide_client_headers: true,
      error_code: 429,
      error_message: 'Too many requests from this address.',
    },
  };
}
