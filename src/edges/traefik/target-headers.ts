/**
 * What a backend that Traefik sends requests to is called by, and what of its answers is the gateway's to say (contract H4,
 * R6), as a `headers` middleware.
 */
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { own } from '../../model/caller';
import type { TraefikDirectModel, TraefikTargetModel } from '../../model/deployment-model';
import type { GatewayModel } from '../../model/gateway-model';
import { REQUEST_ID_HEADER } from '../../model/headers';
import { CORS_ANSWER_HEADERS, OWNED_ANSWER_HEADERS } from '../../model/protected-headers';
import { versionHeaders } from '../../model/version';
import { contentHash } from '../../names';
import { capitalised } from './security-headers';
import { traefikObject } from './traefik-objects';
import type { TraefikParts } from './traefik-parts';

/** Stands behind ForwardAuth, so the router's refusals keep what they say. */
export function renderTargetHeaders(
  scope: Construct,
  { names, gateway }: TraefikParts,
  direct: TraefikDirectModel,
  target: TraefikTargetModel,
): ApiObject {
  const { version, variant } = target;
  const part = `target-${direct.service}-${contentHash(JSON.stringify([version, variant]))}`;
  return traefikObject(scope, names, 'Middleware', part, {
    headers: {
      customRequestHeaders: { Host: hostOf(target) },
      customResponseHeaders: { ...without(gateway), ...lifeOf(gateway, direct, version) },
    },
  });
}

/** As the router calls it: without the port that goes without saying. */
function hostOf({ name, namespace, port }: TraefikTargetModel): string {
  const host = namespace === undefined ? name : `${name}.${namespace}.svc`;
  return port === 80 ? host : `${host}:${port}`;
}

/** An empty value takes a header out. A backend may repeat the request id, as nobody else tells the client. */
function without({ cors }: GatewayModel): Record<string, string> {
  const owned = OWNED_ANSWER_HEADERS.filter((name) => name !== REQUEST_ID_HEADER);
  const names = [...owned, ...(cors === undefined ? [] : CORS_ANSWER_HEADERS)];
  return Object.fromEntries(names.map((name) => [capitalised(name), '']));
}

/** The version, and what is known of its end; nothing for a gateway without versions. */
function lifeOf(gateway: GatewayModel, { service, path }: TraefikDirectModel, version: string) {
  const life = own(gateway.versions, version);
  if (life === undefined) return {};
  const { successor } = life;
  const there = successor !== undefined && own(gateway.services, service)?.versions[successor] !== undefined;
  const headers: Record<string, string> = { [capitalised('x-api-version')]: version };
  const ends = versionHeaders(life, there ? `${gateway.basePath}/${successor}${path}` : undefined);
  for (let at = 0; at < ends.length; at += 2) {
    headers[capitalised(ends[at] as string)] = ends[at + 1] as string;
  }
  return headers;
}
