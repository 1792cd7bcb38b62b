/** CORS as a `headers` middleware: it answers preflights itself, and adds to every other answer on its way back. */
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { CorsModel } from '../../model/gateway-model';
import type { GatewayNames } from '../../names';
import { traefikObject } from './traefik-objects';

/** The middleware that answers preflights and lets the allowed origins read answers. */
export function renderCors(scope: Construct, names: GatewayNames, cors: CorsModel): ApiObject {
  const patterns = cors.originPatterns.map((pattern) => `^(?:${pattern})$`);
  return traefikObject(scope, names, 'Middleware', 'cors', {
    headers: {
      accessControlAllowOriginList: cors.origins,
      ...(patterns.length === 0 ? {} : { accessControlAllowOriginListRegex: patterns }),
      accessControlAllowMethods: cors.methods,
      accessControlAllowHeaders: cors.headers,
      accessControlExposeHeaders: cors.exposeHeaders,
      accessControlAllowCredentials: cors.credentials,
      accessControlMaxAge: cors.maxAgeSeconds,
      addVaryHeader: true,
    },
  });
}
