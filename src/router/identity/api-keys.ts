/**
 * API keys by their SHA-256 digest (contract I5), from a file that a Secret is mounted as:
 *
 *     { "9f86d081884c7d65…": { "subject": "ci-bot", "tenant": "acme", "plan": "pro" } }
 *
 * The file is read again when it changes, so a key that is taken out stops working.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isName } from './claims';
import { limitKeyOf } from './credentials';
import type { IdentityLog, Verification } from './verifier';

/** Where the keys are. */
export interface ApiKeysOptions {
  /** May be a symbolic link, as in a mounted Secret, where an update changes what the links lead to. */
  readonly file: string;
  readonly log: IdentityLog;
  /** How often the file is looked at. Default 5 s. Unit: milliseconds. */
  readonly pollMilliseconds?: number;
}

const POLL_MILLISECONDS = 5_000;
const UNKNOWN: Verification = { kind: 'invalid', reason: 'the API key is not known' };

/** The API keys of a file. */
export class ApiKeys {
  private text: string;
  private callers: Callers;
  private readonly polling: NodeJS.Timeout;
  private failed = false;

  /** @throws ApiKeysError when the file cannot be read or says something else */
  constructor(private readonly options: ApiKeysOptions) {
    try {
      this.text = readFileSync(options.file, 'utf8');
      this.callers = readCallers(this.text);
    } catch (error) {
      throw new ApiKeysError(`${options.file}: ${causeOf(error)}`);
    }
    this.polling = setInterval(() => void this.poll(), options.pollMilliseconds ?? POLL_MILLISECONDS);
    this.polling.unref();
  }

  /**
   * The digest is what is looked up, and nobody can choose a digest: how long that takes says nothing about the keys.
   */
  verify(key: string): Verification {
    return this.callers.get(createHash('sha256').update(key).digest('hex')) ?? UNKNOWN;
  }

  /** Looks at the file no more. */
  close(): void {
    clearInterval(this.polling);
  }

  /**
   * The whole file, for it is small: a Secret has 1 MiB at most, and times of change are too coarse to tell two versions
   * apart. A file that is broken or away leaves the keys as they are: a slip must not lock everybody out.
   */
  private async poll(): Promise<void> {
    try {
      const text = await readFile(this.options.file, 'utf8');
      if (text === this.text && !this.failed) return;
      this.callers = readCallers(text);
      this.text = text;
      this.failed = false;
      this.options.log('info', 'api_keys_read', { keys: this.callers.size });
    } catch (error) {
      if (!this.failed) this.options.log('warn', 'api_keys_failed', { cause: causeOf(error) });
      this.failed = true;
    }
  }
}

/** What went wrong, without the JSON parser's quotation of the file. */
function causeOf(error: unknown): string {
  return error instanceof ApiKeysError
    ? error.message
    : ((error as NodeJS.ErrnoException).code ?? 'unreadable');
}

/** A file of API keys that cannot be used. Names the entry by its place; no digest, no name. */
export class ApiKeysError extends Error {
  override readonly name = 'ApiKeysError';
}

/** By digest, as they are given out. */
type Callers = ReadonlyMap<string, Verification>;

function readCallers(text: string): Callers {
  const document = parse(text);
  if (!isObject(document)) throw new ApiKeysError('the API keys are not a JSON object');
  return new Map(
    Object.entries(document).map(([digest, entry], i) => {
      if (!/^[0-9a-f]{64}$/i.test(digest)) {
        throw new ApiKeysError(
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
    throw new ApiKeysError('the API keys are not JSON');
  }
}

function readCaller(entry: unknown, number: number): Verification {
  const { subject, tenant, plan, ...unknown } = isObject(entry) ? entry : {};
  const fail = (what: string) => new ApiKeysError(`entry ${number} of the API keys: ${what}`);
  if (!isName(subject)) throw fail('"subject" is not a text of 1 to 256 printable characters');
  if (tenant !== undefined && !isName(tenant)) throw fail('"tenant" is not such a text');
  if (plan !== undefined && !isName(plan)) throw fail('"plan" is not such a text');
  if (Object.keys(unknown).length > 0) throw fail('it has members beside "subject", "tenant" and "plan"');
  const caller = {
    subject,
    ...(tenant === undefined ? {} : { tenant }),
    ...(plan === undefined ? {} : { keyPlan: plan }),
    limitKey: limitKeyOf('api-key', tenant, subject),
    via: 'api-key',
  } as const;
  return { kind: 'caller', caller };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
