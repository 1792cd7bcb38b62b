/**
 * What Kong's ingress controller would not find in a Secret, where the Secret is an object of the same app: a missing label
 * or key is no error there, the consumer just has no credential. Secrets that come from elsewhere nobody can look at.
 */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { KongControllerModel } from '../../model/deployment-model';
import type { SecretKeyModel } from '../../model/gateway-model';
import type { Problem } from '../../model/problem';
import { CREDENTIAL_LABEL } from './direct-objects';

/** Of a Secret, as far as it is looked at. */
interface SecretObject {
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

/** @param scope anywhere in the app; asked for when the app is written, as Secrets may be made after the gateway */
export function secretProblems(
  scope: Construct,
  { direct }: KongControllerModel,
  namespace: string | undefined,
): readonly Problem[] {
  if (direct === undefined) return [];
  const secrets = scope.node.root.node
    .findAll()
    .filter(ApiObject.isApiObject)
    .filter(({ kind }) => kind === 'Secret')
    .map((object) => object.toJson() as SecretObject);
  const named = (name: string) =>
    secrets.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
  const { passwordSecret } = direct.redis;
  return [
    ...direct.consumers.flatMap(({ tenant, apiKeySecret }) =>
      apiKeySecret === undefined ? [] : credentialProblems(tenant, apiKeySecret, named(apiKeySecret.name)),
    ),
    ...(passwordSecret === undefined ? [] : passwordProblems(passwordSecret, named(passwordSecret.name))),
  ];
}

function credentialProblems(
  tenant: string,
  { key }: SecretKeyModel,
  secret: SecretObject | undefined,
): Problem[] {
  const path = `tenants.${tenant}.edgeCredentials.apiKey`;
  if (secret === undefined) return [];
  const problems: Problem[] = [];
  const label = secret.metadata?.labels?.[CREDENTIAL_LABEL];
  if (label !== 'key-auth') {
    problems.push({
      code: 'AGW_EDGE_CANNOT',
      path,
      got: label === undefined ? `a Secret without the label ${CREDENTIAL_LABEL}` : `a Secret for ${label}`,
      expected: `a Secret with the label ${CREDENTIAL_LABEL}: key-auth, by which the ingress controller finds it`,
      fix: 'give the Secret this label',
    });
  }
  if (textIn(secret, key) === undefined) {
    const [got, expected] = ['a Secret that has not', `a Secret with the API key under "${key}"`];
    problems.push({ code: 'AGW_EDGE_CANNOT', path, got, expected, fix: 'put the API key there' });
  }
  return problems;
}

function passwordProblems({ key }: SecretKeyModel, secret: SecretObject | undefined): Problem[] {
  const value = secret === undefined ? '""' : textIn(secret, key);
  if (value !== undefined && isJsonText(value)) return [];
  const [got, expected] = [
    'a Secret that has not',
    `a Secret with the password in double quotes under "${key}"`,
  ];
  const fix =
    'put the quotes into the Secret too, as the ingress controller puts its value into JSON as it is';
  return [
    { code: 'AGW_EDGE_CANNOT', path: 'edge.kong.ingressController.redis.passwordSecret', got, expected, fix },
  ];
}

function textIn({ data, stringData }: SecretObject, key: string): string | undefined {
  const encoded = data?.[key];
  return stringData?.[key] ?? (encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString());
}

function isJsonText(value: string): boolean {
  try {
    return typeof JSON.parse(value) === 'string';
  } catch {
    return false;
  }
}
