/** The objects for Kong's ingress controller, where Kong decides about services by itself. */
import { ApiObject, App, Chart } from 'cdk8s';
import { AgentGateway, InvalidGatewayError } from 'cdk8s-agent-gateway';
import { type EdgelessProps, objectsForController } from '../../support/kong-shapes';
import type { KubernetesObject } from '../../support/synthesise';

const props: EdgelessProps = {
  name: 'direct',
  hosts: ['api.example.com'],
  basePath: '/api',
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerDay: 100, onStoreOutage: 'open' }, unlimited: {} },
  defaultPlan: 'free',
  tenants: {
    acme: { edgeCredentials: { apiKey: { name: 'acme', key: 'key' } } },
    globex: { edgeCredentials: { apiKey: { name: 'globex', key: 'key' } } },
    initech: { plan: 'unlimited', edgeCredentials: { apiKey: { name: 'initech', key: 'key' } } },
  },
  services: {
    agents: { path: '/agents', backend: { service: 'agents', port: 8000 } },
    tools: {
      path: '/tools',
      backend: { service: 'tools', port: 8001, namespace: 'ai', path: '/v2' },
      bodyLimitBytes: 1_024,
      via: 'edge',
    },
    search: { path: '/search', backend: { service: 'search', port: 8002, namespace: 'ai' }, via: 'edge' },
  },
  cors: { origins: ['https://app.example.com'] },
};

const objects = objectsForController(props);
const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);
const annotationsOf = ({ metadata }: KubernetesObject) =>
  (metadata as { annotations?: Record<string, string> }).annotations ?? {};

test('shares a plugin among routes that do not differ in it', () => {
  const purposes = ofKind('KongPlugin').map(({ metadata }) =>
    metadata.name.replace(/-[0-9a-f]{10}$/, '-<hash>'),
  );

  expect([...purposes].sort()).toEqual([
    'direct-answer-headers',
    'direct-before-backend',
    'direct-body-limit-<hash>',
    'direct-body-limit-<hash>',
    'direct-cors',
    'direct-credential',
    'direct-flood-guard',
    'direct-plan-free',
    'direct-request-guard',
    'direct-request-id',
  ]);
});

test('reaches backends by names of its own, at which the controller reads their settings', () => {
  const backends = ofKind('Service').filter(
    ({ spec }) => (spec as { type?: string }).type === 'ExternalName',
  );

  expect(backends.map(({ spec }) => spec)).toEqual([
    { type: 'ExternalName', externalName: 'search.ai.svc', ports: [{ port: 8002 }] },
    { type: 'ExternalName', externalName: 'tools.ai.svc', ports: [{ port: 8001 }] },
  ]);
  expect(backends.map((backend) => annotationsOf(backend)['konghq.com/path'])).toEqual(['/search', '/v2']);
});

test('makes each tenant a consumer with its Secret and its plan, under a name of this gateway', () => {
  expect(
    ofKind('KongConsumer').map((consumer) => [
      consumer.username,
      consumer.credentials,
      annotationsOf(consumer)['konghq.com/plugins'],
      annotationsOf(consumer)['kubernetes.io/ingress.class'],
    ]),
  ).toEqual([
    ['agents.direct.acme', ['acme'], 'direct-plan-free', 'kong'],
    ['agents.direct.globex', ['globex'], 'direct-plan-free', 'kong'],
    ['agents.direct.initech', ['initech'], undefined, 'kong'],
  ]);
});

test('counts plans in the gateway’s Redis, which Kong finds from its namespace and may reach', () => {
  const plan = ofKind('KongPlugin').find(({ metadata }) => metadata.name === 'direct-plan-free');
  const policy = ofKind('NetworkPolicy').find(({ metadata }) => metadata.name === 'direct-redis');

  expect(plan?.config).toMatchObject({ day: 100, redis: { host: 'direct-redis.agents.svc', database: 1 } });
  expect(JSON.stringify(policy)).toContain('"kubernetes.io/metadata.name":"kong"');
});

test('gives public keys in Secrets that the controller finds, and no other Secret', () => {
  const publicKey = '-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n';
  const jwt = { issuer: 'https://acme.example', algorithm: 'RS256', publicKey };
  const withTokens = objectsForController({ ...props, tenants: { acme: { edgeCredentials: { jwt } } } });
  const secrets = withTokens.filter(({ kind }) => kind === 'Secret');
  const consumer = withTokens.find(({ kind }) => kind === 'KongConsumer');

  expect(secrets).toHaveLength(1);
  expect(secrets[0]).toMatchObject({
    metadata: { labels: { 'konghq.com/credential': 'jwt' } },
    stringData: { key: 'https://acme.example', algorithm: 'RS256', rsa_public_key: publicKey },
  });
  expect(consumer?.credentials).toEqual([secrets[0]?.metadata.name]);
  expect(ofKind('Secret')).toEqual([]);
});

test('asks for a namespace, by which Kong could find the Redis', () => {
  const make = () =>
    new AgentGateway(new Chart(new App(), 'chart'), 'gateway', {
      ...props,
      edge: { kong: { ingressController: {} } },
    });

  expect(make).toThrow('AGW_NAMESPACE');
});

/** A gateway in an app that has Secrets too, whichever was made first. */
function withSecret(secret: object, more: object = {}): App {
  const app = new App();
  const chart = new Chart(app, 'chart', { namespace: 'agents' });
  new AgentGateway(chart, 'gateway', { ...props, edge: { kong: { ingressController: more } } });
  new ApiObject(chart, 'secret', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'acme' }, ...secret });
  return app;
}
const labels = { 'konghq.com/credential': 'key-auth' };
const redis = { host: 'redis.ai.svc', passwordSecret: { name: 'acme', key: 'password' } };
const found = { metadata: { name: 'acme', labels }, stringData: { key: 'k', password: '"p"' } };

test.each<[string, object, object]>([
  ['with label and key', found, {}],
  ['in base64', { ...found, stringData: {}, data: { key: 'a2V5' } }, {}],
  ['with a password in quotes', found, { redis }],
  ['of another namespace', { metadata: { name: 'acme', namespace: 'other' } }, {}],
])('takes a Secret of the app %s', (_, secret, more) => {
  expect(() => withSecret(secret, more).synthYaml()).not.toThrow();
});

test.each<[string, object, object, string]>([
  ['without the label', { stringData: { key: 'k' } }, {}, 'without the label konghq.com/credential'],
  [
    'with the label of another kind',
    { ...found, metadata: { name: 'acme', labels: { 'konghq.com/credential': 'jwt' } } },
    {},
    'a Secret for jwt',
  ],
  ['without the key', { ...found, stringData: { apikey: 'k' } }, {}, 'with the API key under "key"'],
  [
    'with a password that is no JSON',
    { ...found, stringData: { key: 'k', password: 'p' } },
    { redis },
    'with the password in double quotes under "password"',
  ],
])('refuses a Secret of the app %s, in which the controller would find nothing', (_, secret, more, said) => {
  const make = () => withSecret(secret, more).synthYaml();

  expect(make).toThrow(InvalidGatewayError);
  expect(make).toThrow(said);
});

test('takes the password of Kong’s Redis from its Secret, by a patch, and shows none', () => {
  const plan = objectsForController(props, { redis }).find(
    ({ metadata }) => metadata.name === 'direct-plan-free',
  );

  expect(plan?.configPatches).toEqual([
    { path: '/redis/password', valueFrom: { secretKeyRef: { name: 'acme', key: 'password' } } },
  ]);
  expect(plan?.config).toMatchObject({ redis: { host: 'redis.ai.svc', database: 1 } });
});
