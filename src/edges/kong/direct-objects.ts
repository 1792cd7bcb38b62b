/** Objects for services that Kong decides about by itself, under its ingress controller: backends and consumers. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { KongControllerModel } from '../../model/deployment-model';
import type { Problem } from '../../model/problem';
import { contentHash, type GatewayNames, labelsOf } from '../../names';
import type { KongConsumer, KongService } from './kong-config';
import { type ServicePortName, serviceAnnotations } from './routes';

/** By its value the controller knows what a Secret of a consumer is (3.5). */
export const CREDENTIAL_LABEL = 'konghq.com/credential';

/** The problem of a gateway whose Redis a Kong in another namespace could not find. */
export function namespaceProblem(
  { direct }: KongControllerModel,
  namespace: string | undefined,
): Problem | undefined {
  if (direct === undefined || namespace !== undefined) return undefined;
  return {
    code: 'AGW_NAMESPACE',
    path: 'edge.kong.ingressController',
    got: "a chart without a namespace, and services with via: 'edge'",
    expected: "a chart with a namespace, as Kong reaches the gateway's Redis from its own",
    fix: "give the chart its namespace: new Chart(app, 'agents', { namespace: 'agents' })",
  };
}

/**
 * A name for a backend in the gateway's namespace. The controller reads timeouts and paths at the Service, and the
 * backend's own is not ours to change.
 */
export function renderBackend(scope: Construct, names: GatewayNames, service: KongService): ServicePortName {
  const name = `${names.base}-direct-${contentHash(service.name)}`;
  new ApiObject(scope, `backend-${service.name}`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: labelsOf(names, 'edge'), annotations: serviceAnnotations(service) },
    spec: { type: 'ExternalName', externalName: service.host, ports: [{ port: service.port }] },
  });
  return { name, port: service.port };
}

/** The Secret that puts consumers into the group of their plan; it holds no secret. @returns its name */
export function renderGroup(scope: Construct, names: GatewayNames, plan: string): string {
  return renderCredential(scope, names, `${names.base}-group-${plan}`, 'acl', { group: plan });
}

/** Names of the objects that a consumer refers to. */
export interface ConsumerReferences {
  readonly ingressClass: string;
  /** KongPlugin with its plan; absent = no limits. */
  readonly plan: string | undefined;
  /** Secret with the group of its plan; absent = every plan may use everything. */
  readonly group: string | undefined;
}

/** A tenant. The Secret with its API key is the user's. */
export function renderConsumer(
  scope: Construct,
  names: GatewayNames,
  consumer: KongConsumer,
  { ingressClass, plan, group }: ConsumerReferences,
): ApiObject {
  const name = `${names.base}-consumer-${contentHash(consumer.username)}`;
  const credential = consumer.keySecret ?? renderJwtSecret(scope, names, consumer, name);
  return new ApiObject(scope, name, {
    apiVersion: 'configuration.konghq.com/v1',
    kind: 'KongConsumer',
    metadata: {
      name,
      labels: labelsOf(names, 'edge'),
      annotations: {
        // Without it no controller takes the consumer for its own.
        'kubernetes.io/ingress.class': ingressClass,
        ...(plan === undefined ? {} : { 'konghq.com/plugins': plan }),
      },
    },
    username: consumer.username,
    credentials: group === undefined ? [credential] : [credential, group],
  });
}

function renderJwtSecret(
  scope: Construct,
  names: GatewayNames,
  { jwt }: KongConsumer,
  consumerName: string,
): string {
  return renderCredential(scope, names, `${consumerName}-jwt`, 'jwt', {
    key: jwt?.issuer ?? '',
    algorithm: jwt?.algorithm ?? '',
    rsa_public_key: jwt?.publicKey ?? '',
  });
}

/** A Secret by its kind, which is where the controller looks, and with the label that it looks for. */
function renderCredential(
  scope: Construct,
  names: GatewayNames,
  name: string,
  type: 'acl' | 'jwt',
  stringData: Readonly<Record<string, string>>,
): string {
  new ApiObject(scope, name, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, labels: { ...labelsOf(names, 'edge'), [CREDENTIAL_LABEL]: type } },
    stringData,
  });
  return name;
}
