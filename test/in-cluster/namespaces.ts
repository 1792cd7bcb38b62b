/** Namespaces of a run: made to enforce a Pod Security Standard, and taken away with all that is in them. */
import { kubectl } from './kubectl';

/** On every namespace that a run makes. */
const LABEL = 'agent-gateway-tests';

/** What is left of an earlier run there must be gone. */
export async function makeNamespace(
  name: string,
  standard: 'restricted' | 'privileged' = 'restricted',
): Promise<void> {
  const labels = { [LABEL]: '', 'pod-security.kubernetes.io/enforce': standard };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  await kubectl(['create', '--filename', '-'], JSON.stringify(namespace));
}

/** Its routes are gone at once, the rest in time. */
export async function removeNamespace(name: string): Promise<void> {
  await kubectl(['delete', 'ingressroutes.traefik.io', '--all', '--namespace', name]);
  await kubectl(['delete', 'namespace', name, '--ignore-not-found', '--wait=false']);
}

/** Takes away all that this run or an earlier one has made; without waiting, it is gone some time after. */
export async function removeNamespaces({ wait }: { wait: boolean }): Promise<void> {
  const waiting = wait ? ['--timeout', '170s'] : ['--wait=false'];
  await kubectl(['delete', 'namespaces', '--selector', LABEL, ...waiting]);
}
