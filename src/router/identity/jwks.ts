/**
 * The public keys of an issuer, as they are now: given, or fetched at start, then every ten minutes, and at once (but not more often
 * than a bound) when a token names a key that is not known. While the issuer cannot be reached, known keys stay (I7).
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { JwkModel } from '../../model/gateway-model';
import { fetchJson } from './fetch-json';
import type { IdentityLog } from './verifier';

/** A key that can verify, with what its JWK says of it. */
export interface PublicKey {
  /** Id that tokens name; absent when the JWK has none. */
  readonly kid: string | undefined;
  /** From the JWK; absent when it does not bind the key to one. */
  readonly alg: string | undefined;
  /** `RSA`, `EC` or `OKP` (RFC 7518 section 6.1, RFC 8037). */
  readonly kty: string;
  /** Curve of an `EC` or `OKP` key, such as `P-256`. */
  readonly crv: string | undefined;
  readonly key: KeyObject;
}

/** Where the keys are, and who is told of them. */
export interface JwksOptions {
  /** Absent when all keys are given. */
  readonly url?: string;
  /** Keys that always count, and come first. Default: none. */
  readonly given?: readonly JwkModel[];
  readonly log: IdentityLog;
  /** Told after each refresh that changed the keys. */
  readonly onChange: () => void;
  /** Least time between two refreshes that unknown keys ask for. Default 30 s. Unit: milliseconds. */
  readonly cooldownMilliseconds?: number;
  /** Time between two refreshes that nobody asks for. Default 10 min. Unit: milliseconds. */
  readonly refreshMilliseconds?: number;
  /** How long one fetch may take. Default 5 s. Unit: milliseconds. */
  readonly timeoutMilliseconds?: number;
}

const REFRESH_MILLISECONDS = 600_000;
const COOLDOWN_MILLISECONDS = 30_000;
const TIMEOUT_MILLISECONDS = 5_000;
/** After a failure the next attempt comes after so long, and then after twice as long each time. */
const RETRY_MILLISECONDS_LEAST = 500;
const RETRY_MILLISECONDS_MOST = 30_000;
/** Keys that are read at most; a JWKS with more is not one of an issuer. */
const KEYS_MOST = 200;
/** RFC 7518 sections 3.3 and 3.5; shorter keys are left out. */
const RSA_BITS_LEAST = 2_048;

/**
 * The keys of one issuer. A fetch that fails, whichever way, leaves the keys as they are; one that succeeds replaces them
 * all, so that a key that is no longer listed is withdrawn.
 */
export class Jwks {
  private readonly given: readonly PublicKey[];
  private keys: readonly PublicKey[];
  private fingerprint = '';
  private readAt: number | undefined;
  private askedAt = Number.NEGATIVE_INFINITY;
  private failures = 0;
  private inFlight: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly closing = new AbortController();

  /** Starts the first fetch, if there is a URL. */
  constructor(private readonly options: JwksOptions) {
    this.given = (options.given ?? []).flatMap(readKey);
    this.keys = this.given;
    const unusable = (options.given?.length ?? 0) - this.given.length;
    if (unusable > 0) options.log('warn', 'jwks_keys_unusable', { keys: unusable });
    void this.refresh();
  }

  /** Whether there was ever a key to be had. */
  get known(): boolean {
    return this.readAt !== undefined || this.given.length > 0;
  }

  /** Whether the first attempt to read keys has ended, well or not. */
  get tried(): boolean {
    return this.options.url === undefined || this.readAt !== undefined || this.failures > 0;
  }

  /** Since the keys were last read; `undefined` when they never were, or are all given. */
  ageSeconds(): number | undefined {
    return this.readAt === undefined ? undefined : (performance.now() - this.readAt) / 1000;
  }

  /** The keys that fit, from those at hand. */
  find(fits: (key: PublicKey) => boolean): readonly PublicKey[] {
    return this.keys.filter(fits);
  }

  /** Asks for newer keys, unless that was done a moment ago. Resolves when there is no more to be had now. */
  async ask(): Promise<void> {
    const cooldown = this.options.cooldownMilliseconds ?? COOLDOWN_MILLISECONDS;
    if (this.inFlight === undefined) {
      if (performance.now() - this.askedAt < cooldown) return;
      this.askedAt = performance.now();
    }
    await this.refresh();
  }

  /** Ends the fetch that runs, and there is no other. */
  close(): void {
    this.closing.abort();
    clearTimeout(this.timer);
  }

  /** Never rejects; one at a time. */
  private refresh(): Promise<void> {
    const { url } = this.options;
    if (url === undefined) return Promise.resolve();
    this.inFlight ??= this.read(url).finally(() => {
      this.inFlight = undefined;
      this.refreshLater();
    });
    return this.inFlight;
  }

  private refreshLater(): void {
    if (this.closing.signal.aborted) return;
    clearTimeout(this.timer);
    const backoff = RETRY_MILLISECONDS_LEAST * 2 ** Math.min(this.failures - 1, 10);
    const period = this.options.refreshMilliseconds ?? REFRESH_MILLISECONDS;
    const wait = this.failures > 0 ? Math.min(backoff, RETRY_MILLISECONDS_MOST) : period;
    this.timer = setTimeout(() => void this.refresh(), wait);
    this.timer.unref();
  }

  private async read(url: string): Promise<void> {
    const { timeoutMilliseconds = TIMEOUT_MILLISECONDS } = this.options;
    const { signal } = this.closing;
    try {
      const document = await fetchJson(url, { timeoutMilliseconds, signal });
      const keys = readKeys(document);
      // A JWKS without a key withdraws all of them; before any was read it is an issuer that is not ready yet.
      if (keys.length === 0 && this.readAt === undefined)
        throw new Error('no key that can verify signatures');
      const fingerprint = JSON.stringify(document);
      const changed = fingerprint !== this.fingerprint;
      if (changed || this.failures > 0) this.options.log('info', 'jwks_read', { keys: keys.length });
      this.readAt = performance.now();
      this.failures = 0;
      if (!changed) return;
      this.fingerprint = fingerprint;
      this.keys = [...this.given, ...keys];
      this.options.onChange();
    } catch (error) {
      if (signal.aborted) return;
      this.failures++;
      if (this.failures === 1) this.options.log('warn', 'jwks_failed', { cause: (error as Error).message });
    }
  }
}

/** Keys that can verify signatures; the others of a JWKS (symmetric, for encryption, broken) are left out one by one. */
function readKeys(document: unknown): readonly PublicKey[] {
  const listed = (document as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(listed)) throw new Error('no "keys" in the answer');
  return listed.slice(0, KEYS_MOST).flatMap(readKey);
}

function readKey(value: unknown): readonly PublicKey[] {
  if (typeof value !== 'object' || value === null) return [];
  const jwk = value as JsonWebKey;
  const { kty, kid, alg, crv, use, key_ops: operations } = jwk;
  if (kty !== 'RSA' && kty !== 'EC' && kty !== 'OKP') return [];
  // RFC 7517 sections 4.2 and 4.3: what a key is for, each of the two said or not.
  if (use !== undefined && use !== 'sig') return [];
  if (Array.isArray(operations) && !operations.includes('verify')) return [];
  const text = (member: unknown) => (typeof member === 'string' ? member : undefined);
  try {
    // Of a private key that an issuer shows by mistake this takes the public half.
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    if ((key.asymmetricKeyDetails?.modulusLength ?? RSA_BITS_LEAST) < RSA_BITS_LEAST) return [];
    return [{ kid: text(kid), alg: text(alg), kty, crv: text(crv), key }];
  } catch {
    return [];
  }
}
