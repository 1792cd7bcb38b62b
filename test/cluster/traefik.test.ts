/**
 * Every manifest that is for Traefik before a real one, which watches a real API server: it must build each route, with no
 * error. Takes the program from `TRAEFIK_BIN`, or from the PATH; without it, or without an API server, a line says so.
 */
import { type ApiServer, apply, programOf, startApiServer, until } from '../support/api-server';
import { installCrds, readCrds } from '../support/crds';
import { manifestCases } from '../support/manifest-cases';
import { startTraefik, type Traefik, type TraefikRouter } from '../support/traefik';

const apiServer = programOf('KUBE_APISERVER_BIN', 'kube-apiserver');
const etcd = programOf('ETCD_BIN', 'etcd');
const traefik = programOf('TRAEFIK_BIN', 'traefik');
const crdFolder = process.env.CRDS;

if (traefik === undefined || apiServer === undefined || etcd === undefined || crdFolder === undefined) {
  process.stderr.write(
    'No Traefik (TRAEFIK_BIN) beside an API server: no route is built from the manifests.\n',
  );
} else {
  withTraefik(traefik, apiServer, etcd, crdFolder);
}

it.each(casesForTraefik())('names only middlewares and options that are there: $name', ({ objects }) => {
  const names = new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  const named = objects
    .filter(({ kind }) => kind === 'IngressRoute')
    .flatMap(({ spec }) => {
      const { routes, tls } = spec as IngressRouteSpec;
      const middlewares = routes.flatMap((route) => route.middlewares ?? []);
      const options = tls?.options === undefined ? [] : [`TLSOption ${tls.options.name}`];
      return [...middlewares.map(({ name }) => `Middleware ${name}`), ...options];
    });
  expect(named.filter((name) => !names.has(name))).toEqual([]);
});

interface IngressRouteSpec {
  readonly routes: readonly { readonly middlewares?: readonly { readonly name: string }[] }[];
  readonly tls?: { readonly options?: { readonly name: string } };
}

function casesForTraefik() {
  return manifestCases().filter(({ objects }) => objects.some(({ kind }) => kind === 'IngressRoute'));
}

function withTraefik(program: string, serverProgram: string, etcdProgram: string, folder: string): void {
  const cases = casesForTraefik();
  let server: ApiServer;
  let running: Traefik;
  let routers: readonly TraefikRouter[] = [];

  beforeAll(async () => {
    server = await startApiServer({ apiServer: serverProgram, etcd: etcdProgram });
    await installCrds(server, readCrds(folder));
    for (const [i, { objects }] of cases.entries()) {
      await apply(server, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `case${i}` } });
      for (const object of objects) await apply(server, object, `case${i}`);
    }
    // The entry points that the cases name.
    running = await startTraefik(program, server, { entryPoints: ['web', 'websecure', 'http', 'https'] });
    const expected = cases.reduce((sum, { objects }) => sum + routesOf(objects), 0);
    await until(async () => {
      routers = (await running.routers()).filter(({ name }) => name.endsWith('@kubernetescrd'));
      return routers.length === expected;
    });
  }, 120_000);
  afterAll(async () => {
    running?.stop();
    await server?.stop();
  });

  it.each(cases.map(({ name }, i) => ({ name, i })))('builds the routes of $name', ({ i }) => {
    const own = routers.filter(({ name }) => name.startsWith(`case${i}-`));
    expect(own.length).toBeGreaterThan(0);
    expect(own.map(({ name, status, error }) => ({ name, status, error }))).toEqual(
      own.map(({ name }) => ({ name, status: 'enabled', error: undefined })),
    );
  });

  it('runs what decorates answers before what can give them', () => {
    const i = cases.findIndex(({ name }) => name === 'quickstart');
    const chains = routers
      .filter(({ name }) => name.startsWith(`case${i}-`))
      .map(({ middlewares }) => middlewares);
    expect(chains).toContainEqual([
      expect.stringMatching(/-security-headers@/),
      expect.stringMatching(/-cors@/),
      expect.stringMatching(/-flood-guard@/),
    ]);
  });
}

function routesOf(objects: readonly { kind: string; spec?: unknown }[]): number {
  const routes = objects.filter(({ kind }) => kind === 'IngressRoute');
  return routes.reduce((sum, { spec }) => sum + (spec as { routes: unknown[] }).routes.length, 0);
}
