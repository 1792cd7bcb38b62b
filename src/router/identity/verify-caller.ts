/** Puts tokens and API keys together into the one question that the pipeline asks. */
import type { IdentityModel } from '../../model/gateway-model';
import { ApiKeys } from './api-keys';
import { presented } from './credentials';
import { Jwks } from './jwks';
import { JwtVerifier } from './jwt';
import type { Credentials, Verification, Verifier } from './verifier';

export interface VerifierOptions {
  /** File of the API keys; needed when the model accepts them. */
  readonly apiKeysFile?: string;
  readonly apiKeysPollMilliseconds?: number;
  readonly jwksCooldownMilliseconds?: number;
  readonly log?: (level: 'info' | 'warn', event: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** A verifier that has been started. */
export interface RunningVerifier extends Verifier {
  /** Whether callers can be verified, or the first attempt to read the issuer's keys has failed. */
  ready(): boolean;
  /** Since the issuer's keys were last read; `undefined` without an issuer, or when they never were. */
  jwksAgeSeconds(): number | undefined;
  close(): void;
}

const NOT_ACCEPTED: Verification = { kind: 'invalid', reason: 'credentials of this kind are not accepted' };

/** @throws when the model accepts API keys and their file cannot be read */
export function createVerifier(identity: IdentityModel, options: VerifierOptions = {}): RunningVerifier {
  const log = options.log ?? (() => {});
  const keys = identity.apiKeys ? openKeys(options, log) : undefined;
  const tokens = identity.jwt === undefined ? undefined : openTokens(identity.jwt, options, log);
  return {
    verify(credentials: Credentials, nowSeconds: number) {
      const found = presented(credentials);
      switch (found.kind) {
        case 'token':
          return tokens?.verifier.verify(found.value, nowSeconds) ?? NOT_ACCEPTED;
        case 'key':
          return keys?.verify(found.value) ?? NOT_ACCEPTED;
        default:
          return found;
      }
    },
    ready: () => tokens === undefined || tokens.jwks.tried,
    jwksAgeSeconds: () => tokens?.jwks.ageSeconds(),
    close() {
      keys?.close();
      tokens?.jwks.close();
    },
  };
}

type Log = NonNullable<VerifierOptions['log']>;

function openKeys(options: VerifierOptions, log: Log): ApiKeys {
  const { apiKeysFile: file, apiKeysPollMilliseconds: pollMilliseconds } = options;
  if (file === undefined) throw new Error('API keys are accepted and no file of them is named');
  return new ApiKeys({ file, log, ...(pollMilliseconds === undefined ? {} : { pollMilliseconds }) });
}

function openTokens(model: NonNullable<IdentityModel['jwt']>, options: VerifierOptions, log: Log) {
  const cooldownMilliseconds = options.jwksCooldownMilliseconds;
  const jwks: Jwks = new Jwks({
    url: model.jwksUrl,
    log,
    onChange: () => verifier.forget(),
    ...(cooldownMilliseconds === undefined ? {} : { cooldownMilliseconds }),
  });
  const verifier = new JwtVerifier(model, jwks);
  return { jwks, verifier };
}
