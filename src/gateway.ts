/** The construct that users make. Resolves the props and adds one child per part; decides nothing itself. */
import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { secretProblems } from './edges/kong/credential-secrets';
import { namespaceProblem } from './edges/kong/direct-objects';
import { KongEdge } from './edges/kong/edge';
import { kongYml } from './edges/kong/kong-yml';
import { translate } from './edges/kong/translation';
import { TraefikEdge } from './edges/traefik/edge';
import { neighbourProblems } from './edges/traefik/neighbours';
import { namespaceProblem as unnamedRouter } from './edges/traefik/router-tls';
import type { DeploymentModel, KongControllerModel, TraefikModel } from './model/deployment-model';
import type { GatewayModel } from './model/gateway-model';
import { type RouteRow, routeTable } from './model/route-table';
import { type GatewayNames, gatewayNames, ROUTER_SERVICE_PORT } from './names';
import type { AgentGatewayProps } from './props/gateway-props';
import { InvalidGatewayError } from './resolve/invalid-gateway-error';
import { resolveGateway } from './resolve/resolve-gateway';
import { documentProblem } from './workloads/configuration';
import { Kong } from './workloads/kong';
import { Redis } from './workloads/redis';
import { Router } from './workloads/router';

/**
 * A gateway in front of AI agents: the objects of the edge, the router and its store. Several may be in one chart.
 *
 * @example new AgentGateway(chart, 'gateway', { hosts: ['api.example.com'], edge: { traefik: {} }, ... })
 */
export class AgentGateway extends Construct {
  /** What the router decides by. */
  readonly model: GatewayModel;
  /** What the objects were made from. */
  readonly deployment: DeploymentModel;
  readonly router: Router;
  /** Absent with an external Redis. */
  readonly redis?: Redis;
  /** Objects for Traefik; absent with another edge. */
  readonly edge?: TraefikEdge;
  /** A Kong of the gateway's own; absent with another edge. */
  readonly kong?: Kong;
  /** Objects for Kong's ingress controller; absent with another edge. */
  readonly kongEdge?: KongEdge;

  /** @throws InvalidGatewayError with every problem, when the props have any */
  constructor(scope: Construct, id: string, props: AgentGatewayProps) {
    super(scope, id);
    const resolved = resolveGateway(props);
    if (resolved.kind === 'problems') throw new InvalidGatewayError(resolved.problems, this.node.path);
    this.model = resolved.gateway;
    this.deployment = resolved.deployment;
    const tooLarge = documentProblem(this.model);
    if (tooLarge !== undefined) throw new InvalidGatewayError([tooLarge], this.node.path);

    const names = gatewayNames(this, resolved.name);
    const { store, edge } = this.deployment;
    if (store.managed !== undefined) {
      this.redis = new Redis(this, 'redis', { names, model: store.managed, edge });
    }
    this.router = new Router(this, 'router', { names, gateway: this.model, deployment: this.deployment });
    if (edge.traefik !== undefined) this.edge = this.makeTraefikEdge(names, edge.traefik);
    const { dbless, ingressController } = edge.kong ?? {};
    if (dbless !== undefined) {
      const address = { host: names.router, port: ROUTER_SERVICE_PORT };
      const config = translate(names.base, this.model, dbless, {
        router: address,
        redis: names.redis,
        usernameOf: (tenant) => tenant,
      });
      const waits = [config.router, ...config.direct].map(
        (service) => service.idleTimeoutMilliseconds / 1_000,
      );
      const [configuration, idleSeconds] = [kongYml(config), Math.max(...waits)];
      this.kong = new Kong(this, 'kong', { names, kong: dbless, configuration, idleSeconds });
    }
    if (ingressController !== undefined) {
      const { namespace } = Chart.of(this);
      const nowhere = namespaceProblem(ingressController, namespace);
      if (nowhere !== undefined) throw new InvalidGatewayError([nowhere], this.node.path);
      this.node.addValidation({ validate: () => this.checkSecrets(ingressController, namespace) });
      const parts = { names, gateway: this.model, controller: ingressController, namespace };
      this.kongEdge = new KongEdge(this, 'edge', parts, this.router.service);
    }
  }

  /** Every way through the gateway. */
  get routes(): readonly RouteRow[] {
    return routeTable(this.model);
  }

  /** @throws InvalidGatewayError for a router without a whole name, and for what other gateways of the App do to this one */
  private makeTraefikEdge(names: GatewayNames, traefik: TraefikModel): TraefikEdge {
    const { namespace } = Chart.of(this);
    const nowhere = unnamedRouter(traefik, namespace);
    if (nowhere !== undefined) throw new InvalidGatewayError([nowhere], this.node.path);
    const parts = { names, gateway: this.model, traefik, namespace };
    const edge = new TraefikEdge(this, 'edge', parts);
    const problems = neighbourProblems(this.node.root, { ...parts, path: this.node.path, objects: edge });
    if (problems.length > 0) throw new InvalidGatewayError(problems, this.node.path);
    return edge;
  }

  /** @throws InvalidGatewayError for Secrets of the app in which the controller would find no credential */
  private checkSecrets(controller: KongControllerModel, namespace: string | undefined): string[] {
    const problems = secretProblems(this, controller, namespace);
    if (problems.length > 0) throw new InvalidGatewayError(problems, this.node.path);
    return [];
  }
}
