import * as kubernetes from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { AgentGateway } from 'cdk8s-agent-gateway/pulumi';

const config = new pulumi.Config();

const namespace = new kubernetes.core.v1.Namespace('agents', { metadata: { name: 'agents' } });
const apiKeys = new kubernetes.core.v1.Secret('api-keys', {
  metadata: { namespace: namespace.metadata.name },
  stringData: { 'keys.json': config.requireSecret('apiKeys') },
});

const gateway = new AgentGateway('gateway', {
  namespace: namespace.metadata.name,
  hosts: [config.require('host')],
  edge: { traefik: {} },
  tls: { certResolver: 'letsencrypt' },
  auth: { apiKeys: { secret: { name: apiKeys.metadata.name, key: 'keys.json' } } },
  plans: {
    free: { requestsPerMinute: 10, requestsPerDay: 100 },
    pro: { requestsPerMinute: 60, requestsPerDay: 5_000 },
  },
  defaultPlan: 'free',
  services: { agents: { path: '/agents', backend: { service: 'agent-service', port: 8000 } } },
});

export const urls = gateway.urls;
export const routes = gateway.routes;
export const configurationHash = gateway.configurationHash;
