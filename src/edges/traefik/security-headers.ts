/**
 * Security headers as a `headers` middleware. As custom headers, not by Traefik's own fields: those leave HSTS out where
 * TLS ends before Traefik, and would need a second place for each value.
 */
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { GatewayNames } from '../../names';
import { traefikObject } from './traefik-objects';

/** @param headers by lower-case name */
export function renderSecurityHeaders(
  scope: Construct,
  names: GatewayNames,
  headers: Readonly<Record<string, string>>,
): ApiObject {
  const customResponseHeaders = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [capitalised(name), value]),
  );
  return traefikObject(scope, names, 'Middleware', 'security-headers', {
    headers: { customResponseHeaders },
  });
}

/** `x-frame-options` as `X-Frame-Options`, as people look for it. */
export function capitalised(name: string): string {
  return name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
