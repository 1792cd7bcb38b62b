/** Props without problems → what runs in the cluster. */
import { DEFAULTS } from '../model/defaults';
import type {
  DeploymentModel,
  EdgeModel,
  RouterModel,
  StoreModel,
  TlsModel,
  TracingModel,
} from '../model/deployment-model';
import type { GatewayModel } from '../model/gateway-model';
import type { TlsProps } from '../props/edge-props';
import type { AgentGatewayProps } from '../props/gateway-props';
import type { TracingProps } from '../props/tracing-props';
import { secretsOfBackends } from './build-backend';
import { mapSorted } from './build-gateway';
import { buildKong } from './build-kong';
import { buildTraefik } from './build-traefik';
import { replicaBounds } from './replica-bounds';

/**
 * The part of the model that no router reads: edge, pods, images, store.
 *
 * @param gateway the other part, whose backends may need Secrets
 */
export function buildDeployment(props: AgentGatewayProps, gateway: GatewayModel): DeploymentModel {
  return {
    edge: buildEdge(props),
    router: buildRouter(props, gateway),
    store: buildStore(props),
    ...(props.tracing === undefined ? {} : { tracing: buildTracing(props.tracing) }),
  };
}

function buildEdge(props: AgentGatewayProps): EdgeModel {
  const { traefik, kong } = props.edge;
  const tls = props.tls === undefined ? undefined : buildTls(props.tls);
  if (traefik !== undefined) return { traefik: buildTraefik(props, traefik, tls) };
  return kong === undefined ? { none: {} } : { kong: buildKong(props, kong, tls) };
}

function buildTls(tls: TlsProps): TlsModel {
  return { ...tls, minVersion: tls.minVersion ?? DEFAULTS.tls.minVersion };
}

function buildRouter(props: AgentGatewayProps, gateway: GatewayModel): RouterModel {
  const router = props.router ?? {};
  const replicas = replicaBounds(router.replicas);
  const secret = props.auth.apiKeys?.secret;
  const signing = props.auth.serviceTokens?.signingKeySecret;
  const backendSecrets = secretsOfBackends(gateway.backends);
  return {
    ...(router.image === undefined ? {} : { image: router.image }),
    nodeImage: router.nodeImage ?? DEFAULTS.router.nodeImage,
    replicasMin: replicas.min,
    replicasMax: replicas.max,
    cpuMillicores: router.resources?.cpuMillicores ?? DEFAULTS.router.resources.cpuMillicores,
    memoryMebibytes: router.resources?.memoryMebibytes ?? DEFAULTS.router.resources.memoryMebibytes,
    terminationGraceSeconds: router.terminationGraceSeconds ?? DEFAULTS.router.terminationGraceSeconds,
    ...(secret === undefined ? {} : { apiKeysSecret: { ...secret } }),
    ...(signing === undefined ? {} : { signingKeySecret: { ...signing } }),
    ...(backendSecrets.length === 0 ? {} : { backendSecrets }),
  };
}

function buildStore({ redis, planLookup }: AgentGatewayProps): StoreModel {
  if (redis?.external !== undefined) {
    const { urlSecret, caSecret, sentinelMaster, cluster } = redis.external;
    return {
      external: {
        urlSecret: { ...urlSecret },
        ...(caSecret === undefined ? {} : { caSecret: { ...caSecret } }),
        ...(sentinelMaster === undefined ? {} : { sentinelMaster }),
        ...(cluster === true ? { cluster } : {}),
      },
    };
  }
  const managed = redis?.managed ?? {};
  return {
    managed: {
      image: managed.image ?? DEFAULTS.redis.image,
      memoryMebibytes: managed.memoryMebibytes ?? DEFAULTS.redis.memoryMebibytes,
      ...(managed.passwordSecret === undefined ? {} : { passwordSecret: { ...managed.passwordSecret } }),
      ...(managed.persistence === undefined
        ? {}
        : { persistence: { ...DEFAULTS.redis.persistence, ...managed.persistence } }),
      ...(planLookup?.writers === undefined
        ? {}
        : { writers: mapSorted(planLookup.writers, (value) => value) }),
    },
  };
}

function buildTracing({ otlp, samplePercent }: TracingProps): TracingModel {
  return {
    endpoint: otlp.endpoint,
    ...(otlp.headersSecret === undefined ? {} : { headersSecret: { ...otlp.headersSecret } }),
    samplePercent: samplePercent ?? DEFAULTS.tracing.samplePercent,
  };
}
