/** Values that the kubelet takes from Secrets, which users make; no manifest of ours has them. */
import { EnvValue, Secret } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { SecretKeyModel } from '../model/gateway-model';

/** A variable of a container whose value is a key of a Secret. */
export function secretValue(scope: Construct, id: string, reference: SecretKeyModel): EnvValue {
  const secret = Secret.fromSecretName(scope, id, reference.name);
  return EnvValue.fromSecretValue({ secret, key: reference.key });
}
