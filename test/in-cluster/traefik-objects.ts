/**
 * A Traefik as its Helm chart 41 installs it, where that matters to the gateway: rights, flags, ports, probes and the
 * labels of its pods; without what the chart brings for people to look at.
 */
import type { KubernetesObject } from '../support/synthesise';

/** Where it is installed. */
export const TRAEFIK_NAMESPACE = 'agent-gateway-traefik';
const NAME = 'agent-gateway-traefik';
const LABELS = { 'app.kubernetes.io/name': 'traefik' };
/** User of the published image. */
const USER = 65_532;

/** @param image such as `traefik:v3.7` */
export function traefikObjects(image: string): readonly KubernetesObject[] {
  const metadata = { name: NAME, namespace: TRAEFIK_NAMESPACE };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    clusterRole(),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: NAME },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
    deployment(image),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        type: 'NodePort',
        selector: LABELS,
        ports: [
          { name: 'web', port: 80, targetPort: 'web' },
          { name: 'websecure', port: 443, targetPort: 'websecure' },
          { name: 'api', port: 8080, targetPort: 'traefik' },
        ],
      },
    },
  ];
}

/** What the CRD provider reads (traefik/templates/rbac/clusterrole.yaml of chart 41.3). */
function clusterRole(): KubernetesObject {
  const reads = ['get', 'list', 'watch'];
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: NAME },
    rules: [
      { apiGroups: [''], resources: ['configmaps', 'nodes', 'services', 'secrets'], verbs: reads },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: reads },
      { apiGroups: ['traefik.io'], resources: ['*'], verbs: reads },
    ],
  };
}

function deployment(image: string): KubernetesObject {
  const probe = { httpGet: { path: '/ping', port: 'traefik' }, periodSeconds: 2 };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: NAME, namespace: TRAEFIK_NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: LABELS },
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels: LABELS },
        spec: {
          serviceAccountName: NAME,
          terminationGracePeriodSeconds: 60,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'traefik',
              image,
              imagePullPolicy: 'IfNotPresent',
              args: [
                '--entrypoints.web.address=:8000',
                '--entrypoints.websecure.address=:8443',
                '--entrypoints.websecure.http.tls=true',
                '--entrypoints.traefik.address=:8080',
                '--api.insecure=true',
                '--ping=true',
                '--providers.kubernetescrd',
                '--providers.kubernetescrd.allowemptyservices=true',
                '--global.checknewversion=false',
                '--global.sendanonymoususage=false',
              ],
              ports: [
                { name: 'web', containerPort: 8000 },
                { name: 'websecure', containerPort: 8443 },
                { name: 'traefik', containerPort: 8080 },
              ],
              readinessProbe: { ...probe, failureThreshold: 1 },
              livenessProbe: { ...probe, failureThreshold: 3 },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
    },
  };
}
