/** Writes a translation as a `kong.yml` (format 3.0), as a Kong 3.6 to 3.9 without a database reads it at start. */
import { Yaml } from 'cdk8s';
import { HTTPS_REDIRECT_STATUS, type KongPlugin, type KongRoute, type KongService } from './kong-config';

/** Kong checks the format's version as a text. */
const FORMAT_VERSION = '3.0';

/** The file's text. */
export function kongYml(service: KongService): string {
  return Yaml.stringify({ _format_version: FORMAT_VERSION, services: [writeService(service)] });
}

function writeService(service: KongService) {
  return {
    name: service.name,
    protocol: 'http',
    host: service.host,
    port: service.port,
    connect_timeout: service.connectTimeoutMilliseconds,
    read_timeout: service.idleTimeoutMilliseconds,
    write_timeout: service.idleTimeoutMilliseconds,
    retries: service.retries,
    routes: [writeRoute(service.route)],
  };
}

function writeRoute(route: KongRoute) {
  return {
    name: route.name,
    hosts: route.hosts,
    paths: [kongPath(route.basePath)],
    protocols: route.protocols,
    ...(route.protocols.includes('http') ? {} : { https_redirect_status_code: HTTPS_REDIRECT_STATUS }),
    strip_path: false,
    preserve_host: true,
    request_buffering: false,
    response_buffering: false,
    plugins: route.plugins.map(writePlugin),
  };
}

/**
 * Whole segments below a path. A plain one would take `/apix` for `/api`; of expressions, Kong's default router takes no
 * look-ahead.
 */
function kongPath(basePath: string): string {
  return basePath === '' ? '/' : `~${basePath.replaceAll('.', '\\.')}(?:/|$)`;
}

function writePlugin({ name, config }: KongPlugin) {
  return { name, config };
}
