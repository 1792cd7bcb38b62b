/**
 * Every manifest that is for Traefik before a real one, which watches a real API server: it must build each route, with no
 * error. Takes the program from `TRAEFIK_BIN`, or from the PATH; without it, or without an API server, a line says so.
 */
import { type ApiServer, apply, programOf, startApiServer } from '../support/api-server';
import { installCrds, readCrds } from '../support/crds';
import { manifestCases } from '../support/manifest-cases';
import type { KubernetesObject } from '../support/synthesise';
import {
  startTraefik,
  type Traefik,
  type TraefikOptions,
  type TraefikRouter,
  untilBuilt,
} from '../support/traefik';

const apiServer = programOf('KUBE_APISERVER_BIN', 'kube-apiserver');
const etcd = programOf('ETCD_BIN', 'etcd');
const traefik = programOf('TRAEFIK_BIN', 'traefik');
const crdFolder = process.env.CRDS;

/** The entry points that the cases name. */
const OPTIONS = { entryPoints: ['web', 'websecure', 'http', 'https'] };
/** What only a Traefik that is told so does. */
const CROSS = 'traefik-cross-namespace';
const CROSS_OPTIONS = { ...OPTIONS, more: ['--providers.kubernetescrd.allowcrossnamespace=true'] };

/** What only a Traefik of that class takes, by the field of 3.7 and by the annotation before it. */
const OF_CLASS = ['traefik-3-7', 'traefik-3-6-class'];
const CLASS_OPTIONS = { ...OPTIONS, more: ['--providers.kubernetescrd.ingressclass=internal'] };

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
  readonly routes: readonly {
    readonly middlewares?: readonly { readonly name: string }[];
    readonly services?: readonly {
      readonly name: string;
      readonly port?: number;
      readonly namespace?: string;
    }[];
  }[];
  readonly tls?: { readonly options?: { readonly name: string } };
}

function casesForTraefik() {
  return manifestCases().filter(({ objects }) => objects.some(({ kind }) => kind === 'IngressRoute'));
}

function withTraefik(program: string, serverProgram: string, etcdProgram: string, folder: string): void {
  const special = [CROSS, ...OF_CLASS];
  const cases = casesForTraefik().filter(({ name }) => !special.includes(name));
  const objectsOf = (wanted: string) => {
    const found = casesForTraefik().find(({ name }) => name === wanted);
    if (found === undefined) throw new Error(`there is no case ${wanted}`);
    return found.objects;
  };
  let server: ApiServer;
  let running: Traefik;
  let routers: readonly TraefikRouter[] = [];

  beforeAll(async () => {
    server = await startApiServer({ apiServer: serverProgram, etcd: etcdProgram });
    await installCrds(server, readCrds(folder));
    for (const [i, { objects }] of cases.entries()) await applyCase(server, objects, `case${i}`);
    running = await startTraefik(program, server, OPTIONS);
    routers = await untilBuilt(
      running,
      cases.reduce((sum, { objects }) => sum + routesOf(objects), 0),
    );
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

  /** Another Traefik beside the first, for as long as it is looked at. */
  const beside = async (options: TraefikOptions, look: (other: Traefik) => Promise<unknown>) => {
    const other = await startTraefik(program, server, options);
    try {
      await look(other);
    } finally {
      other.stop();
    }
  };
  /** No controller runs that would empty a namespace. */
  const forget = (...namespaces: readonly string[]) =>
    Promise.all(
      namespaces.map((name) =>
        server.call('DELETE', `/apis/traefik.io/v1alpha1/namespaces/${name}/ingressroutes`),
      ),
    );

  it('says what it leaves out without a word in its API', async () => {
    await beside(OPTIONS, async (other) => {
      const more = routers.length + 1;
      await expect(untilBuilt(other, more)).rejects.toThrow(
        `Traefik has not built ${more} routes, and says:`,
      );
    });
  });

  it('says at once, in its own words, what it refuses', async () => {
    await applyBrokenRoute(server, 'broken');
    await beside(OPTIONS, async (other) => {
      await expect(untilBuilt(other, routers.length + 1)).rejects.toThrow(
        /Traefik refuses:\nbroken-.* is disabled: middleware "broken-missing@kubernetescrd" does not exist/,
      );
    });
    await forget('broken');
  });

  it('builds a route to another namespace only where it is told to', async () => {
    const objects = objectsOf(CROSS);
    await applyCase(server, objects, 'crossing');
    const expected = routers.length + routesOf(objects);

    await beside(CROSS_OPTIONS, (told) => untilBuilt(told, expected));
    await beside(OPTIONS, async (untold) => {
      await expect(untilBuilt(untold, expected)).rejects.toThrow(
        'router has no service and no child routers',
      );
    });
    await forget('crossing');
  });

  it('builds the routes of its class, and those alone', async () => {
    for (const name of OF_CLASS) await applyCase(server, objectsOf(name), name);
    const expected = OF_CLASS.reduce((sum, name) => sum + routesOf(objectsOf(name)), 0);

    await beside(CLASS_OPTIONS, (other) => untilBuilt(other, expected));
    await forget(...OF_CLASS);
  });

  it('takes its default for two TLS options on one host, as the problem AGW_TLS_CONFLICT says', async () => {
    const objects = objectsOf('traefik-tls-secret');
    for (const name of ['twin-one', 'twin-two']) await applyCase(server, objects, name, 'twin.example.com');
    await beside(OPTIONS, async (other) => {
      await expect(untilBuilt(other, routers.length + 2 * routesOf(objects))).rejects.toThrow(
        // 3.7, and 3.6.
        /default TLS options (?:will be used )?instead/,
      );
    });
    await forget('twin-one', 'twin-two');
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
      expect.stringMatching(/-retry@/),
    ]);
  });
}

