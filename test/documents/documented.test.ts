/** Holds doc comments to the code: everything exported has one, and what those of props say is what really happens. */
import ts from 'typescript';
import { PROBLEMS } from '../../src/model/problem';
import { resolveGateway } from '../../src/resolve/resolve-gateway';
import { docOf, placeOf, readSources, type SourceFile } from './source-files';

const sources = readSources();

/** One member of an interface of `src/props/`. */
interface Prop {
  /** `JwtProps.algorithms` */
  readonly name: string;
  readonly owner: string;
  readonly key: string;
  readonly place: string;
  readonly doc: string;
  readonly optional: boolean;
  readonly isNumber: boolean;
}

const props = sources.filter(({ path }) => path.startsWith('src/props/')).flatMap(propsOf);

function propsOf(source: SourceFile): readonly Prop[] {
  return source.tree.statements.filter(ts.isInterfaceDeclaration).flatMap((owner) =>
    owner.members.filter(ts.isPropertySignature).map((member) => ({
      name: `${owner.name.text}.${member.name.getText()}`,
      owner: owner.name.text,
      key: member.name.getText(),
      place: placeOf(source, member),
      doc: docOf(member),
      optional: member.questionToken !== undefined,
      isNumber: member.type?.kind === ts.SyntaxKind.NumberKeyword,
    })),
  );
}

const named = (found: readonly Prop[]) => found.map(({ place, name }) => `${place} ${name}`);

/** The text after a tag, up to the next one, on one line. */
function tag(doc: string, name: string): string | undefined {
  const lines = doc.replace(/^\/\*\*|\*\/$/g, '').split('\n');
  const text = lines.map((line) => line.replace(/^\s*\* ?/, '').trim()).join(' ');
  return new RegExp(`@${name} (.*?)(?= @[a-z]|$)`).exec(text)?.[1]?.trim();
}

it('documents everything that is exported', () => {
  const bare = sources.flatMap((source) =>
    source.tree.statements
      .filter((statement) => isExported(statement) && docOf(statement) === '')
      .map((statement) => placeOf(source, statement)),
  );
  expect(bare).toEqual([]);
});

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

describe('props', () => {
  it('says of each what it means', () => {
    const meaningless = /^\/\*\*\s*(\*\s*)?(\*\/|@|Unit:|Range:|Security:)/;
    expect(named(props.filter(({ doc }) => doc === '' || meaningless.test(doc)))).toEqual([]);
  });

  it('says of each optional one what happens without it', () => {
    const silent = props.filter(({ optional, doc }) => optional && !tag(doc, 'default'));
    expect(named(silent)).toEqual([]);
  });

  it('says of each number its unit or range, and names the unit', () => {
    const numbers = props.filter(({ isNumber }) => isNumber);
    expect(named(numbers.filter(({ doc }) => !/\b(Unit|Range): /.test(doc)))).toEqual([]);
    // Counts are plural nouns; a port, a database, a depth and the bounds of a count have no unit.
    const unit =
      /(Seconds|Bytes|Percent|Mebibytes|Gibibytes|Millicores|Requests|Failures|Per(Second|Minute|Hour|Day))$/;
    const bare = numbers.filter(
      ({ key }) => !unit.test(key) && !['port', 'min', 'max', 'database', 'forwardedForDepth'].includes(key),
    );
    expect(named(bare)).toEqual([]);
  });

  it('never gives a default that says nothing', () => {
    const empty = /^(- *)?(undefined|null|n\/a|nothing)?$/i;
    expect(named(props.filter(({ doc }) => empty.test(tag(doc, 'default') ?? 'none')))).toEqual([]);
  });
});

/** The least that makes a gateway in which the members of each interface can be set. */
const BASE = {
  hosts: ['api.example.com'],
  edge: { traefik: { entryPoints: {}, floodGuard: { requestsPerSecond: 100 } } },
  tls: { certResolver: 'letsencrypt' },
  auth: {
    jwt: {
      issuer: 'https://id.example.com/',
      audience: 'agents',
      jwksUrl: 'https://id.example.com/jwks',
      claims: {},
    },
    serviceTokens: { issuer: 'gateway', signingKeySecret: { name: 'signing', key: 'keys.pem' } },
  },
  plans: { free: {} },
  versions: { v1: {} },
  services: {
    agents: {
      path: '/agents',
      serviceToken: { audience: 'agents' },
      backend: {
        service: 'agents',
        port: 8000,
        fallbacks: [{ service: 'spare', port: 8000 }],
        credential: { secret: { name: 'agents', key: 'key' } },
      },
      failover: {},
      circuitBreaker: {},
      variants: { a: { backend: { service: 'agents', port: 8000 }, weightPercent: 100 } },
    },
  },
  cors: { origins: ['https://app.example.com'] },
  securityHeaders: {},
  timeouts: {},
  router: { replicas: {}, resources: {} },
  planLookup: {},
  redis: { managed: { persistence: {} } },
  tracing: { otlp: { endpoint: 'https://otel.example.com' } },
};

