/**
 * A Traefik as its Helm chart 41.3 installs it with its default values: rights, flags, ports, probes, strategy and labels.
 * The differences, each with a value of the chart that says the same: no look for newer versions
 * (`global.checkNewVersion`), the API on the port of the probes (`ingressRoute.dashboard.enabled`), no default
 * IngressClass for other people's Ingresses (`ingressClass.enabled`), and no single late answer to a probe that takes the
 * only Traefik out of its Service (`readinessProbe.failureThreshold`).
 */
import type { KubernetesObject } from '../support/synthesise';

/** Where it is installed, and what all of its objects are called. */
export const TRAEFIK_NAMESPACE = 'agent-gateway-traefik';
/** Its pods. */
export const TRAEFIK_LABELS = {
  'app.kubernetes.io/name': 'traefik',
  'app.kubernetes.io/instance': `traefik-${TRAEFIK_NAMESPACE}`,
};
/** Port of the API, the probes and the dashboard. */
export const TRAEFIK_API_PORT = 8080;

const NAME = TRAEFIK_NAMESPACE;
const METADATA = { name: NAME, namespace: TRAEFIK_NAMESPACE, labels: TRAEFIK_LABELS };
/** User of the published image. */
const USER = 65_532;

/**
 * @param image such as `traefik:v3.7`
 * @param flags beside those of the default values
 */
export function traefikObjects(image: string, flags: readonly string[] = []): readonly KubernetesObject[] {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: METADATA, automountServiceAccountToken: false },
    clusterRole(),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: NAME, labels: TRAEFIK_LABELS },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: TRAEFIK_NAMESPACE }],
    },
    deployment(image, flags),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: METADATA,
      spec: {
        type: 'LoadBalancer',
        selector: TRAEFIK_LABELS,
        ports: [
          { name: 'web', port: 80, targetPort: 'web' },
          { name: 'websecure', port: 443, targetPort: 'websecure' },
        ],
      },
    },
    apiRoute(),
  ];
}

/** With the providers for its own kinds and for Ingress, as by default. */
function clusterRole(): KubernetesObject {
  const reads = ['get', 'list', 'watch'];
  const networking = ['extensions', 'networking.k8s.io'];
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: NAME, labels: TRAEFIK_LABELS },
    rules: [
      { apiGroups: [''], resources: ['configmaps', 'nodes', 'services'], verbs: reads },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
      { apiGroups: [''], resources: ['secrets'], verbs: reads },
      { apiGroups: networking, resources: ['ingressclasses', 'ingresses'], verbs: reads },
      { apiGroups: networking, resources: ['ingresses/status'], verbs: ['update'] },
      { apiGroups: [''], resources: ['namespaces'], verbs: ['list', 'watch'] },
      { apiGroups: ['traefik.io'], resources: KINDS, verbs: reads },
    ],
  };
}

const KINDS = [
  'ingressroutes',
  'ingressroutetcps',
  'ingressrouteudps',
  'middlewares',
  'middlewaretcps',
  'serverstransports',
  'serverstransporttcps',
  'tlsoptions',
  'tlsstores',
  'traefikservices',
];

const FLAGS = [
  '--global.checkNewVersion=false',
  '--entryPoints.metrics.address=:9100/tcp',
  `--entryPoints.traefik.address=:${TRAEFIK_API_PORT}/tcp`,
  '--entryPoints.web.address=:8000/tcp',
  '--entryPoints.websecure.address=:8443/tcp',
  '--api.dashboard=true',
  '--ping=true',
  '--metrics.prometheus=true',
  '--metrics.prometheus.entrypoint=metrics',
  '--providers.kubernetescrd',
  '--providers.kubernetescrd.allowEmptyServices=true',
  '--providers.kubernetesingress',
  '--providers.kubernetesingress.allowEmptyServices=true',
  `--providers.kubernetesingress.ingressendpoint.publishedservice=${TRAEFIK_NAMESPACE}/${NAME}`,
  '--entryPoints.websecure.http.tls=true',
  '--log.level=INFO',
];

function deployment(image: string, flags: readonly string[]): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: METADATA,
    spec: {
      replicas: 1,
      selector: { matchLabels: TRAEFIK_LABELS },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels: TRAEFIK_LABELS },
        spec: {
          serviceAccountName: NAME,
          automountServiceAccountToken: true,
          terminationGracePeriodSeconds: 60,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [container(image, flags)],
          volumes: [
            { name: 'data', emptyDir: {} },
            { name: 'tmp', emptyDir: {} },
          ],
        },
      },
    },
  };
}

function container(image: string, flags: readonly string[]): object {
  const ping = { path: '/ping', port: TRAEFIK_API_PORT };
  const probe = { httpGet: ping, initialDelaySeconds: 2, periodSeconds: 10, timeoutSeconds: 2 };
  const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return {
    name: 'traefik',
    image,
    imagePullPolicy: 'IfNotPresent',
    args: [...FLAGS, ...flags],
    env: [
      field('POD_NAME', 'metadata.name'),
      field('POD_NAMESPACE', 'metadata.namespace'),
      { name: 'USER', value: 'traefik' },
    ],
    ports: [
      { name: 'metrics', containerPort: 9100 },
      { name: 'traefik', containerPort: TRAEFIK_API_PORT },
      { name: 'web', containerPort: 8000 },
      { name: 'websecure', containerPort: 8443 },
    ],
    readinessProbe: { ...probe, failureThreshold: 3 },
    livenessProbe: { ...probe, failureThreshold: 3 },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'data', mountPath: '/data' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

/** No Service has that port, so it is for those who may reach pods by the API server. */
function apiRoute(): KubernetesObject {
  const api = { name: 'api@internal', kind: 'TraefikService' };
  return {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: { ...METADATA, name: `${NAME}-dashboard` },
    spec: {
      entryPoints: ['traefik'],
      routes: [{ kind: 'Rule', match: 'PathPrefix(`/dashboard`) || PathPrefix(`/api`)', services: [api] }],
    },
  };
}
