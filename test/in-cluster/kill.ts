/**
 * Kills what runs in a pod without a word before. A process that is the first of its container hears no such signal from
 * inside, so it comes from a pod that sees all processes of the node.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { NODE_IMAGE } from '../conformance/platform/platform';
import { apply, kubectl, kubectlJson } from './kubectl';
import { makeNamespace } from './namespaces';

const NAMESPACE = 'agent-gateway-killer';
const NAME = 'killer';
/** What the stock Node images and the router's pods run as: who is nobody else may kill. */
const USER = 1000;

/** Every process whose control group is called after the pod, with the separator of either driver. */
const PROGRAM = `
const { readdirSync, readFileSync } = require('node:fs');
const uid = process.argv[1].replace(/[-_]/g, '');
for (const id of readdirSync('/proc').filter((name) => /^\\d+$/.test(name))) {
  try {
    const groups = readFileSync('/proc/' + id + '/cgroup', 'utf8').replace(/[-_]/g, '');
    const command = readFileSync('/proc/' + id + '/cmdline', 'utf8');
    if (!groups.includes(uid) || !command.startsWith('node')) continue;
    process.kill(Number(id), 'SIGKILL');
    console.log('killed', id);
  } catch {} // It has ended by itself meanwhile, or is another user's.
}
`;

interface Pod {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly nodeName: string };
  readonly status: {
    readonly containerStatuses: readonly { readonly restartCount: number; readonly ready: boolean }[];
  };
}

/** Kills the Node program of a pod; returns once the pod has started it again, and is ready. */
export async function killProgram(namespace: string, pod: string): Promise<void> {
  const now = () => kubectlJson<Pod>(['get', 'pod', pod, '--namespace', namespace]);
  const { metadata, spec, status } = await now();
  const before = status.containerStatuses[0]?.restartCount ?? 0;
  await makeNamespace(NAMESPACE, 'privileged');
  try {
    await apply(NAMESPACE, [killer(metadata.uid, spec.nodeName)]);
    const succeeded = ['--for', 'jsonpath={.status.phase}=Succeeded', '--timeout', '60s'];
    await kubectl(['wait', `pod/${NAME}`, '--namespace', NAMESPACE, ...succeeded]);
    const said = await kubectl(['logs', NAME, '--namespace', NAMESPACE]);
    if (!said.includes('killed')) throw new Error(`no process of ${pod} was found on ${spec.nodeName}`);
  } finally {
    await kubectl(['delete', 'namespace', NAMESPACE]);
  }
  for (;;) {
    const [container] = (await now()).status.containerStatuses;
    if (container !== undefined && container.restartCount > before && container.ready) return;
    await sleep(250);
  }
}

function killer(uid: string, nodeName: string): object {
  const container = {
    name: NAME,
    image: NODE_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '-e', PROGRAM, uid],
    securityContext: { runAsUser: USER, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: NAME },
    spec: {
      nodeName,
      hostPID: true,
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      containers: [container],
    },
  };
}
