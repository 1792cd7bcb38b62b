/** The gateways that the contract is held to in a cluster, each a column of the report. */
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import { TOKENS } from '../conformance/issuer';
import { BASE_PATH, platformViaTraefik } from '../conformance/platform/platform';
import { type Certificate, createCertificate } from '../support/certificate';
import type { KubernetesObject } from '../support/synthesise';
import { type Configuration, PLATFORM } from './cluster-target';

const SERVICES = 200;

export const THREE_ROUTERS: Configuration = {
  name: 'three routers, one Redis',
  gateway: (platform) => ({
    ...platform,
    router: { ...platform.router, replicas: { min: 3, max: 3 } },
  }),
};

/** Audience of the tokens that the neighbour takes. */
export const NEIGHBOURS = 'neighbours';

/** On the same host, at a path below the first one's, for other tokens. */
export const NEIGHBOUR: AgentGatewayProps = {
  ...PLATFORM,
  name: 'neighbour',
  basePath: `${BASE_PATH}/beside`,
  auth: {
    ...PLATFORM.auth,
    jwt: { issuer: TOKENS.issuer, audience: NEIGHBOURS, jwksUrl: 'http://issuer:8000/jwks.json' },
  },
};

export const CONFIGURATIONS: readonly Configuration[] = [
  { name: 'defaults' },
  // Whatever goes through the router is tried on the others.
  { name: 'via the edge', gateway: (platform) => ({ ...platform, ...platformViaTraefik(platform.edge) }) },
  { name: 'mutual TLS', gateway: withMutualTls, objects: mutualTlsSecrets },
  THREE_ROUTERS,
  { name: 'two gateways', beside: [NEIGHBOUR] },
  { name: `${SERVICES} services`, gateway: withMany },
];

function withMutualTls(platform: AgentGatewayProps): AgentGatewayProps {
  const { traefik } = platform.edge;
  return { ...platform, edge: { traefik: { ...traefik, routerTls: SECRETS } } };
}

/** As cert-manager makes them: each with the authority that the other side's certificate must come from. */
function mutualTlsSecrets(namespace: string): readonly KubernetesObject[] {
  const server = createCertificate(`${PLATFORM.name}-router.${namespace}.svc`, 'the router');
  const client = createCertificate('traefik.example', 'Traefik');
  const secret = (name: string, { certificate, key }: Certificate, authority: Certificate) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': key, 'ca.crt': authority.certificate },
  });
  return [secret(SECRETS.serverSecretName, server, client), secret(SECRETS.clientSecretName, client, server)];
}

const SECRETS = { serverSecretName: 'router-tls', clientSecretName: 'traefik-tls' };

function withMany(platform: AgentGatewayProps): AgentGatewayProps {
  const more = Array.from({ length: SERVICES - Object.keys(platform.services).length }, (_, i) => [
    `more-${i}`,
    {
      path: `/more/${i}`,
      backend: { service: 'plain', port: 8000 },
      models: { [`model-${i}*`]: { service: 'gpt', port: 8000 } },
    },
  ]);
  return { ...platform, services: { ...platform.services, ...Object.fromEntries(more) } };
}
