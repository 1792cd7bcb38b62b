/** Certificate and TLS version of the route. */
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { TlsModel } from '../../model/deployment-model';
import type { GatewayNames } from '../../names';
import { type IngressRouteTls, traefikObject } from './traefik-objects';

/**
 * Traefik takes TLS 1.2 by itself; an object is needed for more. Never under the gateway's own name: one called `default`
 * would be that of every route in the cluster (Traefik v3.7.9, `buildTLSOptions`).
 */
export function renderTlsOption(scope: Construct, names: GatewayNames): ApiObject {
  return traefikObject(scope, names, 'TLSOption', 'tls', { minVersion: 'VersionTLS13' });
}

/** @param hosts at least one; a resolver asks for one certificate with all of them */
export function renderTls(
  tls: TlsModel,
  hosts: readonly string[],
  option: ApiObject | undefined,
): IngressRouteTls {
  const [main = '', ...sans] = hosts;
  return {
    ...(tls.certResolver === undefined
      ? {}
      : { certResolver: tls.certResolver, domains: [{ main, ...(sans.length === 0 ? {} : { sans }) }] }),
    ...(tls.secretName === undefined ? {} : { secretName: tls.secretName }),
    ...(option === undefined ? {} : { options: { name: option.name } }),
  };
}
