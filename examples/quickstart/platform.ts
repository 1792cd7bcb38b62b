import type { AgentGatewayProps, BackendProps } from 'cdk8s-agent-gateway';

const service = (name: string, port = 8000): BackendProps => ({ service: name, port });

/** Three agent services, three plans, two versions, one pinned tenant. */
export const platform: AgentGatewayProps = {
  hosts: ['api.agents.example.com'],
  basePath: '/api',
  edge: { traefik: {} },
  tls: { certResolver: 'letsencrypt' },
  auth: {
    jwt: {
      issuer: 'https://id.example.com/',
      audience: 'agents',
      // The issuer runs in the same cluster; one outside would be https://…
      jwksUrl: 'http://identity.identity.svc:8080/jwks.json',
    },
    apiKeys: { secret: { name: 'agent-api-keys', key: 'keys.json' } },
  },
  plans: {
    free: { requestsPerMinute: 10, requestsPerDay: 100 },
    pro: { requestsPerMinute: 60, requestsPerDay: 5_000 },
    enterprise: { requestsPerMinute: 300, requestsPerDay: 50_000 },
  },
  defaultPlan: 'free',
  services: {
    agents: {
      path: '/agents',
      backend: service('agent-service'),
      models: {
        'gpt-4': service('openai-agent-service'),
        'claude-3*': service('anthropic-agent-service'),
        'local-llama': service('local-agent-service'),
      },
      versions: { v1: { backend: service('agent-service-v1') } },
    },
    tools: {
      path: '/tools',
      backend: service('tool-service', 8001),
      versions: { v1: { backend: service('tool-service-v1', 8001) } },
    },
    conversations: {
      path: '/conversations',
      backend: service('conversation-service', 8002),
      versions: { v1: { backend: service('conversation-service-v1', 8002) } },
    },
  },
  versions: { v1: { deprecated: '2026-09-30', sunset: '2027-03-31' }, v2: {} },
  defaultVersion: 'v2',
  tenants: { acme: { plan: 'enterprise', version: 'v1' } },
  cors: {
    origins: ['https://app.example.com'],
    headers: ['Authorization', 'Content-Type', 'X-Session-Id'],
    maxAgeSeconds: 3_600,
  },
};
