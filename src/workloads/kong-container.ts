/** Kong's container: its settings as environment, volumes for what it writes, probes. */
import { Duration, Size } from 'cdk8s';
import {
  ConfigMap,
  type ContainerProps,
  Cpu,
  EnvValue,
  Handler,
  ImagePullPolicy,
  Probe,
  Protocol,
  Secret,
  Volume,
  type VolumeMount,
} from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { KONG_PORT, KONG_STATUS_PORT, KONG_TLS_PORT } from '../names';
import { KONG_CONFIGURATION_DIRECTORY, KONG_FILE } from './kong-configuration';
import { FILLED_DIRECTORY, hasKeys } from './kong-keys';
import { KONG_USER, type KongReferences, type KongWorkloadParts } from './kong-workload-parts';
import { secretValue } from './secret-value';
import { restrictedContainer } from './security';

/** Directory that Kong writes to: sockets, its database of the file, a certificate of its own. */
const PREFIX_DIRECTORY = '/kong-prefix';
const TLS_DIRECTORY = '/etc/kong-tls';
/** From the order to stop until Kong is told, so that nobody sends any more by then. Unit: seconds. */
const PRE_STOP_SECONDS = 5;
/** Kong would take one for each processor of the node, whatever the pod asked for. */
const WORKERS = '2';
/** All that nginx obeys (ngx_http_proxy_module, `proxy_ignore_headers`) but for what belongs to caches. */
const X_ACCEL = ['Redirect', 'Limit-Rate', 'Charset', 'Expires', 'Buffering'].map(
  (name) => `X-Accel-${name}`,
);

/** The only container of a pod. */
export function kongContainer(
  scope: Construct,
  parts: KongWorkloadParts,
  references: KongReferences,
): ContainerProps {
  const { kong } = parts;
  const memory = Size.mebibytes(kong.memoryMebibytes);
  const plain = { name: 'http', number: KONG_PORT, protocol: Protocol.TCP };
  const encrypted = { name: 'https', number: KONG_TLS_PORT, protocol: Protocol.TCP };
  return {
    name: 'kong',
    image: kong.image,
    imagePullPolicy: ImagePullPolicy.IF_NOT_PRESENT,
    ports: [
      ...(kong.tls === undefined ? [plain] : [plain, encrypted]),
      { name: 'status', number: KONG_STATUS_PORT, protocol: Protocol.TCP },
    ],
    envVariables: environment(scope, parts),
    volumeMounts: volumeMounts(scope, parts, references),
    // No limit on processor time: a Kong that is throttled holds every stream back.
    resources: {
      cpu: { request: Cpu.millis(kong.cpuMillicores) },
      memory: { request: memory, limit: memory },
    },
    securityContext: restrictedContainer(KONG_USER),
    startup: probe('/status', { periodSeconds: 1, failures: 60 }),
    liveness: probe('/status', { periodSeconds: 10, failures: 3 }),
    // Not ready before the routes of the file are in every worker.
    readiness: probe('/status/ready', { periodSeconds: 2, failures: 2 }),
    lifecycle: { preStop: Handler.fromCommand(['sleep', String(PRE_STOP_SECONDS)]) },
  };
}

function environment(scope: Construct, parts: KongWorkloadParts): Record<string, EnvValue> {
  const values = Object.entries(settings(parts)).map(([name, value]): [string, EnvValue] => [
    `KONG_${name}`,
    EnvValue.fromValue(value),
  ]);
  const secret = parts.kong.direct?.redis.passwordSecret;
  // Kong's file names this variable in place of the password.
  if (secret !== undefined) values.push(['REDIS_PASSWORD', secretValue(scope, 'redis-password', secret)]);
  return Object.fromEntries(values);
}

