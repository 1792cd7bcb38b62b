/** The script that puts API keys into Kong's file, run by a shell. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import { FILL_SCRIPT } from '../../src/workloads/kong-keys';
import { synthesise } from '../support/synthesise';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'agent-gateway-keys-'));
  for (const name of ['template', 'filled', 'keys']) mkdirSync(join(directory, name));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function fill(template: string, keys: Readonly<Record<string, string>>) {
  writeFileSync(join(directory, 'template/kong.yml'), template);
  for (const [place, key] of Object.entries(keys)) {
    mkdirSync(join(directory, 'keys', place));
    writeFileSync(join(directory, 'keys', place, 'key'), key);
  }
  const paths = ['template', 'filled', 'keys'].map((name) => join(directory, name));
  const { status, stderr, stdout } = spawnSync('sh', ['-c', FILL_SCRIPT, 'keys', ...paths], {
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr, file: join(directory, 'filled/kong.yml') };
}

const LONG = 'k'.repeat(16);

test('puts each key in its place, without the line end of its file', () => {
  const keys = { 0: `${LONG}0\n`, 1: 'A-Z.a_z~0+9/=-&'.replace('&', 'x'), 10: `${LONG}10` };
  const { status, file, said } = fill('a: "@API_KEY_1@"\nb: "@API_KEY_10@"\nc: "@API_KEY_0@"\n', {
    ...keys,
    1: 'A-Z.a_z~0+9/=-abc',
  });

  expect({ status, said }).toEqual({ status: 0, said: '' });
  expect(readFileSync(file, 'utf8')).toBe(`a: "A-Z.a_z~0+9/=-abc"\nb: "${LONG}10"\nc: "${LONG}0"\n`);
});

test.each([
  ['a key that ends the text in the file', { 0: `${LONG}"` }],
  ['a key with a sign of sed’s', { 0: `${LONG}|` }],
  ['a key with the sign for all that was found', { 0: `${LONG}&` }],
  ['a key with a line end in it', { 0: `${LONG}\nx` }],
  ['a short key', { 0: 'k'.repeat(15) }],
  ['an empty key', { 0: '' }],
  ['a long key', { 0: 'k'.repeat(513) }],
  ['a key that is not there', {}],
  ['the key of another tenant, which Kong would print', { 0: LONG, 1: LONG }],
])('fails at %s, and never prints a key', (_, keys: Record<string, string>) => {
  const template = Object.keys(keys).map((place) => `key: "@API_KEY_${place}@"\n`);
  const { status, said } = fill(template.join('') || 'key: "@API_KEY_0@"\n', keys);

  expect(status).not.toBe(0);
  expect(said).not.toContain('kkkk');
});

const props: AgentGatewayProps = {
  name: 'keys',
  hosts: ['api.example.com'],
  edge: { kong: { dbless: {} } },
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerDay: 10, onStoreOutage: 'open' } },
  tenants: { acme: { edgeCredentials: { apiKey: { name: 'acme', key: 'api-key' } } } },
  services: { tools: { path: '/tools', backend: { service: 'tools', port: 8001 }, via: 'edge' } },
  redis: { managed: { passwordSecret: { name: 'redis', key: 'password' } } },
};

const objects = synthesise(props);
const deployment = objects.find(
  ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'keys-kong',
) as unknown as { spec: { template: { spec: Record<string, unknown> } } };

test('gives the pod the Secrets, and the filled file in memory alone', () => {
  const pod = deployment.spec.template.spec;

  expect(pod.initContainers).toHaveLength(1);
  expect(pod.volumes).toEqual(
    expect.arrayContaining([
      { name: 'filled', emptyDir: { medium: 'Memory', sizeLimit: '8Mi' } },
      {
        name: 'key-0',
        secret: { secretName: 'acme', defaultMode: 0o440, items: [{ key: 'api-key', path: 'key' }] },
      },
    ]),
  );
  const [container] = pod.containers as [{ env: { name: string; value?: string; valueFrom?: object }[] }];
  expect(container.env).toEqual(
    expect.arrayContaining([
      { name: 'KONG_DECLARATIVE_CONFIG', value: '/run/kong-gateway/kong.yml' },
      { name: 'REDIS_PASSWORD', valueFrom: { secretKeyRef: { name: 'redis', key: 'password' } } },
    ]),
  );
});

const policyOf = (all: typeof objects) =>
  all.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'keys-redis');

test('lets Kong reach the Redis that it counts in', () => {
  expect(JSON.stringify(policyOf(objects))).toContain('"app.kubernetes.io/component":"edge"');
});

test('lets Kong count elsewhere, with the password of that Redis, and not reach the router’s then', () => {
  const redis = { host: 'redis.example.com', tls: true, passwordSecret: { name: 'other', key: 'kong' } };
  const elsewhere = synthesise({ ...props, edge: { kong: { dbless: { redis } } } });

  expect(JSON.stringify(policyOf(elsewhere))).not.toContain('"app.kubernetes.io/component":"edge"');
  expect(JSON.stringify(elsewhere)).toContain(
    '"name":"REDIS_PASSWORD","valueFrom":{"secretKeyRef":{"key":"kong","name":"other"}}',
  );
  expect(JSON.stringify(elsewhere)).toContain('server_name: redis.example.com');
});

test('leaves the service and the credentials out of what the router reads', () => {
  const texts = objects
    .filter(({ kind }) => kind === 'ConfigMap')
    .map(({ data }) => (data as Record<string, string>)['gateway.json'] ?? '');

  expect(texts.join('')).toContain('"services": {}');
  expect(texts.join('')).not.toContain('edgeCredentials');
});
