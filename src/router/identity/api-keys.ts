/**
 * API keys by their SHA-256 digest (contract I5), from a file that a Secret is mounted as:
 *
 *     { "9f86d081884c7d65…": { "subject": "ci-bot", "tenant": "acme", "plan": "pro", "scopes": ["chat"] } }
 *
 * The file is read again when it changes, so a key that is taken out stops working.
 */
import { createHash } from 'node:crypto';
import { FileContentError, WatchedFile } from '../watched-file';
import { isName } from './claims';
import { limitKeyOf } from './credentials';
import type { IdentityLog, Verification } from './verifier';

/** Where the keys are. */
export interface ApiKeysOptions {
  readonly file: string;
  readonly log: IdentityLog;
  /** How often the file is looked at. Default 5 s. Unit: milliseconds. */
  readonly pollMilliseconds?: number;
}

const UNKNOWN: Verification = { kind: 'invalid', reason: 'the API key is not known' };

/** The API keys of a file. */
export class ApiKeys {
  private readonly callers: WatchedFile<Callers>;

  /** @throws FileContentError when the file cannot be read or says something else */
  constructor({ log, ...options }: ApiKeysOptions) {
    this.callers = new WatchedFile({
      ...options,
      parse: readCallers,
      onRead: (callers) => log('info', 'api_keys_read', { keys: callers.size }),
      onFail: (cause) => log('warn', 'api_keys_failed', { cause }),
    });
  }

  /**
   * The digest is what is looked up, and nobody can choose a digest: how long that takes says nothing about the keys.
   */
  verify(key: string): Verification {
    return this.callers.value.get(createHash('sha256').update(key).digest('hex')) ?? UNKNOWN;
  }

  /** Looks at the file no more. */
  close(): void {
    this.callers.close();
  }
}

/** By digest, as they are given out. */
type Callers = ReadonlyMap<string, Verification>;

function readCallers(text: string): Callers {
  const document = parse(text);
  if (!isObject(document)) throw new FileContentError('the API keys are not a JSON object');
  return new Map(
    Object.entries(document).map(([digest, entry], i) => {
      if (!/^[0-9a-f]{64}$/i.test(digest)) {
        throw new FileContentError(
          `entry ${i + 1} of the API keys is not under a SHA-256 digest of 64 hex digits`,
        );
      }
      return [digest.toLowerCase(), readCaller(entry, i + 1)];
    }),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FileContentError('the API keys are not JSON');
  }
}

function readCaller(entry: unknown, number: number): Verification {
  const { subject, tenant, plan, scopes, ...unknown } = isObject(entry) ? entry : {};
  const fail = (what: string) => new FileContentError(`entry ${number} of the API keys: ${what}`);
  if (!isName(subject)) throw fail('"subject" is not a text of 1 to 256 printable characters');
  if (tenant !== undefined && !isName(tenant)) throw fail('"tenant" is not such a text');
  if (plan !== undefined && !isName(plan)) throw fail('"plan" is not such a text');
  if (scopes !== undefined && !(Array.isArray(scopes) && scopes.every(isName))) {
    throw fail('"scopes" is not a list of such texts');
  }
  if (Object.keys(unknown).length > 0) {
    throw fail('it has members beside "subject", "tenant", "plan" and "scopes"');
  }
  const caller = {
    subject,
    ...(tenant === undefined ? {} : { tenant }),
    ...(plan === undefined ? {} : { keyPlan: plan }),
    ...(scopes === undefined ? {} : { scopes }),
    limitKey: limitKeyOf('api-key', tenant, subject),
    via: 'api-key',
  } as const;
  return { kind: 'caller', caller };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
