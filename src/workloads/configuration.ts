/** The router's configuration, the model as JSON, in an immutable ConfigMap whose name changes with it. */
import { ConfigMap } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { GatewayModel } from '../model/gateway-model';
import type { Problem } from '../model/problem';
import { contentHash, type GatewayNames, labelsOf } from '../names';

/** Directory in the container where the configuration is mounted. */
export const CONFIGURATION_DIRECTORY = '/etc/agent-gateway';
/** File in that directory. */
export const DOCUMENT = 'gateway.json';

/**
 * Largest document. `kubectl apply` stores the whole object, quoted, in an annotation of at most 262,144 bytes
 * (Kubernetes v1.34, "total annotations size limit"); what is around the document takes less than the difference.
 */
const ANNOTATION_BYTES_MOST = 250_000;

/** The ConfigMap of a gateway's model. */
export function renderConfiguration(scope: Construct, names: GatewayNames, gateway: GatewayModel): ConfigMap {
  const document = documentText(gateway);
  return new ConfigMap(scope, 'configuration', {
    metadata: { name: `${names.router}-config-${contentHash(document)}`, labels: labelsOf(names, 'router') },
    immutable: true,
    data: { [DOCUMENT]: document },
  });
}

/** The problem of a gateway whose document does not fit into a ConfigMap that `kubectl apply` takes. */
export function documentProblem(gateway: GatewayModel): Problem | undefined {
  const document = documentText(gateway);
  // In quotes, a character of JSON becomes two at most.
  if (2 * Buffer.byteLength(document) < ANNOTATION_BYTES_MOST) return undefined;
  const bytes = Buffer.byteLength(JSON.stringify(document));
  if (bytes <= ANNOTATION_BYTES_MOST) return undefined;
  return {
    code: 'AGW_DOCUMENT_SIZE',
    path: '',
    got: `a gateway whose configuration takes ${bytes} bytes`,
    expected: `at most ${ANNOTATION_BYTES_MOST}, so that \`kubectl apply\` can keep its copy`,
    fix: 'split the services over several gateways, or take plans of tenants from the token in place of `tenants`',
  };
}

/** Checked before it is rendered, and written once. */
const documents = new WeakMap<GatewayModel, string>();

/** As readable in the cluster as it can be: indented, unless that would not fit. */
function documentText(gateway: GatewayModel): string {
  const known = documents.get(gateway);
  if (known !== undefined) return known;
  const readable = JSON.stringify(gateway, null, 1);
  const text = Buffer.byteLength(readable) < ANNOTATION_BYTES_MOST / 2 ? readable : JSON.stringify(gateway);
  documents.set(gateway, text);
  return text;
}
