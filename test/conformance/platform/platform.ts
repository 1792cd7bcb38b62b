/** The platform of the suite as props, for an edge; from `props.yaml`, so that anybody can deploy the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentGatewayProps, EdgeProps } from 'cdk8s-agent-gateway';
import { parse } from 'yaml';
import { DEFAULTS } from '../../../src/model/defaults';

/** Namespace of the gateway and its backends. */
export const NAMESPACE = 'conformance';
/** Secret with the certificate, where the edge ends TLS. */
export const TLS_SECRET = 'conformance-tls';
/** Port of every backend. */
export const BACKEND_PORT = 8000;
/** The program of every backend. */
export const BACKEND_PROGRAM = join(__dirname, 'backend.mjs');
/** What the backends run in; in a cluster that brings its own images, the router too. */
export const NODE_IMAGE = process.env.NODE_IMAGE ?? DEFAULTS.router.nodeImage;
/** A backend where nothing listens. */
export const UNREACHABLE = 'gone';

type Common = Omit<AgentGatewayProps, 'edge' | 'tls'>;

const common = parse(readFileSync(join(__dirname, 'props.yaml'), 'utf8')) as Common;

/** @param edge with which key TLS comes: by a Secret for every edge but `none` */
export function platformWith(edge: EdgeProps): AgentGatewayProps {
  return { ...common, edge, ...(edge.none === undefined ? { tls: { secretName: TLS_SECRET } } : {}) };
}

/** Services of the platform that Traefik can send requests to by itself. */
const DIRECT = ['plain', 'lab', 'gone', 'signed', 'probe'];

/** The same with `via: 'edge'` wherever Traefik keeps what the props ask for; the others go through the router. */
export function platformViaTraefik(edge: EdgeProps = { traefik: {} }): AgentGatewayProps {
  const { services, plans, ...rest } = platformWith(edge);
  const direct = Object.entries(services).map(([name, service]) =>
    DIRECT.includes(name) ? [name, { ...service, via: 'edge' as const }] : [name, service],
  );
  // Traefik can count neither requests at the same time nor tokens.
  const countable = { ...plans, narrow: {}, thrifty: {} };
  return { ...rest, plans: countable, services: Object.fromEntries(direct) };
}

/** The host that clients name. */
export const HOST = common.hosts[0] ?? '';
export const BASE_PATH = common.basePath ?? '';

/** Names of the Services that must exist, the issuer's included, without the one that nobody reaches. */
export function backendServices(): readonly string[] {
  const names = new Set(['issuer']);
  JSON.stringify(common.services, (key, value) => {
    if (key === 'service') names.add(value as string);
    return value;
  });
  names.delete(UNREACHABLE);
  return [...names].sort();
}
