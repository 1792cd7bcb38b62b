/** A Kong of the gateway's own: pods with the configuration in a file, and what keeps them available. */
import { ApiObject, JsonPatch } from 'cdk8s';
import {
  type ConfigMap,
  type Deployment,
  HorizontalPodAutoscaler,
  Metric,
  MetricTarget,
  type Service,
  ServiceAccount,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { KONG_PORT, KONG_TLS_PORT, labelsOf } from '../names';
import { renderDisruptionBudget } from './disruption-budget';
import { renderKongConfiguration } from './kong-configuration';
import { renderKongDeployment } from './kong-deployment';
import type { KongWorkloadParts } from './kong-workload-parts';
import { renderKongPolicy } from './network-policies';
import { renderService } from './service';

/** Processor use at which pods are added. Unit: percent of what a pod asks for. */
const BUSY_PERCENT = 70;

/** Kong's objects. */
export class Kong extends Construct {
  /** The `kong.yml`; immutable, a changed one has another name. */
  readonly configuration: ConfigMap;
  readonly serviceAccount: ServiceAccount;
  readonly deployment: Deployment;
  /** What clients reach: port 80, and 443 with TLS. */
  readonly service: Service;
  /** Absent where the number of pods is fixed. */
  readonly autoscaler?: HorizontalPodAutoscaler;
  /** Absent with a single pod, which a budget would keep from ever being moved. */
  readonly disruptionBudget?: ApiObject;
  /** Lets clients in, and probes from the cluster. */
  readonly networkPolicy: ApiObject;

  constructor(scope: Construct, id: string, parts: KongWorkloadParts) {
    super(scope, id);
    const { names, kong } = parts;
    const metadata = { name: names.edge, labels: labelsOf(names, 'edge') };
    this.configuration = renderKongConfiguration(this, parts);
    this.serviceAccount = new ServiceAccount(this, 'account', { metadata, automountToken: false });
    this.deployment = renderKongDeployment(this, parts, {
      configuration: this.configuration.name,
      serviceAccount: this.serviceAccount.name,
    });
    this.service = this.renderService(parts);
    if (kong.replicasMax > kong.replicasMin) {
      this.autoscaler = new HorizontalPodAutoscaler(this, 'autoscaler', {
        metadata,
        target: this.deployment,
        minReplicas: kong.replicasMin,
        maxReplicas: kong.replicasMax,
        metrics: [Metric.resourceCpu(MetricTarget.averageUtilization(BUSY_PERCENT))],
      });
    }
    if (kong.replicasMin > 1) this.disruptionBudget = renderDisruptionBudget(this, names, 'edge');
    this.networkPolicy = renderKongPolicy(this, names, kong);
  }

  private renderService({ names, kong }: KongWorkloadParts): Service {
    const http = { name: 'http', port: 80, targetPort: KONG_PORT };
    const https = { name: 'https', port: 443, targetPort: KONG_TLS_PORT };
    const service = renderService(this, names, 'edge', http, ...(kong.tls === undefined ? [] : [https]));
    ApiObject.of(service).addJsonPatch(
      JsonPatch.add('/spec/type', kong.serviceType),
      // By the other policy nodes hide clients' addresses, and the flood guard would take all of them for one.
      ...(kong.serviceType === 'ClusterIP' ? [] : [JsonPatch.add('/spec/externalTrafficPolicy', 'Local')]),
    );
    return service;
  }
}
