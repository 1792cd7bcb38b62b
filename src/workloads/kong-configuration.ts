/**
 * Kong's file in an immutable ConfigMap whose name changes with it, so that a changed one rolls the pods. There are no
 * secrets in it: behind the router Kong knows no callers.
 */
import { ConfigMap } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { contentHash, labelsOf } from '../names';
import type { KongWorkloadParts } from './kong-workload-parts';

/** Directory in the container where the file is mounted. */
export const KONG_CONFIGURATION_DIRECTORY = '/etc/kong-gateway';
/** The file. */
export const KONG_FILE = 'kong.yml';

/** One ConfigMap for each text of the file. */
export function renderKongConfiguration(
  scope: Construct,
  { names, configuration }: KongWorkloadParts,
): ConfigMap {
  return new ConfigMap(scope, 'configuration', {
    metadata: {
      name: `${names.edge}-config-${contentHash(configuration)}`,
      labels: labelsOf(names, 'edge'),
    },
    immutable: true,
    data: { [KONG_FILE]: configuration },
  });
}
