/** Props → the objects of a gateway as cdk8s makes them, and what there is to say about it. */
import { ApiObject, App, Chart } from 'cdk8s';
import { AgentGateway } from '../gateway';
import type { Problem } from '../model/problem';
import type { RouteRow } from '../model/route-table';
import type { AgentGatewayProps } from '../props/gateway-props';
import { InvalidGatewayError } from '../resolve/invalid-gateway-error';
import { Place } from '../resolve/problems';
import { resolveGateway } from '../resolve/resolve-gateway';
import { label } from '../resolve/values';

/** One object as it would be in the YAML. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [member: string]: unknown;
}

/** Names of the Services of a gateway, in its namespace. */
export interface ServiceNames {
  /** Port 80. */
  readonly router: string;
  /** Absent with an external Redis. */
  readonly redis?: string;
  /** Of a Kong of the gateway's own; absent with another edge. */
  readonly edge?: string;
}

/** What a gateway says about itself. */
export interface GatewayFacts {
  /** Where clients reach it, one for each host: `https://api.example.com/api`. */
  readonly urls: readonly string[];
  readonly routes: readonly RouteRow[];
  readonly serviceNames: ServiceNames;
  /** Ten hex digits that change with what the router decides by. */
  readonly configurationHash: string;
}

/** A gateway made. */
export interface Synthesis {
  /** By the construct's path below the gateway: `router/deployment`. */
  readonly objects: Readonly<Record<string, KubernetesObject>>;
  readonly facts: GatewayFacts;
}

/** Construct that the gateway is in its chart, which is called as the Pulumi resource. */
const GATEWAY_ID = 'gateway';

/**
 * Makes a gateway alone in an App.
 *
 * @param args props and namespace, in which nothing is unknown any more
 * @throws InvalidGatewayError with every problem, under the resource's name
 */
export function synthesise(name: string, args: unknown): Synthesis {
  const { namespace, props } = checkedArgs(name, args);
  const chart = new Chart(new App(), name, namespace === undefined ? {} : { namespace });
  try {
    const gateway = new AgentGateway(chart, GATEWAY_ID, props);
    return { objects: objectsOf(gateway), facts: factsOf(gateway) };
  } catch (error) {
    if (error instanceof InvalidGatewayError) throw invalid(name, error.problems.map(inWordsOfArgs));
    throw error;
  }
}

/** What the construct says of its chart's namespace; here it is one of the args. */
function inWordsOfArgs(problem: Problem): Problem {
  if (problem.code !== 'AGW_NAMESPACE') return problem;
  const [got, expected] = [problem.got, problem.expected].map((text) => text.replace('a chart', 'a gateway'));
  return { ...problem, path: 'namespace', got: `${got}`, expected: `${expected}`, fix: 'name the namespace' };
}

/** The exception of a gateway's problems. */
export function invalid(name: string, problems: readonly Problem[]): InvalidGatewayError {
  return new InvalidGatewayError(problems, `AgentGateway "${name}"`);
}

/** All problems of args, which may be anything. */
export function problemsOf(args: unknown): readonly Problem[] {
  const { namespace, props } = splitArgs(args);
  const problems: Problem[] = [];
  if (namespace !== undefined) label()(namespace, new Place('namespace', problems));
  const resolved = resolveGateway(props);
  return resolved.kind === 'problems' ? [...problems, ...resolved.problems] : problems;
}

function checkedArgs(name: string, args: unknown): { namespace?: string; props: AgentGatewayProps } {
  const { namespace, props } = splitArgs(args);
  if (namespace !== undefined && label()(namespace, new Place('namespace', [])) === undefined) {
    throw invalid(name, problemsOf(args));
  }
  // The construct reads the props as it reads anything, and reports what is wrong with them.
  return { ...(namespace === undefined ? {} : { namespace: namespace as string }), props: props as never };
}

/** The namespace is a chart's with cdk8s, and no prop. */
function splitArgs(args: unknown): { readonly namespace?: unknown; readonly props: unknown } {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return { props: args };
  const { namespace, ...props } = args as { readonly namespace?: unknown };
  return { namespace, props };
}

function objectsOf(gateway: AgentGateway): Record<string, KubernetesObject> {
  const objects = gateway.node.findAll().filter((construct) => ApiObject.isApiObject(construct));
  return Object.fromEntries(
    objects.map((object) => {
      const path = object.node.path.slice(gateway.node.path.length + 1);
      // The object inside a construct of cdk8s-plus has an id that says nothing.
      return [path.replace(/\/Resource$/, ''), object.toJson() as KubernetesObject];
    }),
  );
}

function factsOf(gateway: AgentGateway): GatewayFacts {
  const { hosts, basePath } = gateway.model;
  const { traefik, kong } = gateway.deployment.edge;
  const tls = traefik?.tls ?? kong?.dbless?.tls ?? kong?.ingressController?.tls;
  const { router, redis, kong: edge } = gateway;
  return {
    urls: hosts.map((host) => `${tls === undefined ? 'http' : 'https'}://${host}${basePath}`),
    routes: gateway.routes,
    serviceNames: {
      router: router.service.name,
      ...(redis === undefined ? {} : { redis: redis.service.name }),
      ...(edge === undefined ? {} : { edge: edge.service.name }),
    },
    configurationHash: /[0-9a-f]{10}$/.exec(router.configuration.name)?.[0] ?? '',
  };
}
