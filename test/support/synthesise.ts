/** Props → Kubernetes objects, as a chart of one gateway gives them. */
import { App, Chart } from 'cdk8s';
import { AgentGateway, type AgentGatewayProps } from 'cdk8s-agent-gateway';

/** As much of an object as tests read. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
  };
  readonly [key: string]: unknown;
}

export function synthesise(props: AgentGatewayProps, namespace = 'agents'): readonly KubernetesObject[] {
  const chart = new Chart(new App(), 'chart', { namespace });
  new AgentGateway(chart, 'gateway', props);
  return chart.toJson() as KubernetesObject[];
}
