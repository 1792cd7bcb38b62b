/** The identity step of the pipeline: who the caller is, or the 401 that RFC 6750 asks for (contract I1, I2). */
import type { Verification, VerifiedCaller } from './identity/verifier';
import { type Refused, refused } from './refusal';

/** Names the protection space; part of what clients see, so it stays. */
export const CHALLENGE = 'Bearer realm="agent-gateway"';

const MISSING = refused('credential_missing', { headers: ['www-authenticate', CHALLENGE] });

/** The caller of a verification, or the refusal that it leads to. */
export function callerOf(verification: Verification): VerifiedCaller | Refused {
  switch (verification.kind) {
    case 'caller':
      return verification.caller;
    case 'missing':
      return MISSING;
    case 'invalid':
      return refused('invalid_token', {
        headers: ['www-authenticate', `${CHALLENGE}, error="invalid_token"`],
        cause: verification.reason,
      });
    case 'unavailable':
      return refused('identity_unavailable', { headers: ['retry-after', '5'], cause: verification.reason });
  }
}
