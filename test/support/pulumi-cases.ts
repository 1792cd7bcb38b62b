/** Props of every kind, and what cdk8s makes of them in a chart that is called as the Pulumi resource. */
import { ApiObject, App, Chart } from 'cdk8s';
import { AgentGateway, type AgentGatewayProps } from 'cdk8s-agent-gateway';
import { platform } from '../../examples/quickstart/platform';
import { FULL_PROPS } from './full-props';
import type { KubernetesObject } from './synthesise';
import { VALID_PROPS } from './valid-props';

/** The platform of the examples on each edge, the least, and all props at once. */
export function pulumiCases(): readonly { readonly name: string; readonly props: AgentGatewayProps }[] {
  const onKong = { ...platform, tls: { secretName: 'api-tls' } };
  return [
    { name: 'the platform on Traefik', props: platform },
    { name: 'the platform on a Kong of its own', props: { ...onKong, edge: { kong: { dbless: {} } } } },
    {
      name: 'the platform on the Kong of the cluster',
      props: { ...onKong, edge: { kong: { ingressController: {} } } },
    },
    { name: 'the least', props: VALID_PROPS },
    ...Object.entries(FULL_PROPS).map(([name, props]) => ({ name, props })),
  ];
}

/** Objects of the construct, in the order of their kinds and names. */
export function objectsOfConstruct(name: string, props: AgentGatewayProps, namespace?: string) {
  const chart = new Chart(new App(), name, namespace === undefined ? {} : { namespace });
  new AgentGateway(chart, 'gateway', props);
  return inOrder(chart.toJson() as KubernetesObject[]);
}

/** Objects by kind and name, so that two lists of them can be compared. */
export function inOrder(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const key = ({ kind, metadata }: KubernetesObject) => `${kind}/${metadata.name}`;
  return [...objects].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The same by the names of their Pulumi resources. */
export function namedObjectsOfConstruct(
  name: string,
  props: AgentGatewayProps,
  namespace: string,
): Readonly<Record<string, KubernetesObject>> {
  const chart = new Chart(new App(), name, { namespace });
  const gateway = new AgentGateway(chart, 'gateway', props);
  const objects = gateway.node.findAll().filter((construct) => ApiObject.isApiObject(construct));
  return Object.fromEntries(
    objects.map((object) => {
      const path = object.node.path.slice(gateway.node.path.length + 1).replace(/\/Resource$/, '');
      return [`${name}-${path.replaceAll('/', '-')}`, object.toJson() as KubernetesObject];
    }),
  );
}
