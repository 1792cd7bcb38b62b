import { readSettings } from '../../src/router/settings';

const NEEDED = { GATEWAY_DOCUMENT: '/etc/gateway.json', STORE_URL: 'memory:' };

test('has a default for all but the document and the store', () => {
  expect(readSettings(NEEDED)).toEqual({
    documentPath: '/etc/gateway.json',
    port: 8080,
    adminPort: 9090,
    bindAddress: '::',
    storeUrl: 'memory:',
    storeCluster: false,
    drainSeconds: 5,
    graceSeconds: 60,
  });
});

test('takes what the environment says', () => {
  const environment = {
    ...NEEDED,
    PORT: '0',
    ADMIN_PORT: '1',
    BIND_ADDRESS: '127.0.0.1',
    STORE_URL: 'rediss://redis:6379/1',
    STORE_PASSWORD: 'p',
    STORE_CA: 'a certificate',
    STORE_SENTINEL_MASTER: 'main',
    STORE_CLUSTER: 'true',
    API_KEYS_FILE: '/keys/keys.json',
    BACKEND_SECRETS_DIRECTORY: '/secrets',
    DRAIN_SECONDS: '0',
    GRACE_SECONDS: '7',
  };

  expect(readSettings(environment)).toEqual({
    documentPath: '/etc/gateway.json',
    port: 0,
    adminPort: 1,
    bindAddress: '127.0.0.1',
    storeUrl: 'rediss://redis:6379/1',
    storePassword: 'p',
    storeCa: 'a certificate',
    storeSentinelMaster: 'main',
    storeCluster: true,
    apiKeysFile: '/keys/keys.json',
    backendSecretsDirectory: '/secrets',
    drainSeconds: 0,
    graceSeconds: 7,
  });
});

test('sends spans where it is told to, and with which headers', () => {
  const environment = { ...NEEDED, TRACE_ENDPOINT: 'https://otel.example.com:4318/' };
  expect(readSettings(environment).tracing).toEqual({
    url: 'https://otel.example.com:4318/v1/traces',
    headers: {},
    samplePercent: 100,
    service: 'agent-gateway',
  });

  const more = {
    TRACE_ENDPOINT: 'http://otel/otlp',
    TRACE_HEADERS: 'X-Api-Key=a%2Cb==, authorization=Basic eA==,',
    TRACE_SAMPLE_PERCENT: '0.5',
    TRACE_SERVICE: 'full-router',
  };
  expect(readSettings({ ...NEEDED, ...more }).tracing).toEqual({
    url: 'http://otel/otlp/v1/traces',
    headers: { 'x-api-key': 'a,b==', authorization: 'Basic eA==' },
    samplePercent: 0.5,
    service: 'full-router',
  });
});

const TRACED = { TRACE_ENDPOINT: 'http://otel' };

test.each([
  [{ TRACE_ENDPOINT: 'otel:4318' }, 'TRACE_ENDPOINT: got "(not such a URL)"'],
  [{ TRACE_ENDPOINT: 'http://u:secret@otel' }, 'TRACE_ENDPOINT: got "(not such a URL)"'],
  [{ ...TRACED, TRACE_HEADERS: 'secret' }, 'TRACE_HEADERS: got "(not shown)"'],
  [{ ...TRACED, TRACE_HEADERS: 'a=%0d%0asecret: x' }, 'TRACE_HEADERS: got "(not shown)"'],
  [
    { ...TRACED, TRACE_SAMPLE_PERCENT: '101' },
    'TRACE_SAMPLE_PERCENT: got "101", expected a number from 0 to 100',
  ],
])('refuses %j', (environment, message) => {
  const read = () => readSettings({ ...NEEDED, ...environment });
  expect(read).toThrow(message);
  expect(read).not.toThrow('secret');
});

test.each([
  ['GATEWAY_DOCUMENT', undefined, 'got nothing, expected the path of the gateway document'],
  ['STORE_URL', undefined, 'got nothing, expected redis://…, rediss://… or memory:'],
  ['STORE_URL', 'http://:secret@x', 'got "http:", expected redis://…, rediss://… or memory:'],
  ['STORE_URL', 'secret', 'got "(not a URL)", expected redis://…, rediss://… or memory:'],
  ['PORT', '65536', 'got "65536", expected a whole number from 0 to 65535'],
  ['ADMIN_PORT', '-1', 'got "-1", expected a whole number from 0 to 65535'],
  ['DRAIN_SECONDS', '1.5', 'got "1.5", expected a whole number from 0 to 3600'],
  ['GRACE_SECONDS', 'a minute', 'got "a minute", expected a whole number from 0 to 86400'],
])('refuses %s=%s', (name, value, message) => {
  expect(() => readSettings({ ...NEEDED, [name]: value })).toThrow(`${name}: ${message}`);
});
