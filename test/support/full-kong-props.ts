/** Every prop of a gateway behind Kong at once, in both shapes; `Required<…>` as in `full-props.ts`. */
import type {
  AgentGatewayProps,
  EdgeJwtProps,
  KongControllerProps,
  KongDblessProps,
  KongFloodGuardProps,
  KongGatewayProps,
  KongRedisProps,
  KongResourcesProps,
  PlanProps,
  ReplicasProps,
  SecretKeyProps,
  ServiceProps,
} from 'cdk8s-agent-gateway';

const replicas: Required<ReplicasProps> = { min: 3, max: 7 };
const resources: Required<KongResourcesProps> = { cpuMillicores: 700, memoryMebibytes: 2_000 };
const floodGuard: Required<KongFloodGuardProps> = { requestsPerSecond: 900 };
const passwordSecret: Required<SecretKeyProps> = { name: 'kong-redis', key: 'password' };
const redis: Required<KongRedisProps> = {
  host: 'redis.example.com',
  port: 6380,
  database: 3,
  tls: true,
  username: 'kong',
  passwordSecret,
};
const dbless: Required<KongDblessProps> = {
  image: 'registry.example.com/kong:3.9.3',
  replicas,
  resources,
  serviceType: 'NodePort',
  trustedProxies: ['10.0.0.0/8'],
  floodGuard,
  redis,
  clockWindows: true,
};
const gateway: Required<KongGatewayProps> = { name: 'public', namespace: 'gateways' };
const controller: Required<Omit<KongControllerProps, 'ingressClass' | 'gateway' | 'clockWindows' | 'redis'>> =
  {
    namespace: 'kong-system',
    floodGuard,
  };
const plan: Required<
  Omit<
    PlanProps,
    'concurrentRequests' | 'tokensPerMinute' | 'tokensPerDay' | 'limitBy' | 'models' | 'versions'
  >
> = {
  requestsPerMinute: 60,
  requestsPerHour: 600,
  requestsPerDay: 6_000,
  onStoreOutage: 'closed',
};
const direct: Required<
  Pick<ServiceProps, 'path' | 'backend' | 'versions' | 'bodyLimitBytes' | 'timeouts' | 'via'>
> = {
  path: '/tools',
  backend: { service: 'tools', port: 8001, namespace: 'ai', path: '/v1' },
  versions: { v1: { backend: { service: 'tools-v1', port: 8001 } } },
  bodyLimitBytes: 2_000,
  timeouts: { connectSeconds: 3, firstByteSeconds: 40, idleSeconds: 40 },
  via: 'edge',
};
const { versions: _, ...unversioned } = direct;
const apiKey: Required<SecretKeyProps> = { name: 'acme', key: 'api-key' };
const jwt: Required<EdgeJwtProps> = {
  issuer: 'https://acme.example/',
  algorithm: 'RS256',
  publicKey: '-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n',
};

const common: Omit<AgentGatewayProps, 'edge'> = {
  name: 'full',
  hosts: ['api.example.com'],
  auth: { apiKeys: { secret: { name: 'agent-api-keys', key: 'all.json' } } },
  plans: { basic: plan },
  services: { agents: { path: '/agents', backend: { service: 'agents', port: 8000 } } },
  tls: { secretName: 'tls' },
};
const versions = { versions: { v1: {}, v2: {} }, defaultVersion: 'v2' };
const managed = { managed: { passwordSecret: { name: 'redis', key: 'password' } } };

export const FULL_KONG_PROPS: Readonly<Record<string, AgentGatewayProps>> = {
  'a Kong of its own that knows keys': {
    ...common,
    ...versions,
    edge: { kong: { dbless } },
    tls: { secretName: 'tls', minVersion: '1.3' },
    services: { ...common.services, tools: direct },
    tenants: { acme: { plan: 'basic', edgeCredentials: { apiKey } } },
    plans: { basic: plan, free: {} },
    redis: managed,
  },
  'a Kong of its own that knows tokens': {
    ...common,
    ...versions,
    edge: { kong: { dbless } },
    services: { ...common.services, tools: direct },
    tenants: { acme: { edgeCredentials: { jwt } } },
  },
  'the Kong of the cluster, with an Ingress': {
    ...common,
    edge: { kong: { ingressController: { ...controller, ingressClass: 'internal' } } },
  },
  'the Kong of the cluster that knows tokens': {
    ...common,
    edge: {
      kong: { ingressController: { ...controller, ingressClass: 'internal', clockWindows: true, redis } },
    },
    services: { ...common.services, tools: unversioned },
    tenants: { acme: { edgeCredentials: { jwt } } },
  },
  'the Kong of the cluster, on a Gateway': {
    name: 'full',
    hosts: ['api.example.com'],
    auth: common.auth,
    plans: common.plans,
    services: common.services,
    edge: { kong: { ingressController: { ...controller, gateway } } },
  },
};
