/** The router's container: program, configuration, environment, probes. The router reads exactly these variables. */
import { posix } from 'node:path';
import { Duration, Size } from 'cdk8s';
import {
  type ContainerProps,
  Cpu,
  EnvValue,
  type IConfigMap,
  ImagePullPolicy,
  Probe,
  Protocol,
  Secret,
  Volume,
  type VolumeMount,
} from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { DeploymentModel, StoreModel } from '../model/deployment-model';
import { ADMIN_PORT, DECISION_PORT, type GatewayNames, REDIS_PORT, ROUTER_PORT } from '../names';
import { CONFIGURATION_DIRECTORY, DOCUMENT } from './configuration';
import { PROGRAM_DIRECTORY, PROGRAM_ENTRY } from './program';
import type { RouterParts, RouterReferences } from './router-parts';
import { secretValue } from './secret-value';
import { restrictedContainer } from './security';

/** User of the stock Node images. */
export const NODE_USER = 1000;

/** Directory in the container where the Secret with the API keys is mounted. */
const API_KEYS_DIRECTORY = '/etc/agent-gateway-keys';
/** The same of the keys that sign service tokens. */
const SIGNING_KEYS_DIRECTORY = '/etc/agent-gateway-signing';

/** Directory in the container where the Secrets of backends are mounted, each under its name. */
const BACKEND_SECRETS_DIRECTORY = '/etc/agent-gateway-backends';

/** Directory in the container where the Secret with the router's certificate is mounted. */
const TLS_DIRECTORY = '/etc/agent-gateway-tls';

/**
 * From the order to stop until the program takes no more connections, so that the edge has stopped sending by then. The
 * program itself waits: it serves all that comes, and asks to close each connection that is used. Unit: seconds.
 */
const DRAIN_SECONDS = 10;
/** What is left of the grace period when the program cuts the last streams itself. Unit: seconds. */
const LAST_SECONDS = 5;
/** Share of a container's memory that Node's heap may take; buffers and code live in the rest. */
const HEAP_SHARE = 0.75;

/** The container of the router's pods. */
export function routerContainer(
  scope: Construct,
  parts: RouterParts,
  references: RouterReferences,
): ContainerProps {
  const { router, store, edge } = parts.deployment;
  const asked = edge.traefik?.direct !== undefined;
  return {
    name: 'router',
    image: router.image ?? router.nodeImage,
    imagePullPolicy: ImagePullPolicy.IF_NOT_PRESENT,
    ...(router.image === undefined ? { command: ['node', `${PROGRAM_DIRECTORY}/${PROGRAM_ENTRY}`] } : {}),
    ports: [
      { name: 'http', number: ROUTER_PORT, protocol: Protocol.TCP },
      ...(asked ? [{ name: 'decisions', number: DECISION_PORT, protocol: Protocol.TCP }] : []),
      { name: 'admin', number: ADMIN_PORT, protocol: Protocol.TCP },
    ],
    envVariables: {
      ...environment(parts),
      ...storeEnvironment(scope, parts.names, store),
      ...tracingEnvironment(scope, parts),
    },
    volumeMounts: volumeMounts(scope, parts.deployment, references),
    resources: {
      // No limit: a router that is throttled holds every stream back.
      cpu: { request: Cpu.millis(router.cpuMillicores) },
      memory: {
        request: Size.mebibytes(router.memoryMebibytes),
        limit: Size.mebibytes(router.memoryMebibytes),
      },
    },
    securityContext: restrictedContainer(NODE_USER),
    startup: probe('/healthz', { periodSeconds: 1, failures: 30 }),
    liveness: probe('/healthz', { periodSeconds: 10, failures: 3 }),
    readiness: probe('/readyz', { periodSeconds: 2, failures: 2 }),
  };
}

function environment({ deployment: { router, edge } }: RouterParts): Record<string, EnvValue> {
  const heapMebibytes = Math.floor(router.memoryMebibytes * HEAP_SHARE);
  const { apiKeysSecret: keys, signingKeySecret: signing } = router;
  return values({
    GATEWAY_DOCUMENT: `${CONFIGURATION_DIRECTORY}/${DOCUMENT}`,
    ...(keys === undefined ? {} : { API_KEYS_FILE: posix.join(API_KEYS_DIRECTORY, keys.key) }),
    ...(signing === undefined ? {} : { SIGNING_KEYS_FILE: posix.join(SIGNING_KEYS_DIRECTORY, signing.key) }),
    ...(router.backendSecrets === undefined ? {} : { BACKEND_SECRETS_DIRECTORY }),
    PORT: String(ROUTER_PORT),
    ...(edge.traefik?.direct === undefined ? {} : { DECISION_PORT: String(DECISION_PORT) }),
    ...(edge.traefik?.routerTls === undefined ? {} : { TLS_DIRECTORY }),
    ADMIN_PORT: String(ADMIN_PORT),
    DRAIN_SECONDS: String(DRAIN_SECONDS),
    GRACE_SECONDS: String(router.terminationGraceSeconds - LAST_SECONDS),
    NODE_ENV: 'production',
    NODE_OPTIONS: `--max-old-space-size=${heapMebibytes}`,
  });
}