/** Edges that leave no room for the others, by the interface whose members are set. */
const EDGES: Readonly<Record<string, object>> = {
  KongDblessProps: { kong: { dbless: {} } },
  KongControllerProps: { kong: { ingressController: {} } },
  KongResourcesProps: { kong: { dbless: { resources: {} } } },
  KongFloodGuardProps: { kong: { dbless: { floodGuard: {} } } },
};

/** A gateway whose Kong counts. */
const COUNTING = {
  hosts: BASE.hosts,
  edge: { kong: { dbless: { redis: { host: 'redis.example.com' } } } },
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerDay: 10, onStoreOutage: 'open' } },
  tenants: { acme: { edgeCredentials: { apiKey: { name: 'acme', key: 'key' } } } },
  services: { tools: { path: '/tools', backend: { service: 'tools', port: 8001 }, via: 'edge' } },
};

/** The base in which the members of an interface can be set. */
function baseOf({ owner }: Prop): object {
  if (owner === 'KongRedisProps') return COUNTING;
  const edge = EDGES[owner];
  return edge === undefined ? BASE : { ...BASE, edge, tls: undefined };
}

/** Where in those props an interface stands. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  AgentGatewayProps: [],
  JwtProps: ['auth', 'jwt'],
  ClaimsProps: ['auth', 'jwt', 'claims'],
  CorsProps: ['cors'],
  TraefikProps: ['edge', 'traefik'],
  KongDblessProps: ['edge', 'kong', 'dbless'],
  KongControllerProps: ['edge', 'kong', 'ingressController'],
  KongResourcesProps: ['edge', 'kong', 'dbless', 'resources'],
  KongFloodGuardProps: ['edge', 'kong', 'dbless', 'floodGuard'],
  KongRedisProps: ['edge', 'kong', 'dbless', 'redis'],
  EntryPointsProps: ['edge', 'traefik', 'entryPoints'],
  TlsProps: ['tls'],
  FloodGuardProps: ['edge', 'traefik', 'floodGuard'],
  PlanProps: ['plans', 'free'],
  PlanLookupProps: ['planLookup'],
  VersionProps: ['versions', 'v1'],
  ServiceProps: ['services', 'agents'],
  BackendProps: ['services', 'agents', 'backend'],
  ServiceTokenProps: ['services', 'agents', 'serviceToken'],
  FallbackProps: ['services', 'agents', 'backend'],
  BackendCredentialProps: ['services', 'agents', 'backend', 'credential'],
  FailoverProps: ['services', 'agents', 'failover'],
  CircuitBreakerProps: ['services', 'agents', 'circuitBreaker'],
  VariantProps: ['services', 'agents', 'variants', 'a'],
  SecurityHeadersProps: ['securityHeaders'],
  TimeoutsProps: ['timeouts'],
  RouterProps: ['router'],
  ReplicasProps: ['router', 'replicas'],
  ResourcesProps: ['router', 'resources'],
  ManagedRedisProps: ['redis', 'managed'],
  ExternalRedisProps: ['redis', 'external'],
  PersistenceProps: ['redis', 'managed', 'persistence'],
  TracingProps: ['tracing'],
  OtlpProps: ['tracing', 'otlp'],
};

function placeIn({ owner, key }: Prop): readonly string[] {
  const place = PLACES[owner];
  if (place === undefined) throw new Error(`this test does not know where ${owner} stands: add it to PLACES`);
  return [...place, key];
}

const literals = props.flatMap((prop) => {
  const text = tag(prop.doc, 'default');
  return text === undefined || text.startsWith('-') ? [] : [{ ...prop, text }];
});

describe('literal defaults', () => {
  it.each(literals)('$name gives the same left out and written out ($text)', (prop) => {
    const value = readLiteral(prop.text);

    const base = baseOf(prop);
    const leftOut = resolveGateway(base);
    const writtenOut = resolveGateway(withValue(base, placeIn(prop), value));
    const other = resolveGateway(withValue(base, placeIn(prop), somethingElse(value)));

    expect(leftOut.kind).toBe('resolved');
    expect(writtenOut).toEqual(leftOut);
    expect(other).not.toEqual(leftOut);
  });
});

/** `Range: 1 to 100_000, whole; …` */
const ranges = props.flatMap((prop) => {
  const [, least, most, whole] = /Range: ([\d_]+) to ([\d_]+)(, whole)?/.exec(prop.doc) ?? [];
  if (!prop.isNumber || least === undefined || most === undefined) return [];
  const [from, to] = [Number(least.replaceAll('_', '')), Number(most.replaceAll('_', ''))];
  return [{ ...prop, from, to, whole: whole !== undefined }];
});

