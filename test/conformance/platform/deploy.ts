/**
 * Prints the platform of the suite as manifests for a cluster, and writes what a run needs to know of it to a file:
 *
 *     tsx test/conformance/platform/deploy.ts '{"kong":{"dbless":{}}}' conformance.json > platform.yaml
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { EdgeProps } from 'cdk8s-agent-gateway';
import { exportJWK } from 'jose';
import { stringify } from 'yaml';
import { createCertificate } from '../../support/certificate';
import { synthesise } from '../../support/synthesise';
import { kongFeatures, THROUGH_ROUTER } from '../features';
import { createSigningKey } from '../issuer';
import type { Deployment } from '../targets/url-target';
import { createApiKeys, secretData } from './api-keys';
import {
  BACKEND_PORT,
  BACKEND_PROGRAM,
  backendServices,
  HOST,
  NAMESPACE,
  NODE_IMAGE,
  platformWith,
  TLS_SECRET,
} from './platform';

const LABELS = { app: 'conformance-backend' };

async function main([edgeText = '', file = '']: readonly string[]): Promise<void> {
  if (edgeText === '' || file === '') throw new Error('usage: deploy.ts EDGE_AS_JSON FILE');
  const edge = JSON.parse(edgeText) as EdgeProps;
  const key = await createSigningKey('conformance');
  const apiKeys = createApiKeys();
  const { certificate, key: tlsKey } = createCertificate(HOST);
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    secret('conformance-api-keys', secretData(apiKeys)),
    { ...secret(TLS_SECRET, { 'tls.crt': certificate, 'tls.key': tlsKey }), type: 'kubernetes.io/tls' },
    ...backendObjects(JSON.stringify({ keys: [key.publicJwk] })),
    ...synthesise(platformWith(edge), NAMESPACE),
  ];
  process.stdout.write(objects.map((object) => stringify(object)).join('---\n'));
  const deployment: Deployment = {
    features: featuresOf(edge),
    certificate: `${basename(file)}.pem`,
    signingKey: { ...(await exportJWK(key.privateKey)), kid: 'conformance' },
    apiKeys,
  };
  writeFileSync(`${file}.pem`, certificate);
  writeFileSync(file, `${JSON.stringify(deployment, undefined, 2)}\n`, { mode: 0o600 });
}

/** Of Kong what is known of it; of others what can be said for sure. */
function featuresOf({ kong, none }: EdgeProps): readonly string[] {
  if (kong !== undefined) return kongFeatures(kong.dbless === undefined ? 'ingressController' : 'dbless');
  return none === undefined ? ['tls', ...THROUGH_ROUTER] : THROUGH_ROUTER;
}

function secret(name: string, stringData: Readonly<Record<string, string>>) {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMESPACE }, stringData };
}

/** One pod for all backends and the issuer: what a mark's requests did is in the memory of one process. */
function backendObjects(jwks: string): readonly object[] {
  const program = { 'backend.mjs': readFileSync(BACKEND_PROGRAM, 'utf8') };
  const metadata = { name: 'conformance-backend', namespace: NAMESPACE };
  const container = {
    name: 'backend',
    image: NODE_IMAGE,
    command: ['node', '/srv/backend.mjs'],
    env: [
      { name: 'PORT', value: String(BACKEND_PORT) },
      { name: 'JWKS', value: jwks },
    ],
    ports: [{ containerPort: BACKEND_PORT }],
    volumeMounts: [{ name: 'program', mountPath: '/srv' }],
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
  };
  const spec = {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
    volumes: [{ name: 'program', configMap: { name: metadata.name } }],
  };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: program },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: LABELS },
        template: { metadata: { labels: LABELS }, spec },
      },
    },
    ...backendServices().map((name) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: NAMESPACE },
      spec: { selector: LABELS, ports: [{ port: BACKEND_PORT }] },
    })),
  ];
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
