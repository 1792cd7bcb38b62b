/** The shape of what says who callers are. */
import type { ApiKeysProps, AuthProps, ClaimsProps, JwtProps, ServiceTokensProps } from '../props/auth-props';
import { jwksShape } from './jwk-shape';
import { anyOf, list, object, oneOrMore, optional, required } from './shape';
import { jwksUrl } from './syntax';
import { integer, visible, word } from './values';
import { secretKeyShape } from './workload-shape';

/** Every algorithm that a token may be signed with. */
export const SIGNATURE_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
];

const claims = object<ClaimsProps>({
  subject: optional(visible),
  tenant: optional(visible),
  plan: optional(visible),
  scopes: optional(visible),
});

const jwt = anyOf(
  'jwksUrl',
  'jwks',
  object<JwtProps>({
    issuer: required(visible, 'the value of the iss claim'),
    audience: required(visible, 'a value of the aud claim'),
    jwksUrl: optional(jwksUrl),
    jwks: optional(jwksShape(SIGNATURE_ALGORITHMS)),
    algorithms: optional(list(word(SIGNATURE_ALGORITHMS), 1)),
    clockToleranceSeconds: optional(integer(0, 300)),
    claims: optional(claims),
  }),
);

const apiKeys = object<ApiKeysProps>({
  secret: required(secretKeyShape, 'a reference { name, key } to a Secret'),
});

const serviceTokens = object<ServiceTokensProps>({
  issuer: required(visible, 'the value of the iss claim'),
  signingKeySecret: required(secretKeyShape, 'a reference { name, key } to a Secret'),
});

/** How callers prove who they are. */
export const auth = anyOf(
  'jwt',
  'apiKeys',
  object<AuthProps>({
    jwt: optional(oneOrMore(jwt)),
    apiKeys: optional(apiKeys),
    serviceTokens: optional(serviceTokens),
  }),
);