function storeEnvironment(
  scope: Construct,
  names: GatewayNames,
  store: StoreModel,
): Record<string, EnvValue> {
  if (store.external !== undefined) {
    const { urlSecret, caSecret, sentinelMaster, cluster } = store.external;
    return {
      STORE_URL: secretValue(scope, 'store-url', urlSecret),
      ...(caSecret === undefined ? {} : { STORE_CA: secretValue(scope, 'store-ca', caSecret) }),
      ...(sentinelMaster === undefined ? {} : values({ STORE_SENTINEL_MASTER: sentinelMaster })),
      ...(cluster === undefined ? {} : values({ STORE_CLUSTER: 'true' })),
    };
  }
  const password = store.managed?.passwordSecret;
  return {
    ...values({ STORE_URL: `redis://${names.redis}:${REDIS_PORT}` }),
    ...(password === undefined ? {} : { STORE_PASSWORD: secretValue(scope, 'store-password', password) }),
  };
}

/** Nothing where no spans are made. */
function tracingEnvironment(
  scope: Construct,
  { names, deployment: { tracing } }: RouterParts,
): Record<string, EnvValue> {
  if (tracing === undefined) return {};
  const { endpoint, samplePercent, headersSecret } = tracing;
  return {
    ...values({
      TRACE_ENDPOINT: endpoint,
      TRACE_SAMPLE_PERCENT: decimal(samplePercent),
      TRACE_SERVICE: names.router,
    }),
    ...(headersSecret === undefined
      ? {}
      : { TRACE_HEADERS: secretValue(scope, 'trace-headers', headersSecret) }),
  };
}

/** Without an exponent, which very small numbers would have. */
function decimal(number: number): string {
  return number.toFixed(6).replace(/\.?0+$/, '');
}

function values(entries: Readonly<Record<string, string>>): Record<string, EnvValue> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, value]) => [name, EnvValue.fromValue(value)]),
  );
}

function volumeMounts(
  scope: Construct,
  { router: { apiKeysSecret, signingKeySecret, backendSecrets = [] }, edge }: DeploymentModel,
  { configuration, program }: RouterReferences,
): VolumeMount[] {
  const mounts = [
    { path: CONFIGURATION_DIRECTORY, volume: configMapVolume(scope, 'configuration', configuration) },
  ];
  if (program !== undefined) {
    mounts.push({ path: PROGRAM_DIRECTORY, volume: configMapVolume(scope, 'program', program) });
  }
  if (apiKeysSecret !== undefined) {
    mounts.push({ path: API_KEYS_DIRECTORY, volume: secretVolume(scope, 'api-keys', apiKeysSecret.name) });
  }
  if (signingKeySecret !== undefined) {
    mounts.push({
      path: SIGNING_KEYS_DIRECTORY,
      volume: secretVolume(scope, 'signing-keys', signingKeySecret.name),
    });
  }
  const certificate = edge.traefik?.routerTls?.serverSecretName;
  if (certificate !== undefined) {
    mounts.push({ path: TLS_DIRECTORY, volume: secretVolume(scope, 'router-tls', certificate) });
  }
  backendSecrets.forEach((name, i) => {
    const volume = secretVolume(scope, `backend-secret-${i}`, name);
    mounts.push({ path: posix.join(BACKEND_SECRETS_DIRECTORY, name), volume });
  });
  return mounts.map((mount) => ({ ...mount, readOnly: true }));
}

/** The whole Secret and no single file of it: files that are mounted alone do not change with the Secret. */
function secretVolume(scope: Construct, name: string, secret: string): Volume {
  return Volume.fromSecret(scope, `${name}-volume`, Secret.fromSecretName(scope, name, secret), {
    name,
    defaultMode: 0o440,
  });
}

function configMapVolume(scope: Construct, name: string, map: IConfigMap): Volume {
  return Volume.fromConfigMap(scope, `${name}-volume`, map, { name });
}

function probe(
  path: string,
  { periodSeconds, failures }: { periodSeconds: number; failures: number },
): Probe {
  return Probe.fromHttpGet(path, {
    port: ADMIN_PORT,
    periodSeconds: Duration.seconds(periodSeconds),
    timeoutSeconds: Duration.seconds(Math.min(periodSeconds, 5)),
    failureThreshold: failures,
  });
}
