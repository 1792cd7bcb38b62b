/**
 * Every manifest before a real API server: the CRDs of `CRDS`, strict about unknown fields, in a namespace that enforces the
 * *restricted* Pod Security Standard. Where the programs are not there, the schemas of the CRDs alone judge, and a line says
 * so.
 */
import { type ApiServer, apply, programOf, startApiServer } from '../support/api-server';
import { crdProblems, installCrds, readCrds } from '../support/crds';
import { manifestCases } from '../support/manifest-cases';
import type { KubernetesObject } from '../support/synthesise';

const crdFolder = process.env.CRDS;
const apiServer = programOf('KUBE_APISERVER_BIN', 'kube-apiserver');
const etcd = programOf('ETCD_BIN', 'etcd');
const crds = crdFolder === undefined ? [] : readCrds(crdFolder);

if (crdFolder === undefined) {
  process.stderr.write(
    'No CRDs (CRDS names no folder): custom resources are not checked against their schemas.\n',
  );
}
if (apiServer === undefined || etcd === undefined) {
  process.stderr.write(
    'No API server (KUBE_APISERVER_BIN, ETCD_BIN): manifests are checked against the schemas of the CRDs alone.\n',
  );
}

const withCrds = crds.length > 0 ? describe : undefined;

withCrds?.('the schemas of the CRDs', () => {
  it.each(manifestCases())('fit $name', ({ objects }) => {
    expect(objects.flatMap((object) => crdProblems(crds, object))).toEqual([]);
  });

  it('refuse an unknown field and a wrong type', () => {
    const typo = { apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware', metadata: { name: 'typo' } };
    expect(crdProblems(crds, { ...typo, spec: { rateLimit: { avrage: 1 } } })).toEqual([
      expect.stringContaining('avrage'),
    ]);
    expect(crdProblems(crds, { ...typo, spec: { rateLimit: { average: 'many' } } })).toHaveLength(1);
  });
});

it.each(manifestCases())('fits into the annotation that kubectl apply makes: $name', ({ objects }) => {
  const large = objects.filter((object) => Buffer.byteLength(JSON.stringify(object)) > 262_144 - 1_024);
  expect(large.map(({ kind }) => kind)).toEqual([]);
});

const withServer = apiServer !== undefined && etcd !== undefined && crds.length > 0 ? describe : undefined;

withServer?.('a real API server', () => {
  let server: ApiServer;
  let namespaces = 0;

  beforeAll(async () => {
    server = await startApiServer({ apiServer: apiServer as string, etcd: etcd as string });
    await installCrds(server, crds);
  }, 120_000);
  afterAll(() => server?.stop());

  async function restrictedNamespace(): Promise<string> {
    const name = `case-${++namespaces}`;
    const labels = Object.fromEntries(
      ['enforce', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
    );
    await apply(server, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    return name;
  }

  /** As `kubectl apply` sends it: with its copy of the object in an annotation. */
  function withCopy(object: KubernetesObject): KubernetesObject {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(object)}\n` };
    return { ...object, metadata: { ...object.metadata, annotations } as KubernetesObject['metadata'] };
  }

  async function verdicts(objects: readonly KubernetesObject[]): Promise<string[]> {
    const namespace = await restrictedNamespace();
    const found: string[] = [];
    for (const object of objects) {
      const { status, body, warnings } = await apply(server, withCopy(object), namespace);
      const said = [...(status < 300 ? [] : [body.message]), ...warnings];
      found.push(...said.map((text) => `${object.kind} ${object.metadata.name}: ${text}`));
    }
    for (const object of objects) found.push(...(await podVerdict(object, namespace)));
    return found;
  }

  /** A Deployment only warns of pods that will be refused; the pod itself is refused. */
  async function podVerdict(object: KubernetesObject, namespace: string): Promise<string[]> {
    const template = (object.spec as { template?: { spec: object } } | undefined)?.template;
    if (template === undefined) return [];
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod' }, spec: podSpec(template.spec) };
    const { status, body } = await server.call(
      'POST',
      `/api/v1/namespaces/${namespace}/pods?dryRun=All`,
      pod,
    );
    return status < 300 ? [] : [`pod of ${object.kind}: ${body.message}`];
  }

  /** Claims become volumes of a pod only by the controller of StatefulSets. */
  function podSpec(spec: {
    volumes?: unknown;
    containers?: { volumeMounts?: { name: string }[] }[];
  }): object {
    if (spec.volumes !== undefined) return spec;
    const names = (spec.containers ?? []).flatMap(({ volumeMounts = [] }) =>
      volumeMounts.map(({ name }) => name),
    );
    return { ...spec, volumes: names.map((name) => ({ name, emptyDir: {} })) };
  }

  it.each(manifestCases())('accepts $name', async ({ objects }) => {
    expect(await verdicts(objects)).toEqual([]);
  });

  it('refuses an unknown field, a pod that is not restricted and an object that is too large', async () => {
    const route = {
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'IngressRoute',
      metadata: { name: 'typo' },
      spec: { routs: [] },
    };
    const loose = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'loose' },
      spec: {
        selector: { matchLabels: { app: 'loose' } },
        template: {
          metadata: { labels: { app: 'loose' } },
          spec: { containers: [{ name: 'a', image: 'a' }] },
        },
      },
    };
    const large = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'large' },
      data: { a: 'x'.repeat(300_000) },
    };

    const found = await verdicts([route, loose, large] as never);

    expect(found).toEqual([
      expect.stringContaining('.spec.routs'),
      expect.stringContaining('violate PodSecurity'),
      expect.stringContaining('Too long'),
      expect.stringContaining('violates PodSecurity'),
    ]);
  });
});
