/** API keys of the platform, and the Secret that knows their digests and has the key of service tokens. */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
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

/** The data of the Secret, under the names that `props.yaml` uses; one for all that a run starts. */
export function secretData(keys: Readonly<Record<ApiKeyName, string>>): Readonly<Record<string, string>> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { 'keys.json': apiKeysFile(keys), 'signing.pem': pem };
}

function apiKeysFile(keys: Readonly<Record<ApiKeyName, string>>): string {
  const digests = Object.entries(keys).map(([name, key]) => [
    createHash('sha256').update(key).digest('hex'),
    CALLERS[name as ApiKeyName],
  ]);
  return JSON.stringify(Object.fromEntries(digests));
}
