/** The pods of a Kong of the gateway's own, as far as golden manifests do not show them. */
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import { type KubernetesObject, synthesise } from '../support/synthesise';

const base: AgentGatewayProps = {
  name: 'pods',
  hosts: ['api.example.com'],
  edge: { kong: { dbless: {} } },
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: {} },
  services: { agents: { path: '/agents', backend: { service: 'agents', port: 8000 } } },
};

interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly enableServiceLinks: boolean;
  readonly containers: readonly {
    readonly image: string;
    readonly env: readonly { readonly name: string; readonly value: string }[];
    readonly volumeMounts: readonly { readonly name: string; readonly readOnly?: boolean }[];
    readonly [key: string]: unknown;
  }[];
  readonly volumes: readonly {
    readonly name: string;
    readonly secret?: object;
    readonly configMap?: object;
  }[];
}

function objectsOf(props: Partial<AgentGatewayProps> = {}): readonly KubernetesObject[] {
  return synthesise({ ...base, ...props }).filter(({ metadata }) => metadata.name.startsWith('pods-kong'));
}

function podOf(props?: Partial<AgentGatewayProps>): Pod {
  const deployment = objectsOf(props).find(({ kind }) => kind === 'Deployment');
  if (deployment === undefined) throw new Error('there is no Deployment of Kong');
  return (deployment.spec as { template: { spec: Pod } }).template.spec;
}

function settings(props?: Partial<AgentGatewayProps>): Record<string, string> {
  const [container] = podOf(props).containers;
  return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
}

test('runs the pinned image without a database, an administration or a report to anyone', () => {
  expect(podOf().containers[0]?.image).toBe('kong:3.9');
  expect(settings()).toMatchObject({
    KONG_DATABASE: 'off',
    KONG_DECLARATIVE_CONFIG: '/etc/kong-gateway/kong.yml',
    KONG_ADMIN_LISTEN: 'off',
    KONG_ADMIN_GUI_LISTEN: 'off',
    KONG_ANONYMOUS_REPORTS: 'off',
    KONG_UNTRUSTED_LUA: 'sandbox',
    KONG_DNS_ORDER: 'LAST,A,CNAME',
    KONG_ROUTER_FLAVOR: 'traditional_compatible',
  });
});

test('adds nothing of its own to answers or requests', () => {
  expect(settings()).toMatchObject({ KONG_HEADERS: 'off', KONG_HEADERS_UPSTREAM: 'off' });
});

test('obeys no orders of backends, and has the router answer to large headers', () => {
  expect(settings().KONG_NGINX_PROXY_PROXY_IGNORE_HEADERS).toContain('X-Accel-Redirect X-Accel-Limit-Rate');
  expect(settings().KONG_NGINX_HTTP_LARGE_CLIENT_HEADER_BUFFERS).toBe('4 64k');
});

test('waits for slow clients as long as it waits for the router', () => {
  expect(settings({ timeouts: { idleSeconds: 900 } })).toMatchObject({
    KONG_NGINX_HTTP_CLIENT_BODY_TIMEOUT: '930s',
    KONG_NGINX_HTTP_SEND_TIMEOUT: '930s',
  });
});

test('listens in plain alone without TLS', () => {
  expect(settings()).toMatchObject({ KONG_PROXY_LISTEN: '0.0.0.0:8000', KONG_PORT_MAPS: '80:8000' });
  expect(settings()).not.toHaveProperty('KONG_SSL_CERT');
});

test('takes the certificate from its Secret, and TLS 1.3 alone where that is asked for', () => {
  const tls = { secretName: 'api-tls' } as const;

  expect(settings({ tls })).toMatchObject({
    KONG_PROXY_LISTEN: '0.0.0.0:8000, 0.0.0.0:8443 http2 ssl',
    KONG_SSL_CERT: '/etc/kong-tls/tls.crt',
    KONG_SSL_CERT_KEY: '/etc/kong-tls/tls.key',
    KONG_SSL_PROTOCOLS: 'TLSv1.2 TLSv1.3',
  });
  expect(settings({ tls: { ...tls, minVersion: '1.3' } })).toMatchObject({
    KONG_SSL_CIPHER_SUITE: 'modern',
    KONG_SSL_PROTOCOLS: 'TLSv1.3',
  });
  expect(podOf({ tls }).volumes.filter(({ secret }) => secret !== undefined)).toEqual([
    { name: 'tls', secret: { secretName: 'api-tls', defaultMode: 0o440 } },
  ]);
});

test('believes X-Forwarded-For of the proxies that are named, and of nobody else', () => {
  expect(settings()).not.toHaveProperty('KONG_TRUSTED_IPS');
  const trustedProxies = ['192.168.0.0/16', '10.0.0.0/8'];
  expect(settings({ edge: { kong: { dbless: { trustedProxies } } } })).toMatchObject({
    KONG_TRUSTED_IPS: '10.0.0.0/8,192.168.0.0/16',
    KONG_REAL_IP_HEADER: 'X-Forwarded-For',
    KONG_REAL_IP_RECURSIVE: 'on',
  });
});

test('has the file from a ConfigMap, no Secret, and writes to empty directories alone', () => {
  const { containers, volumes } = podOf();
  const writable = (containers[0]?.volumeMounts ?? []).filter(({ readOnly }) => readOnly !== true);

  expect(writable.map(({ name }) => name)).toEqual(['prefix', 'tmp']);
  expect(volumes.filter(({ secret }) => secret !== undefined)).toEqual([]);
  expect(containers[0]?.securityContext).toMatchObject({ readOnlyRootFilesystem: true, runAsNonRoot: true });
});

test('is asked for life and readiness where no client can ask', () => {
  expect(podOf().containers[0]).toMatchObject({
    readinessProbe: { httpGet: { path: '/status/ready', port: 8100 } },
    livenessProbe: { httpGet: { path: '/status', port: 8100 } },
  });
});

test('outlives the streams of the routers behind it', () => {
  expect(podOf({ router: { terminationGraceSeconds: 600 } }).terminationGracePeriodSeconds).toBe(610);
});

test('rolls its pods when the file changes, and only then', () => {
  const file = (props?: Partial<AgentGatewayProps>) =>
    podOf(props).volumes.find(({ configMap }) => configMap !== undefined);

  expect(file({ plans: { free: { requestsPerDay: 5 } } })).toEqual(file());
  expect(file({ basePath: '/api' })).not.toEqual(file());
});

test('has neither budget nor autoscaler for a single pod', () => {
  const kinds = (replicas: object) =>
    objectsOf({ edge: { kong: { dbless: { replicas } } } }).map(({ kind }) => kind);

  expect(kinds({})).toEqual(expect.arrayContaining(['HorizontalPodAutoscaler', 'PodDisruptionBudget']));
  expect(kinds({ min: 1, max: 1 })).not.toEqual(expect.arrayContaining(['HorizontalPodAutoscaler']));
  expect(kinds({ min: 1, max: 1 })).not.toEqual(expect.arrayContaining(['PodDisruptionBudget']));
});

test('hides no address of a client behind a node’s', () => {
  const spec = (serviceType: 'LoadBalancer' | 'ClusterIP') =>
    objectsOf({ edge: { kong: { dbless: { serviceType } } } }).find(({ kind }) => kind === 'Service')?.spec;

  expect(spec('LoadBalancer')).toMatchObject({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
  expect(spec('ClusterIP')).not.toHaveProperty('externalTrafficPolicy');
});
