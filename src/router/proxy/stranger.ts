/**
 * What a host that is not the user's own neither gets nor gives (see docs/decisions/0008): nothing that says who a caller
 * is or where, and no headers that would speak for the gateway's own host.
 */
import { memoByName } from '../http/name-memo';

const CALLERS_OWN = new Set([
  'authorization',
  'cookie',
  'origin',
  'referer',
  'baggage',
  'via',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
  'cf-connecting-ip',
  'cf-ipcountry',
]);

/** Whether a header of a request says something about the caller that a stranger need not know. */
export const isCallersOwn = memoByName((name) => CALLERS_OWN.has(name.replace(/[^a-z0-9]/g, '-')));

const HOSTS_OWN = new Set([
  'set-cookie',
  'alt-svc',
  'clear-site-data',
  'nel',
  'report-to',
  'reporting-endpoints',
  'strict-transport-security',
]);

/** Whether a header of an answer tells a browser something about the host that it came from. */
export const isHostsOwn = memoByName((name) => HOSTS_OWN.has(name) || name.startsWith('access-control-'));
