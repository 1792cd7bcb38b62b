/**
 * The gateway as a Pulumi component. It makes the same objects as the construct, by way of the construct, and registers one
 * typed resource for each.
 */
import { core } from '@pulumi/kubernetes';
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type CustomResource,
  type Output,
  output,
  RunError,
} from '@pulumi/pulumi';
import type { RouteRow } from '../model/route-table';
import type { AgentGatewayArgs } from './args';
import { planGateway } from './plan';
import { checkProvider } from './provider-check';
import { registerObjects, waitFor } from './register-objects';
import type { ServiceNames } from './synthesis';

/** Pulumi's type of the component. */
const TYPE = 'cdk8s-agent-gateway:index:AgentGateway';

/**
 * A gateway in front of AI agents. Its objects are those of the construct `AgentGateway` called `gateway` in a chart that is
 * called as this resource; each is a child resource, whose name begins with this one's.
 *
 * Options go on to the children: provider, parent, protect, aliases, transforms by Pulumi's own rules, and also dependsOn,
 * ignoreChanges (where an object has the first part of the path), customTimeouts, retainOnDelete and deletedWith.
 *
 * @example new AgentGateway('gateway', { hosts: ['api.example.com'], edge: { traefik: {} }, ... }, { provider })
 */
export class AgentGateway extends ComponentResource {
  /** Where clients reach the gateway, one URL for each host. Like the other outputs, there once everything is ready. */
  readonly urls: Output<readonly string[]>;
  /** Every way through the gateway. */
  readonly routes: Output<readonly RouteRow[]>;
  /** Changes with what the router decides by. */
  readonly configurationHash: Output<string>;
  /** Names of the Services below. */
  readonly serviceNames: Output<ServiceNames>;
  /** What the edge sends requests to. */
  readonly routerService: core.v1.Service;
  /** Absent with an external Redis. */
  readonly redisService?: core.v1.Service;
  /** What clients reach with a Kong of the gateway's own; absent with another edge. */
  readonly edgeService?: core.v1.Service;
  /** All children, by the construct's path: `router/deployment`. */
  readonly objects: Readonly<Record<string, CustomResource>>;

  /**
   * @param name of the resource; objects are called after it where the props have no `name`
   * @throws InvalidGatewayError with every problem of what is known. What is an Input is checked when it is there; then
   * the program fails in the same way, and nothing of the gateway is registered.
   */
  constructor(name: string, args: AgentGatewayArgs, options: ComponentResourceOptions = {}) {
    if (typeof name !== 'string' || name === '') throw new RunError('an AgentGateway needs a name');
    checkProvider(name, options);
    const plan = planGateway(name, args);
    super(TYPE, name, {}, { ...options, dependsOn: waitFor(plan, options, []) });

    this.objects = registerObjects(this, name, plan, options);
    this.routerService = serviceAt(this.objects, 'router/service');
    if ('redis/service' in this.objects) this.redisService = serviceAt(this.objects, 'redis/service');
    if ('kong/service' in this.objects) this.edgeService = serviceAt(this.objects, 'kong/service');
    // A URN is known in previews, and there when the object is.
    const ready = all(Object.values(this.objects).map(({ urn }) => urn));
    const { urls, routes, configurationHash, serviceNames } = plan.facts;
    this.urls = whenReady(ready, urls);
    this.routes = whenReady(ready, routes);
    this.configurationHash = whenReady(ready, configurationHash);
    this.serviceNames = whenReady(ready, serviceNames);
    this.registerOutputs({
      urls: this.urls,
      routes: this.routes,
      configurationHash: this.configurationHash,
      serviceNames: this.serviceNames,
      routerService: this.routerService,
      redisService: this.redisService,
      edgeService: this.edgeService,
    });
  }
}

function serviceAt(objects: Readonly<Record<string, CustomResource>>, key: string): core.v1.Service {
  const object = objects[key];
  if (!core.v1.Service.isInstance(object)) throw new RunError(`there is no Service at ${key}`);
  return object;
}

function whenReady<T>(ready: Output<unknown>, value: T | Output<T>): Output<T> {
  return all([output(value), ready]).apply(([known]) => known as T);
}
