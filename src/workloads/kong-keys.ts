/**
 * API keys in Kong's file. Kong's open-source edition takes them in plain alone, and a ConfigMap is no place for them: so
 * the file holds placeholders, and an init container puts the keys of the users' Secrets in their place, in memory.
 */
import { Size } from 'cdk8s';
import {
  ConfigMap,
  type ContainerProps,
  Cpu,
  EmptyDirMedium,
  ImagePullPolicy,
  Secret,
  Volume,
  type VolumeMount,
} from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { KongDblessModel } from '../model/deployment-model';
import type { SecretKeyModel } from '../model/gateway-model';
import { KONG_CONFIGURATION_DIRECTORY, KONG_FILE } from './kong-configuration';
import { KONG_USER, type KongReferences, type KongWorkloadParts } from './kong-workload-parts';
import { restrictedContainer } from './security';

/** Directory in the containers with the file that has the keys. */
export const FILLED_DIRECTORY = '/run/kong-gateway';
const KEYS_DIRECTORY = '/etc/kong-keys';
const FILLED_MEBIBYTES = 8;
const MEMORY_MEBIBYTES = 64;
const CPU_MILLICORES = 10;

/** Whether the file has placeholders. */
export function hasKeys(kong: KongDblessModel): boolean {
  return keySecrets(kong).some((secret) => secret !== undefined);
}

/** By the consumers' places. */
function keySecrets({ direct }: KongDblessModel): readonly (SecretKeyModel | undefined)[] {
  return (direct?.consumers ?? []).map(({ apiKeySecret }) => apiKeySecret);
}

/**
 * Puts each key in the place of its placeholder. Characters that could end the text in the file or the command are
 * refused, and so is a file in which a placeholder is left: Kong would take it for the key. Never prints a key; Kong would,
 * of a file that has one twice.
 */
export const FILL_SCRIPT = `set -eu
umask 077
file=$2/${KONG_FILE}
cat "$1/${KONG_FILE}" > "$file"
for directory in "$3"/*; do
  place=$(basename "$directory")
  key=$(cat "$directory/key")
  case $key in
    *[!A-Za-z0-9._~+/=-]*) echo "API key $place has a character that is not allowed" >&2; exit 1 ;;
  esac
  if [ \${#key} -lt 16 ] || [ \${#key} -gt 512 ]; then
    echo "API key $place does not have 16 to 512 characters" >&2; exit 1
  fi
  if grep -qF "key: \\"$key\\"" "$file"; then
    echo "API key $place is that of another tenant" >&2; exit 1
  fi
  sed -i "s|@API_KEY_$place@|$key|" "$file"
done
if grep -q '@API_KEY_[0-9]*@' "$file"; then
  echo "an API key is missing" >&2; exit 1
fi
`;

/** No container where there are no keys. */
export function keysContainers(
  scope: Construct,
  { kong }: KongWorkloadParts,
  { configuration, filled }: KongReferences,
): ContainerProps[] {
  if (filled === undefined) return [];
  const map = ConfigMap.fromConfigMapName(scope, 'template-name', configuration);
  const template = Volume.fromConfigMap(scope, 'template-volume', map, { name: 'configuration' });
  const memory = Size.mebibytes(MEMORY_MEBIBYTES);
  return [
    {
      name: 'keys',
      image: kong.image,
      imagePullPolicy: ImagePullPolicy.IF_NOT_PRESENT,
      command: [
        'sh',
        '-c',
        FILL_SCRIPT,
        'keys',
        KONG_CONFIGURATION_DIRECTORY,
        FILLED_DIRECTORY,
        KEYS_DIRECTORY,
      ],
      volumeMounts: [
        { path: KONG_CONFIGURATION_DIRECTORY, volume: template, readOnly: true },
        { path: FILLED_DIRECTORY, volume: filled },
        ...keyMounts(scope, kong),
      ],
      resources: { cpu: { request: Cpu.millis(CPU_MILLICORES) }, memory: { request: memory, limit: memory } },
      securityContext: restrictedContainer(KONG_USER),
    },
  ];
}

function keyMounts(scope: Construct, kong: KongDblessModel): VolumeMount[] {
  return keySecrets(kong).flatMap((reference, place) => {
    if (reference === undefined) return [];
    const secret = Secret.fromSecretName(scope, `key-${place}`, reference.name);
    const volume = Volume.fromSecret(scope, `key-${place}-volume`, secret, {
      name: `key-${place}`,
      defaultMode: 0o440,
      items: { [reference.key]: { path: 'key' } },
    });
    return [{ path: `${KEYS_DIRECTORY}/${place}`, volume, readOnly: true }];
  });
}

/** In memory, so that the keys are on no disk of a node. */
export function filledVolume(scope: Construct): Volume {
  return Volume.fromEmptyDir(scope, 'filled', 'filled', {
    medium: EmptyDirMedium.MEMORY,
    sizeLimit: Size.mebibytes(FILLED_MEBIBYTES),
  });
}
