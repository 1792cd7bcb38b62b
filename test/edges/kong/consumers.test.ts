/** Services that Kong decides about by itself: who gets in, how much they may use, and how their requests arrive. */
import { parse } from 'yaml';
import { judgeKongFile } from '../../support/kong-judge/judge';
import { loadKongSchemas } from '../../support/kong-judge/schemas';
import { kongTraps } from '../../support/kong-judge/traps';
import { type EdgelessProps, kongFileOf, routeOf } from '../../support/kong-shapes';
import { viewOfFile } from '../../support/kong-view';

const schemas = loadKongSchemas();

const PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----`;

const base: EdgelessProps = {
  name: 'direct',
  hosts: ['api.example.com'],
  basePath: '/api',
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: {
    free: { requestsPerDay: 100, onStoreOutage: 'open' },
    pro: { requestsPerMinute: 60, requestsPerDay: 5_000, onStoreOutage: 'closed' },
    unlimited: {},
  },
  tenants: {
    acme: { plan: 'pro', edgeCredentials: { apiKey: { name: 'acme', key: 'api-key' } } },
    globex: { edgeCredentials: { apiKey: { name: 'globex', key: 'api-key' } } },
    initech: { plan: 'unlimited', edgeCredentials: { apiKey: { name: 'initech', key: 'api-key' } } },
  },
  versions: { v1: {}, v2: {} },
  defaultVersion: 'v2',
  services: {
    agents: { path: '/agents', backend: { service: 'agents', port: 8000 } },
    tools: {
      path: '/tools',
      backend: { service: 'tools', port: 8001, namespace: 'tooling' },
      versions: { v1: { backend: { service: 'tools-v1', port: 8001, path: '/' } } },
      timeouts: { connectSeconds: 2.5 },
      via: 'edge',
    },
  },
  cors: { origins: ['https://app.example.com'] },
};
const dbless = { clockWindows: true };
const tokens: EdgelessProps = {
  ...base,
  tenants: {
    acme: {
      edgeCredentials: { jwt: { issuer: 'https://acme.example', algorithm: 'EdDSA', publicKey: PUBLIC_KEY } },
    },
  },
};

interface FileService {
  readonly name: string;
  readonly host: string;
  readonly path?: string;
  readonly routes: readonly {
    readonly paths: readonly string[];
    readonly regex_priority?: number;
    readonly strip_path: boolean;
  }[];
  readonly [key: string]: unknown;
}

const read = (props: EdgelessProps) => parse(kongFileOf(props, dbless));
const servicesOf = (props: EdgelessProps) => read(props).services as FileService[];
const serviceOf = (props: EdgelessProps, name: string) =>
  servicesOf(props).find((service) => service.name === name);

const withSchemas = schemas === undefined ? test.skip : test;

withSchemas.each([
  ['keys', base],
  ['tokens', tokens],
  [
    'a service at the root',
    { ...base, basePath: '/', services: { all: { ...base.services.tools, path: '/' } } },
  ],
])('is a file that Kong accepts, with %s', (_, props) => {
  expect(
    judgeKongFile(schemas as NonNullable<typeof schemas>, kongFileOf(props as EdgelessProps, dbless)),
  ).toEqual([]);
});

test.each([
  ['keys', base],
  ['tokens', tokens],
])('falls into no trap, with %s', (_, props) => {
  expect(kongTraps(kongFileOf(props, dbless))).toEqual([]);
});

test('has a consumer for each tenant with a credential, with ids that are the same in every pod', () => {
  const { consumers } = read(base) as { consumers: { username: string; keyauth_credentials: object[] }[] };

  expect(consumers.map(({ username }) => username)).toEqual(['acme', 'globex', 'initech']);
  expect(consumers[0]?.keyauth_credentials).toEqual([
    { id: '09c5a076-ff4f-55eb-90b2-06c0b3485faa', key: '@API_KEY_0@' },
  ]);
  expect(read(base)).toEqual(read(base));
});

test('counts a plan for each tenant over all services, in a database that the router does not use', () => {
  const { consumers } = read(base) as { consumers: { plugins?: { name: string; config: object }[] }[] };

  expect(consumers.map(({ plugins }) => plugins)).toEqual([
    [
      {
        name: 'rate-limiting',
        config: {
          minute: 60,
          day: 5_000,
          limit_by: 'consumer',
          policy: 'redis',
          fault_tolerant: false,
          redis: { host: 'direct-redis', port: 6379, timeout: 500, database: 1 },
        },
      },
    ],
    [expect.objectContaining({ config: expect.objectContaining({ day: 100, fault_tolerant: true }) })],
    undefined,
  ]);
});

test('names the password of Redis by its variable', () => {
  const redis = { managed: { passwordSecret: { name: 'redis', key: 'password' } } };

  expect(kongFileOf({ ...base, redis }, dbless)).toContain('password: "{vault://env/redis-password}"');
});

test('takes keys from their header alone and passes none on', () => {
  const route = routeOf(viewOfFile(kongFileOf(base, dbless)), 'direct.tools');

  expect(route.plugins.map(({ name }) => name)).toEqual([
    'pre-function',
    'correlation-id',
    'cors',
    'key-auth',
    'request-size-limiting',
    'rate-limiting',
    'response-transformer',
    'post-function',
  ]);
  expect(route.plugins.find(({ name }) => name === 'key-auth')?.config).toMatchObject({
    key_names: ['x-api-key'],
    hide_credentials: true,
    key_in_query: false,
    key_in_body: false,
  });
});

test('takes tokens from their header alone, of the issuers of tenants', () => {
  const route = routeOf(viewOfFile(kongFileOf(tokens, dbless)), 'direct.tools');

  expect(route.plugins.find(({ name }) => name === 'jwt')?.config).toMatchObject({
    key_claim_name: 'iss',
    claims_to_verify: ['exp'],
    uri_param_names: [],
    run_on_preflight: true,
  });
  expect(read(tokens).consumers[0].jwt_secrets).toEqual([
    expect.objectContaining({
      key: 'https://acme.example',
      algorithm: 'EdDSA',
      rsa_public_key: `${PUBLIC_KEY}\n`,
    }),
  ]);
});

test('asks no credential of Kong’s for services behind the router', () => {
  const names = routeOf(viewOfFile(kongFileOf(base, dbless)), 'direct').plugins.map(({ name }) => name);

  expect(names).not.toContain('key-auth');
});

test('sends each version to its backend, with the path that the router would send', () => {
  expect(
    servicesOf(base).map(({ name, host, path, routes }) => [
      name,
      host,
      path,
      routes[0]?.paths[0],
      routes[0]?.strip_path,
    ]),
  ).toEqual([
    ['direct.tools', 'tools.tooling.svc', '/tools', '~/api/tools(?:/|$)', true],
    ['direct.tools.v1', 'tools-v1', undefined, '~/api/v1/tools(?:/|$)', true],
    ['direct.tools.v2', 'tools.tooling.svc', '/tools', '~/api/v2/tools(?:/|$)', true],
    ['direct', 'direct-router', undefined, '~/api(?:/|$)', false],
  ]);
});

test('asks these routes before the router’s, longer paths first', () => {
  const priorities = servicesOf(base).map(({ routes }) => routes[0]?.regex_priority ?? 0);

  expect(priorities).toEqual([11, 14, 14, 0]);
});

test('passes a path on as it is where nothing is to be cut off', () => {
  const plain = {
    ...base,
    basePath: '/',
    versions: {},
    defaultVersion: undefined,
  } as unknown as EdgelessProps;
  const services = {
    tools: { path: '/tools', backend: { service: 'tools', port: 8001 }, via: 'edge' },
  } as const;

  const service = serviceOf({ ...withoutVersions(plain), services }, 'direct.tools');

  expect(service).not.toHaveProperty('path');
  expect(service?.routes[0]?.strip_path).toBe(false);
});

function withoutVersions({ versions, defaultVersion, ...rest }: EdgelessProps): EdgelessProps {
  expect([versions, defaultVersion]).toBeDefined();
  return rest;
}

test('waits as long as the service’s timeouts say', () => {
  expect(serviceOf(base, 'direct.tools')).toMatchObject({
    connect_timeout: 2_500,
    read_timeout: 300_000,
    retries: 0,
  });
});
