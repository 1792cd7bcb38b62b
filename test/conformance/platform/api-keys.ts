/** API keys of the platform, and the Secret's file that knows their digests. */
import { createHash, randomBytes } from 'node:crypto';
import type { ApiKeyName } from '../target';

const CALLERS: Readonly<Record<ApiKeyName, object>> = {
  robot: { subject: 'robot' },
  acme: { subject: 'robot', tenant: 'acme' },
  small: { subject: 'small-robot', tenant: 'globex', plan: 'small' },
};

/** New keys, by what they are for. */
export function createApiKeys(): Readonly<Record<ApiKeyName, string>> {
  const key = (name: ApiKeyName) => `agw-${name}-${randomBytes(18).toString('base64url')}`;
  return { robot: key('robot'), acme: key('acme'), small: key('small') };
}

/** The text under `keys.json`. */
export function apiKeysFile(keys: Readonly<Record<ApiKeyName, string>>): string {
  const digests = Object.entries(keys).map(([name, key]) => [
    createHash('sha256').update(key).digest('hex'),
    CALLERS[name as ApiKeyName],
  ]);
  return JSON.stringify(Object.fromEntries(digests));
}
