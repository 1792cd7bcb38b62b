/**
 * Tokens that the router signs for backends (contract I4): short-lived, for one audience, saying who the verified caller
 * is. Their public keys are served as a JWKS, so that a backend believes the gateway and nobody else.
 */
import { randomUUID } from 'node:crypto';
import type { ServiceTokenModel } from '../../model/gateway-model';
import { WatchedFile } from '../watched-file';
import { readSigningKeys, type SigningKey } from './signing-keys';
import type { IdentityLog, VerifiedCaller } from './verifier';

/** Where the keys are, and in whose name they sign. */
export interface ServiceTokensOptions {
  readonly issuer: string;
  readonly file: string;
  readonly log: IdentityLog;
  /** How often the file is looked at. Default 5 s. Unit: milliseconds. */
  readonly pollMilliseconds?: number;
}

/** What a token says of a request. */
export interface TokenFacts {
  readonly caller: VerifiedCaller;
  /** Name of the caller's plan. */
  readonly plan: string;
}

interface SignedToken {
  readonly token: string;
  readonly key: SigningKey;
  readonly plan: string;
  /** From then on a new one is signed. Unit: seconds since 1970. */
  readonly untilSeconds: number;
}

/** Signs, and remembers what it has signed for a caller as long as the caller's own credential is remembered. */
export class ServiceTokens {
  private readonly keys: WatchedFile<readonly [SigningKey, ...SigningKey[]]>;
  private readonly signed = new WeakMap<VerifiedCaller, Map<string, SignedToken>>();

  /** @throws FileContentError when the file cannot be read or has no key that can sign */
  constructor(private readonly options: ServiceTokensOptions) {
    const { log, issuer: _, ...file } = options;
    this.keys = new WatchedFile({
      ...file,
      parse: readSigningKeys,
      onRead: ([first, ...others]) =>
        log('info', 'signing_keys_read', { keys: 1 + others.length, kid: first.kid }),
      onFail: (cause) => log('warn', 'signing_keys_failed', { cause }),
    });
  }

  /** A token with at least half of its time left. */
  tokenFor(model: ServiceTokenModel, facts: TokenFacts, nowSeconds: number): string {
    const [key] = this.keys.value;
    const known = this.signed.get(facts.caller);
    const last = known?.get(model.audience);
    if (last?.key === key && last.plan === facts.plan && nowSeconds < last.untilSeconds) return last.token;
    const token = this.sign(key, model, facts, nowSeconds);
    const untilSeconds = nowSeconds + Math.floor(model.ttlSeconds / 2);
    const entry = { token, key, plan: facts.plan, untilSeconds };
    if (known === undefined) this.signed.set(facts.caller, new Map([[model.audience, entry]]));
    else known.set(model.audience, entry);
    return token;
  }

  /** The public keys (RFC 7517 section 5), as JSON. */
  jwks(): string {
    return JSON.stringify({ keys: this.keys.value.map(({ publicJwk }) => publicJwk) });
  }

  /** Looks at the file no more. */
  close(): void {
    this.keys.close();
  }

  private sign(key: SigningKey, model: ServiceTokenModel, { caller, plan }: TokenFacts, now: number): string {
    const header = encode({ alg: key.alg, kid: key.kid, typ: 'JWT' });
    const claims = encode({
      iss: this.options.issuer,
      aud: model.audience,
      sub: caller.subject,
      ...(caller.tenant === undefined ? {} : { org_id: caller.tenant }),
      plan,
      iat: now,
      exp: now + model.ttlSeconds,
      jti: randomUUID(),
    });
    const signature = key.sign(Buffer.from(`${header}.${claims}`)).toString('base64url');
    return `${header}.${claims}.${signature}`;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