/** Puts a case into a namespace, and what it wants elsewhere there. */
async function applyCase(
  server: ApiServer,
  shared: readonly KubernetesObject[],
  own: string,
  host = `${own}.example.com`,
): Promise<void> {
  // Traefik looks at all routes of a host together.
  const text = JSON.stringify(shared).replaceAll('api.example.com', host);
  const objects = JSON.parse(text) as readonly KubernetesObject[];
  const placeOf = ({ metadata: { namespace = 'agents' } }: KubernetesObject) =>
    namespace === 'agents' ? own : namespace;
  const all = [...backendsOf(objects), ...objects];
  for (const name of new Set([own, ...all.map(placeOf)])) {
    await apply(server, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  for (const object of all) {
    const { status, body } = await apply(server, object, placeOf(object));
    // A Traefik without the other CRDs is one of these cases' own business.
    if (status >= 300 && object.apiVersion.startsWith('traefik.io')) {
      throw new Error(`${object.kind} ${object.metadata.name}: ${body.message}`);
    }
  }
}

/** The Services that routes lead to and the gateway does not bring. */
function backendsOf(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const own = new Set(objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name));
  const named = objects
    .filter(({ kind }) => kind === 'IngressRoute')
    .flatMap(({ spec }) => (spec as IngressRouteSpec).routes.flatMap(({ services = [] }) => services))
    .filter(({ name }) => !own.has(name) && !name.includes('@'));
  return named.map(({ name, port = 80, namespace }) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: { ports: [{ port }] },
  }));
}

/** A route with a middleware that nobody has made, in a namespace of its own. */
async function applyBrokenRoute(server: ApiServer, namespace: string): Promise<void> {
  await apply(server, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const service = { kind: 'TraefikService', name: 'noop@internal' };
  const route = { kind: 'Rule', match: 'Host(`broken.example.com`)', middlewares: [{ name: 'missing' }] };
  const object: KubernetesObject = {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: { name: 'broken' },
    spec: { entryPoints: ['web'], routes: [{ ...route, services: [service] }] },
  };
  await apply(server, object, namespace);
}

function routesOf(objects: readonly { kind: string; spec?: unknown }[]): number {
  const routes = objects.filter(({ kind }) => kind === 'IngressRoute');
  return routes.reduce((sum, { spec }) => sum + (spec as { routes: unknown[] }).routes.length, 0);
}
