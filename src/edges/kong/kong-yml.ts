/** Writes a translation as a `kong.yml` (format 3.0), as a Kong 3.6 to 3.9 without a database reads it at start. */
import { Yaml } from 'cdk8s';
import {
  HTTPS_REDIRECT_STATUS,
  type KongConfig,
  type KongConsumer,
  type KongPlugin,
  type KongRoute,
  type KongService,
  kongPath,
} from './kong-config';

/** Kong 3.9 reads the variable `REDIS_PASSWORD` for it. */
const REDIS_PASSWORD = '{vault://env/redis-password}';

/** Kong checks the format's version as a text. */
const FORMAT_VERSION = '3.0';

/** The file's text. */
export function kongYml({ router, direct, consumers }: KongConfig): string {
  const services = [...direct, router];
  const shared = sharedPlugins(services);
  const isShared = (plugin: KongPlugin) => shared.some((one) => same(one, plugin));
  const file = {
    _format_version: FORMAT_VERSION,
    services: services.map((service) => writeService(service, (plugin) => !isShared(plugin))),
    ...(consumers.length === 0 ? {} : { consumers: consumers.map(writeConsumer) }),
    plugins: shared.map(writePlugin),
  };
  // A copy in which no two places are the same object: those would be written as references.
  return Yaml.stringify(JSON.parse(JSON.stringify(file)));
}

/**
 * What every route has. It stands at the top of the file, so that Kong's own answers to requests that have no route carry
 * the headers too.
 */
function sharedPlugins([first, ...others]: readonly KongService[]): readonly KongPlugin[] {
  return (first?.route.plugins ?? []).filter((plugin) =>
    others.every(({ route }) => route.plugins.some((other) => same(other, plugin))),
  );
}

function same(a: KongPlugin, b: KongPlugin): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function writeService(service: KongService, isOwn: (plugin: KongPlugin) => boolean) {
  return {
    name: service.name,
    protocol: 'http',
    host: service.host,
    port: service.port,
    ...(service.path === undefined ? {} : { path: service.path }),
    connect_timeout: service.connectTimeoutMilliseconds,
    read_timeout: service.idleTimeoutMilliseconds,
    write_timeout: service.idleTimeoutMilliseconds,
    retries: service.retries,
    routes: [writeRoute(service.route, isOwn)],
  };
}

function writeRoute(route: KongRoute, isOwn: (plugin: KongPlugin) => boolean) {
  const plugins = route.plugins.filter(isOwn);
  return {
    name: route.name,
    hosts: route.hosts,
    paths: [kongPath(route)],
    ...(route.regexPriority === undefined ? {} : { regex_priority: route.regexPriority }),
    protocols: route.protocols,
    ...(route.protocols.includes('http') ? {} : { https_redirect_status_code: HTTPS_REDIRECT_STATUS }),
    strip_path: route.stripPath,
    preserve_host: route.preserveHost,
    request_buffering: false,
    response_buffering: false,
    ...(plugins.length === 0 ? {} : { plugins: plugins.map(writePlugin) }),
  };
}

function writeConsumer({ id, username, group, credentialId, keyPlaceholder, jwt, plugins }: KongConsumer) {
  return {
    id,
    username,
    ...(group === undefined ? {} : { acls: [{ id: group.id, group: group.name }] }),
    ...(keyPlaceholder === undefined
      ? {}
      : { keyauth_credentials: [{ id: credentialId, key: keyPlaceholder }] }),
    ...(jwt === undefined
      ? {}
      : {
          jwt_secrets: [
            { id: credentialId, key: jwt.issuer, algorithm: jwt.algorithm, rsa_public_key: jwt.publicKey },
          ],
        }),
    ...(plugins.length === 0 ? {} : { plugins: plugins.map(writePlugin) }),
  };
}

function writePlugin({ name, config, redisPassword }: KongPlugin) {
  if (redisPassword === undefined) return { name, config };
  return { name, config: { ...config, redis: { ...(config.redis as object), password: REDIS_PASSWORD } } };
}
