/** Namespaces of a run: made to enforce the restricted Pod Security Standard, and taken away with all that is in them. */
import { kubectl } from './kubectl';

/** Makes it anew: what an earlier run has left there is taken away first. */
export async function makeNamespace(name: string): Promise<void> {
  await removeNamespace(name, 'wait');
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  };
  await kubectl(['apply', '--filename', '-'], JSON.stringify(namespace));
}

/** Its routes are gone at once, the rest in time unless that is waited for. */
export async function removeNamespace(name: string, until: 'wait' | 'begun' = 'begun'): Promise<void> {
  const there = await kubectl(['get', 'namespace', name, '--ignore-not-found', '--output', 'name']);
  if (there.trim() === '') return;
  await kubectl(['delete', 'ingressroutes.traefik.io', '--all', '--namespace', name]);
  const wait = until === 'wait' ? ['--timeout', '150s'] : ['--wait=false'];
  await kubectl(['delete', 'namespace', name, '--ignore-not-found', ...wait]);
}
