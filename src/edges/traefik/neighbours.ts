/**
 * What gateways of one cdk8s App would do to each other behind one Traefik: take each other's requests, give objects names that
 * Traefik cannot tell apart, or ask for different TLS on one host. Each gateway is compared with those made before it; what
 * is in the cluster already, nobody sees here.
 */
import { ApiObject } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import type { Problem } from '../../model/problem';
import { routeTable } from '../../model/route-table';
import type { TraefikParts } from './traefik-parts';

/** A gateway, as far as others care. */
export interface Neighbour extends TraefikParts {
  /** Where its construct is. */
  readonly path: string;
  /** Holds Traefik's objects of the gateway. */
  readonly objects: Construct;
}

/** The gateways of one App, so that a new one is compared with those on its hosts alone. */
interface Neighbourhood {
  readonly byHost: Map<string, Neighbour[]>;
  /** Path of the gateway that has an object of this name for Traefik. */
  readonly byObject: Map<string, string>;
}

const neighbourhoods = new WeakMap<IConstruct, Neighbourhood>();

/** Takes a gateway in, and says what is wrong between it and those that are there. */
export function neighbourProblems(app: IConstruct, gateway: Neighbour): readonly Problem[] {
  const there = neighbourhoods.get(app) ?? { byHost: new Map(), byObject: new Map() };
  neighbourhoods.set(app, there);
  const { hosts } = gateway.gateway;
  const others = [...new Set(hosts.flatMap((host) => there.byHost.get(host) ?? []))].filter((other) =>
    isSameDoor(other, gateway),
  );
  const objects = objectNames(gateway);
  const problems = [
    ...others.flatMap((other) => [...routeProblems(gateway, other), ...tlsProblems(gateway, other)]),
    ...nameProblems(objects, there.byObject),
  ];
  if (problems.length > 0) return problems;
  for (const host of hosts) there.byHost.set(host, [...(there.byHost.get(host) ?? []), gateway]);
  for (const name of objects) there.byObject.set(name, gateway.path);
  return [];
}

/** Whether both are behind an entry point of what counts as the same Traefik. */
function isSameDoor({ traefik: one }: Neighbour, { traefik: other }: Neighbour): boolean {
  return (
    one.namespace === other.namespace &&
    one.ingressClass === other.ingressClass &&
    entryPointsOf(one).some((name) => entryPointsOf(other).includes(name))
  );
}

/** The redirect to HTTPS takes requests too. */
function entryPointsOf({ tls, httpEntryPoint, httpsEntryPoint }: TraefikParts['traefik']): string[] {
  return tls === undefined ? [httpEntryPoint] : [httpEntryPoint, httpsEntryPoint];
}

const APART = 'make gateways of different clusters in an App each';

/** Of two base paths the longer comes first, so it takes what the other gateway has below it. */
function routeProblems(gateway: Neighbour, other: Neighbour): Problem[] {
  const [own, others] = [gateway.gateway.basePath, other.gateway.basePath];
  const host = gateway.gateway.hosts.find((name) => other.gateway.hosts.includes(name));
  if (own === others) {
    const got = `${text(own)} on ${text(host)}, which the gateway ${text(other.path)} already has`;
    const fix = `give one of them another basePath or host; ${APART}`;
    return [shadowed(own === '' ? 'hosts' : 'basePath', got, 'a base path of its own on that host', fix)];
  }
  const theirs = pathsOf(other).find((path) => isBelow(path, own) && own.length > others.length);
  if (theirs !== undefined) {
    const got = `${text(own)}, below which the gateway ${text(other.path)} has ${text(theirs)}`;
    const fix = `change basePath, or that gateway's path; ${APART}`;
    return [shadowed('basePath', got, 'a base path that takes nothing from it', fix)];
  }
  const mine = pathsOf(gateway).find((path) => isBelow(path, others) && others.length > own.length);
  if (mine === undefined) return [];
  const got = `${text(mine)}, below ${text(others)}, which is the gateway ${text(other.path)}`;
  const fix = `change the path of the service; ${APART}`;
  return [shadowed('services', got, 'paths that no other gateway takes', fix)];
}

function shadowed(path: string, got: string, expected: string, fix: string): Problem {
  return { code: 'AGW_GATEWAY_SHADOWED', path, got, expected, fix };
}

/** With version and without. */
function pathsOf({ gateway }: Neighbour): string[] {
  const plain = Object.values(gateway.services).map(({ path }) => gateway.basePath + path);
  return [...routeTable(gateway).map(({ path }) => path), ...plain];
}

function isBelow(path: string, base: string): boolean {
  return path === base || path.startsWith(`${base}/`);
}

/**
 * Traefik chooses TLS options by host. Of two on one host it takes neither, and falls back to its default
 * (Traefik v3.7.9, `pkg/server/router/tcp`); two options that say the same are two all the same.
 */
function tlsProblems({ traefik, gateway }: Neighbour, other: Neighbour): Problem[] {
  const [own, others] = [traefik.tls?.minVersion, other.traefik.tls?.minVersion];
  if (own === undefined || others === undefined || (own === '1.2' && others === '1.2')) return [];
  const host = gateway.hosts.find((name) => other.gateway.hosts.includes(name));
  return [
    {
      code: 'AGW_TLS_CONFLICT',
      path: 'tls.minVersion',
      got: `${text(own)} on ${text(host)}, where the gateway ${text(other.path)} asks for ${text(others)}`,
      expected: 'a host of its own, as Traefik would take its default for both',
      fix: `set minVersion in Traefik's own default TLSOption and leave it out of both; ${APART}`,
    },
  ];
}

/** Traefik joins namespace and name by a dash: `a` and `b-c` are to it what `a-b` and `c` are. */
function nameProblems(objects: readonly string[], byObject: ReadonlyMap<string, string>): Problem[] {
  const taken = objects.find((name) => byObject.has(name));
  if (taken === undefined) return [];
  const other = byObject.get(taken);
  return [
    {
      code: 'AGW_OBJECT_NAME',
      path: 'name',
      got: `a gateway whose ${taken} Traefik would take for that of the gateway ${text(other)}`,
      expected: 'names that differ, with the namespace before them',
      fix: `set name to another one; ${APART}`,
    },
  ];
}

/** `Middleware agents-gateway-cors` */
function objectNames({ objects, namespace }: Neighbour): string[] {
  return objects.node
    .findAll()
    .filter((construct) => ApiObject.isApiObject(construct))
    .map(({ kind, name, metadata }) => `${kind} ${metadata.namespace ?? namespace ?? ''}-${name}`);
}

function text(value: string | undefined): string {
  return JSON.stringify(value === '' ? '/' : value);
}