describe('ranges', () => {
  it('says of each number its bounds', () => {
    const unbound = props.filter(
      ({ isNumber, name }) => isNumber && !ranges.some((range) => range.name === name),
    );
    expect(named(unbound)).toEqual([]);
  });

  it.each(ranges)('$name takes $from to $to and nothing outside', (prop) => {
    const { from, to, whole } = prop;
    const refuses = (value: number) => {
      const resolved = resolveGateway(withValue(baseOf(prop), placeIn(prop), value));
      const problems = resolved.kind === 'problems' ? resolved.problems : [];
      return problems.some(
        ({ code, path }) => code === 'AGW_NUMBER_RANGE' && path === placeIn(prop).join('.'),
      );
    };

    expect([from, to].map(refuses)).toEqual([false, false]);
    expect([from - 1, to + 1].map(refuses)).toEqual([true, true]);
    expect(refuses(from + 0.5)).toBe(whole);
  });
});

/** `10_485_760`, `'sub'`, `false`, `['GET', 'HEAD']` */
function readLiteral(text: string): unknown {
  const isJson = /^(-?[\d_]+|true|false)$/.test(text);
  return JSON.parse(isJson ? text.replaceAll('_', '') : text.replaceAll("'", '"'));
}

function somethingElse(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  return Array.isArray(value) ? value.slice(1) : `${value}x`;
}

function withValue(object: object, [key = '', ...rest]: readonly string[], value: unknown): object {
  const member: unknown = (object as Record<string, unknown>)[key];
  return { ...object, [key]: rest.length === 0 ? value : withValue(member as object, rest, value) };
}

describe('problem codes', () => {
  /** Codes that no single prop names, with the reason. */
  const OF_NO_PROP: Readonly<Record<string, string>> = {
    AGW_TYPE: 'any prop can have a value of another type',
    AGW_UNKNOWN_KEY: 'it is about keys that are no props',
    AGW_EMPTY: 'the Range of a list or map says that it needs an entry',
    AGW_DOCUMENT_SIZE: 'it is about the gateway as a whole',
  };
  const byProps = new Set(
    props.flatMap(({ doc }) => [...doc.matchAll(/@problem (\w+)/g)].map((match) => match[1])),
  );

  it('has each code at a prop, or a reason why not', () => {
    const missing = Object.keys(PROBLEMS).filter((code) => !byProps.has(code) && !(code in OF_NO_PROP));
    expect(missing).toEqual([]);
  });

  it('has no reason for a code that a prop names, or that does not exist', () => {
    expect(Object.keys(OF_NO_PROP).filter((code) => byProps.has(code) || !(code in PROBLEMS))).toEqual([]);
  });

  it('names in sources only codes that exist', () => {
    // The code of the exception is not one of a problem.
    const known = new Set([...Object.keys(PROBLEMS), 'AGW_INVALID_GATEWAY']);
    const unknown = sources.flatMap(({ path, text }) =>
      (text.match(/\bAGW_[A-Z_]+[A-Z]\b/g) ?? [])
        .filter((code) => !known.has(code))
        .map((code) => `${path}: ${code}`),
    );
    expect(unknown).toEqual([]);
  });

  it('says after each code when it is raised', () => {
    expect(named(props.filter(({ doc }) => /@problem \w+\s*(\*|@|$)/m.test(doc)))).toEqual([]);
  });
});
