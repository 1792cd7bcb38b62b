/** The router in the cluster: pods of a stock Node image, and what keeps them available. */
import type { ApiObject } from 'cdk8s';
import {
  type ConfigMap,
  type Deployment,
  HorizontalPodAutoscaler,
  type IConfigMap,
  type IServiceAccount,
  Metric,
  MetricTarget,
  type Service,
  ServiceAccount,
  type ServicePort,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import type { EdgeModel } from '../model/deployment-model';
import { DECISION_PORT, labelsOf, ROUTER_PORT, ROUTER_SERVICE_PORT, ROUTER_TLS_SERVICE_PORT } from '../names';
import { renderConfiguration } from './configuration';
import { renderDisruptionBudget } from './disruption-budget';
import { renderRouterPolicy } from './network-policies';
import { renderProgram } from './program';
import { renderRouterDeployment } from './router-deployment';
import type { RouterParts } from './router-parts';
import { renderService } from './service';

/** Processor use at which pods are added. Unit: percent of what a pod asks for. */
const BUSY_PERCENT = 70;

/** The router's objects. */
export class Router extends Construct {
  /** The model as JSON; immutable, a changed one has another name. */
  readonly configuration: ConfigMap;
  /** The router's program; absent with an image of the user's own. */
  readonly program?: ConfigMap;
  readonly serviceAccount: ServiceAccount;
  readonly deployment: Deployment;
  /** What the edge sends requests to: port 80, named `http`; 443, named `https`, where it speaks TLS. */
  readonly service: Service;
  /** Absent where the number of pods is fixed. */
  readonly autoscaler?: HorizontalPodAutoscaler;
  /** Absent with a single pod, which a budget would keep from ever being moved. */
  readonly disruptionBudget?: ApiObject;
  /** Lets the edge's pods in, and nobody else. */
  readonly networkPolicy: ApiObject;

  constructor(scope: Construct, id: string, parts: RouterParts) {
    super(scope, id);
    const { names, gateway, deployment } = parts;
    const { router } = deployment;
    const metadata = { name: names.router, labels: labelsOf(names, 'router') };
    this.configuration = renderConfiguration(this, names, gateway);
    if (router.image === undefined) this.program = renderProgram(this, names);
    this.serviceAccount = new ServiceAccount(this, 'account', { metadata, automountToken: false });
    this.deployment = renderRouterDeployment(this, parts, {
      // With exact optional properties the classes of cdk8s-plus are none of its own interfaces.
      configuration: this.configuration as IConfigMap,
      program: this.program as IConfigMap | undefined,
      serviceAccount: this.serviceAccount as IServiceAccount,
    });
    this.service = renderService(this, names, 'router', ...servicePorts(deployment.edge));
    if (router.replicasMax > router.replicasMin) {
      this.autoscaler = new HorizontalPodAutoscaler(this, 'autoscaler', {
        metadata,
        target: this.deployment,
        minReplicas: router.replicasMin,
        maxReplicas: router.replicasMax,
        metrics: [Metric.resourceCpu(MetricTarget.averageUtilization(BUSY_PERCENT))],
      });
    }
    if (router.replicasMin > 1) this.disruptionBudget = renderDisruptionBudget(this, names, 'router');
    this.networkPolicy = renderRouterPolicy(this, names, deployment.edge);
  }
}

/** The second one is for questions, which no route of the edge leads to. */
function servicePorts({ traefik }: EdgeModel): ServicePort[] {
  const secure = traefik?.routerTls !== undefined;
  const requests = secure
    ? { name: 'https', port: ROUTER_TLS_SERVICE_PORT, targetPort: ROUTER_PORT }
    : { name: 'http', port: ROUTER_SERVICE_PORT, targetPort: ROUTER_PORT };
  if (traefik?.direct === undefined) return [requests];
  return [requests, { name: 'decisions', port: DECISION_PORT, targetPort: DECISION_PORT }];
}
