/** Puts tokens and API keys together into the one question that the pipeline asks. */
import type { IdentityModel } from '../../model/gateway-model';
import { FileContentError } from '../watched-file';
import { ApiKeys } from './api-keys';
import { presented } from './credentials';
import { Tokens } from './tokens';
import type { Credentials, IdentityLog, Verification, Verifier } from './verifier';

/** What the model does not say. Times have defaults that fit production; tests shorten them. */
export interface VerifierOptions {
  /** File of the API keys; needed when the model accepts them. */
  readonly apiKeysFile?: string;
  /** How often that file is looked at. Default 5 s. Unit: milliseconds. */
  readonly apiKeysPollMilliseconds?: number;
  /** Least time between two refreshes that unknown keys ask for. Default 30 s. Unit: milliseconds. */
  readonly jwksCooldownMilliseconds?: number;
  /** Time between two refreshes that nobody asks for. Default 10 min. Unit: milliseconds. */
  readonly jwksRefreshMilliseconds?: number;
  /** How long one fetch of the JWKS may take. Default 5 s. Unit: milliseconds. */
  readonly jwksTimeoutMilliseconds?: number;
  /** Told of keys that were read or could not be. Default: nobody. */
  readonly log?: IdentityLog;
}

/** A verifier that has been started. */
export interface RunningVerifier extends Verifier {
  /** Whether callers can be verified, or the first attempt to read an issuer's keys has failed. */
  ready(): boolean;
  /** Since an issuer's keys were last read, of the one that waits longest; `undefined` when none ever were. */
  jwksAgeSeconds(): number | undefined;
  /** Ends timers and fetches; what is known stays usable. */
  close(): void;
}

const NOT_ACCEPTED: Verification = { kind: 'invalid', reason: 'credentials of this kind are not accepted' };

/**
 * Starts reading the issuers' keys; `ready` says when that is over.
 *
 * @throws FileContentError when the model accepts API keys and their file cannot be used
 */
export function createVerifier(identity: IdentityModel, options: VerifierOptions = {}): RunningVerifier {
  const log = options.log ?? (() => {});
  const keys = identity.apiKeys ? openKeys(options, log) : undefined;
  const tokens = identity.issuers.length === 0 ? undefined : openTokens(identity, options, log);
  return {
    verify(credentials: Credentials, nowSeconds: number) {
      const known = tokens && knownToken(tokens, credentials, nowSeconds);
      if (known !== undefined) return known;
      const found = presented(credentials);
      switch (found.kind) {
        case 'token':
          if (tokens !== undefined) return tokens.verify(found.value, nowSeconds);
          // Without an issuer there are no tokens: a key may look like one.
          return keys?.verify(found.value) ?? NOT_ACCEPTED;
        case 'key':
          return keys?.verify(found.value) ?? NOT_ACCEPTED;
        default:
          return found;
      }
    },
    ready: () => tokens === undefined || tokens.tried,
    jwksAgeSeconds: () => tokens?.ageSeconds(),
    close() {
      keys?.close();
      tokens?.close();
    },
  };
}

const BEARER = 'Bearer ';

/**
 * Most requests bring a token that is known. For them the header need not be parsed: what follows the usual spelling of the
 * scheme is either a known token or goes the long way. (That takes 0.1 instead of 1.3 µs with a token of 660
 * characters, Node 22.)
 */
function knownToken(
  tokens: Tokens,
  { authorization, apiKey }: Credentials,
  nowSeconds: number,
): Verification | undefined {
  if (authorization === undefined || apiKey !== undefined || !authorization.startsWith(BEARER))
    return undefined;
  return tokens.known(authorization.slice(BEARER.length), nowSeconds);
}

function openKeys(options: VerifierOptions, log: IdentityLog): ApiKeys {
  const { apiKeysFile: file, apiKeysPollMilliseconds: pollMilliseconds } = options;
  if (file === undefined) throw new FileContentError('API keys are accepted and no file of them is named');
  return new ApiKeys({ file, log, ...(pollMilliseconds === undefined ? {} : { pollMilliseconds }) });
}

function openTokens(identity: IdentityModel, options: VerifierOptions, log: IdentityLog): Tokens {
  const {
    jwksCooldownMilliseconds: cooldownMilliseconds,
    jwksRefreshMilliseconds: refreshMilliseconds,
    jwksTimeoutMilliseconds: timeoutMilliseconds,
  } = options;
  return new Tokens(identity, {
    log,
    ...(cooldownMilliseconds === undefined ? {} : { cooldownMilliseconds }),
    ...(refreshMilliseconds === undefined ? {} : { refreshMilliseconds }),
    ...(timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds }),
  });
}