/** Settings of Kong 3.9's `kong.conf`, upper case. */
function settings({ kong, idleSeconds }: KongWorkloadParts): Record<string, string> {
  return {
    DATABASE: 'off',
    DECLARATIVE_CONFIG: `${hasKeys(kong) ? FILLED_DIRECTORY : KONG_CONFIGURATION_DIRECTORY}/${KONG_FILE}`,
    PREFIX: PREFIX_DIRECTORY,
    NGINX_WORKER_PROCESSES: WORKERS,
    ROUTER_FLAVOR: 'traditional_compatible',
    UNTRUSTED_LUA: 'sandbox',
    // By default Kong asks for SRV records first, whose port would take the place of the configured one.
    DNS_ORDER: 'LAST,A,CNAME',
    ...listeners(kong.tls !== undefined),
    ...tlsSettings(kong.tls?.minVersion),
    ...trustSettings(kong.trustedProxies),
    // Nothing of Kong's own in answers: Via, Server, X-Kong-*. Backends see its Via all the same, and no more.
    HEADERS: 'off',
    HEADERS_UPSTREAM: 'off',
    ANONYMOUS_REPORTS: 'off',
    // The router writes a line for each request; Kong's would show query strings.
    PROXY_ACCESS_LOG: 'off',
    PROXY_ERROR_LOG: '/dev/stderr',
    STATUS_ACCESS_LOG: 'off',
    STATUS_ERROR_LOG: '/dev/stderr',
    // An upload that pauses and a client that reads slowly are the router's to give up.
    NGINX_HTTP_CLIENT_BODY_TIMEOUT: `${idleSeconds}s`,
    NGINX_HTTP_SEND_TIMEOUT: `${idleSeconds}s`,
    // Headers beyond the router's own limit reach it, so that its answer about them is the one that clients get.
    NGINX_HTTP_LARGE_CLIENT_HEADER_BUFFERS: '4 64k',
    // Orders to nginx that a backend could give in its answer.
    NGINX_PROXY_PROXY_IGNORE_HEADERS: X_ACCEL.join(' '),
  };
}

function listeners(tls: boolean): Record<string, string> {
  const plain = `0.0.0.0:${KONG_PORT}`;
  return {
    PROXY_LISTEN: tls ? `${plain}, 0.0.0.0:${KONG_TLS_PORT} http2 ssl` : plain,
    // What clients see of the ports, for X-Forwarded-Port and redirects.
    PORT_MAPS: tls ? `80:${KONG_PORT}, 443:${KONG_TLS_PORT}` : `80:${KONG_PORT}`,
    STATUS_LISTEN: `0.0.0.0:${KONG_STATUS_PORT}`,
    ADMIN_LISTEN: 'off',
    ADMIN_GUI_LISTEN: 'off',
    STREAM_LISTEN: 'off',
  };
}

function tlsSettings(minVersion: '1.2' | '1.3' | undefined): Record<string, string> {
  if (minVersion === undefined) return {};
  return {
    SSL_CERT: `${TLS_DIRECTORY}/tls.crt`,
    SSL_CERT_KEY: `${TLS_DIRECTORY}/tls.key`,
    // Mozilla's sets of ciphers: the modern one is TLS 1.3 alone.
    SSL_CIPHER_SUITE: minVersion === '1.3' ? 'modern' : 'intermediate',
    SSL_PROTOCOLS: minVersion === '1.3' ? 'TLSv1.3' : 'TLSv1.2 TLSv1.3',
  };
}

function trustSettings(proxies: readonly string[]): Record<string, string> {
  if (proxies.length === 0) return {};
  return { TRUSTED_IPS: proxies.join(','), REAL_IP_HEADER: 'X-Forwarded-For', REAL_IP_RECURSIVE: 'on' };
}

function volumeMounts(
  scope: Construct,
  { kong }: KongWorkloadParts,
  { configuration, filled }: KongReferences,
): VolumeMount[] {
  const map = ConfigMap.fromConfigMapName(scope, 'configuration-name', configuration);
  const template = Volume.fromConfigMap(scope, 'configuration-volume', map, { name: 'configuration' });
  const mounts: VolumeMount[] = [
    filled === undefined
      ? { path: KONG_CONFIGURATION_DIRECTORY, volume: template, readOnly: true }
      : { path: FILLED_DIRECTORY, volume: filled, readOnly: true },
    { path: PREFIX_DIRECTORY, volume: Volume.fromEmptyDir(scope, 'prefix', 'prefix') },
    { path: '/tmp', volume: Volume.fromEmptyDir(scope, 'tmp', 'tmp') },
  ];
  if (kong.tls?.secretName !== undefined) {
    const secret = Secret.fromSecretName(scope, 'certificate', kong.tls.secretName);
    const volume = Volume.fromSecret(scope, 'tls', secret, { name: 'tls', defaultMode: 0o440 });
    mounts.push({ path: TLS_DIRECTORY, volume, readOnly: true });
  }
  return mounts;
}

function probe(
  path: string,
  { periodSeconds, failures }: { periodSeconds: number; failures: number },
): Probe {
  return Probe.fromHttpGet(path, {
    port: KONG_STATUS_PORT,
    periodSeconds: Duration.seconds(periodSeconds),
    timeoutSeconds: Duration.seconds(Math.min(periodSeconds, 5)),
    failureThreshold: failures,
  });
}
