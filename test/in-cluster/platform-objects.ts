/** The backends and the issuer of the suite as pods, and the Secrets that its platform names. */
import { readFileSync } from 'node:fs';
import {
  BACKEND_PORT,
  BACKEND_PROGRAM,
  backendServices,
  NODE_IMAGE,
  TLS_SECRET,
  UNREACHABLE,
} from '../conformance/platform/platform';
import type { Certificate } from '../support/certificate';
import type { KubernetesObject } from '../support/synthesise';

const NAME = 'backend';
const LABELS = { 'app.kubernetes.io/name': NAME };

/** @param jwks what the issuer shows, as JSON */
export function backendObjects(jwks: string): readonly KubernetesObject[] {
  const services = [...backendServices(), UNREACHABLE].map((name) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: LABELS, ports: [{ name: 'http', port: BACKEND_PORT, targetPort: targetOf(name) }] },
  }));
  const program = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME } };
  const file = BACKEND_PROGRAM.split('/').at(-1) as string;
  return [
    { ...program, data: { [file]: readFileSync(BACKEND_PROGRAM, 'utf8') } },
    deployment(`/srv/${file}`, jwks),
    ...services,
  ];
}

/** Nothing listens at the discard port (RFC 863). */
function targetOf(service: string): string | number {
  return service === UNREACHABLE ? 9 : 'http';
}

function deployment(file: string, jwks: string): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: NAME },
    spec: {
      // What it has seen is in its memory, so there is one.
      replicas: 1,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: NAME,
              image: NODE_IMAGE,
              imagePullPolicy: 'IfNotPresent',
              command: ['node', file],
              env: [{ name: 'JWKS', value: jwks }],
              ports: [{ name: 'http', containerPort: BACKEND_PORT }],
              // The only one stays in its Services on a machine that is busy.
              readinessProbe: {
                httpGet: { path: '/probe/issuer/state', port: 'http' },
                periodSeconds: 1,
                timeoutSeconds: 5,
                failureThreshold: 10,
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [{ name: 'program', mountPath: '/srv', readOnly: true }],
            },
          ],
          volumes: [{ name: 'program', configMap: { name: NAME } }],
        },
      },
    },
  };
}

/** The Secrets that a user of the platform makes. */
export function secretObjects(
  data: Readonly<Record<string, string>>,
  { certificate, key }: Certificate,
): readonly KubernetesObject[] {
  return [
    secret('conformance-api-keys', 'Opaque', data),
    secret(TLS_SECRET, 'kubernetes.io/tls', { 'tls.crt': certificate, 'tls.key': key }),
  ];
}

function secret(name: string, type: string, stringData: Readonly<Record<string, string>>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type, stringData };
}
