/** Each trap is seen where it is, and each that our output could fall into has a case that shows how it does not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { judgeKongFile } from './judge';
import { loadKongSchemas } from './schemas';
import { kongTraps } from './traps';

const file = (service: object, route: object, rest: object = {}) =>
  JSON.stringify({
    _format_version: '3.0',
    services: [
      {
        name: 'a',
        host: 'a',
        retries: 0,
        ...service,
        routes: [
          {
            name: 'a',
            hosts: ['a.example'],
            paths: ['~/a(?:/|$)'],
            request_buffering: false,
            response_buffering: false,
            plugins: [{ name: 'pre-function' }],
            ...route,
          },
        ],
      },
    ],
    ...rest,
  });
const onRoute = (name: string, config: object) => ({ plugins: [{ name: 'pre-function' }, { name, config }] });
const cors = { origins: ['^(?:https://a\\.example)$'], headers: ['Accept'] };

test('finds none in a file that has none', () => {
  expect(kongTraps(file({}, onRoute('cors', cors)))).toEqual([]);
});

test.each([
  ['requests are sent twice', file({ retries: 5 }, {})],
  ['random id', file({}, { name: undefined })],
  ['random id', file({}, {}, { consumers: [{ username: 'a', keyauth_credentials: [{ key: 'k' }] }] })],
  ['held back', file({}, { response_buffering: true })],
  ['part of a segment', file({}, { paths: ['/a'] })],
  ['case of a host', file({}, { hosts: ['A.example'] })],
  ['preflight not matched', file({}, { methods: ['GET'], ...onRoute('cors', cors) })],
  ['headers of identity pass', file({}, { plugins: [] })],
  ['enforces nothing', file({}, {}, { consumers: [{ username: 'a', plugins: [{ name: 'jwt' }] }] })],
  ['reference taken literally', consumerWithSecret('{vault://env/x}')],
  [
    'limit counts as illness',
    file({}, {}, { upstreams: [{ healthchecks: { passive: { unhealthy: {} } } }] }),
  ],
  ['old redis field', file({}, onRoute('rate-limiting', { redis_host: 'a' }))],
  ['bad token passes', file({}, onRoute('jwt', { anonymous: 'a' }))],
  ['template', file({}, onRoute('request-transformer', { add: { headers: ['X-A:$(uuid())'] } }))],
  ['glob taken as expression', file({}, onRoute('cors', { ...cors, origins: ['https://*.a.example', 'b'] }))],
  ['origin sent to everybody', file({}, onRoute('cors', { ...cors, origins: ['https://a.example'] }))],
  ['credentials for everybody', file({}, onRoute('cors', { ...cors, origins: ['*'], credentials: true }))],
  ['any header', file({}, onRoute('cors', { ...cors, headers: [] }))],
  ['preflight without CORS', file({}, onRoute('cors', { ...cors, preflight_continue: true }))],
])('sees: %s', (trap, text) => {
  expect(kongTraps(text)).toContain(trap);
});

function consumerWithSecret(secret: string): string {
  return file({}, {}, { consumers: [{ username: 'a', jwt_secrets: [{ id: '1', secret }] }] });
}

/** What is known to go wrong in a Kong 3.9.3, with the case that shows what is written in its place, or what is refused. */
const SHOWN: readonly (readonly [string, string, RegExp])[] = [
  ['look-around in a path stops Kong', 'golden/cases/kong-file', /~\/api\/v1\\\.0\(\?:\/\|\$\)/],
  ['look-around in a pattern', 'invalid/pattern-look-around', /AGW_PATTERN/],
  [
    'a plain path takes what only begins like it',
    'golden/cases/kong-via-edge',
    /- ~\/api\/tools\(\?:\/\|\$\)/,
  ],
  ['a dot of a Prefix is any character', 'golden/cases/kong-plan-versions', /path: \/~\/v1\\\.0\/tools/],
  ['signs of patterns in a path', 'invalid/path-regex', /AGW_PATH/],
  [
    'groups and credentials that clients claim',
    'golden/cases/kong-file',
    /"x-consumer-", "x-credential-", "x-authenticated-"/,
  ],
  [
    'X-Forwarded-For is only added to',
    'golden/cases/kong-file',
    /upstream_x_forwarded_for = ngx\.var\.remote_addr/,
  ],
  [
    'a request id of any form and length',
    'golden/cases/kong-file',
    /rewrite:[\s\S]*#value >= 8 and #value <= 128/,
  ],
  ['the case of a host', 'golden/cases/kong-file', /hosts:\s+- api\.example\.com\n/],
  ['hosts that differ in case', 'invalid/duplicate-host', /AGW_DUPLICATE/],
  ['a glob that is a regular expression', 'invalid/origin-glob', /AGW_ORIGIN/],
  [
    'an origin that is sent to everybody',
    'golden/cases/kong-cors',
    /\^\(\?:https:\/\/app\\\.example\\\.com\)\$/,
  ],
  ['credentials for any origin', 'invalid/cors-credentials', /AGW_CORS_CREDENTIALS/],
  ['any header where none is listed', 'golden/cases/kong-cors', /headers:\s+- Accept\n/],
  ['preflights of methods that no route has', 'invalid/edge-cannot-via-kong', /services\.tools\.methods/],
  ['`anonymous` lets a bad credential in', 'golden/cases/kong-via-edge', /key-auth\n(?![\s\S]*anonymous:)/],
  [
    'a credential plugin in a consumer enforces nothing',
    'golden/cases/kong-via-edge',
    /routes:[\s\S]*key-auth[\s\S]*consumers:(?![\s\S]*key-auth)/,
  ],
  ['an answer held back until the backend closes', 'golden/cases/kong-file', /response_buffering: false/],
  ['the same under the controller', 'golden/cases/kong-ingress', /response-buffering: "false"/],
  ['a request sent twice', 'golden/cases/kong-file', /retries: 0/],
  ['the same under the controller', 'golden/cases/kong-ingress', /konghq\.com\/retries: "0"/],
  [
    'orders of a backend to nginx',
    '../examples/kong-dbless/expected/edge',
    /PROXY_IGNORE_HEADERS\s+value: X-Accel-Redirect/,
  ],
  ['Lua that is switched off', '../examples/kong-dbless/expected/edge', /UNTRUSTED_LUA\s+value: sandbox/],
  [
    'an upstream that is ill for saying 429',
    'golden/cases/kong-file',
    /host: golden-router\n(?![\s\S]*upstreams:)/,
  ],
  [
    'ids that each pod makes up',
    'golden/cases/kong-via-edge',
    /consumers:\s+- id: [0-9a-f-]{36}[\s\S]*keyauth_credentials:\s+- id: [0-9a-f-]{36}/,
  ],
  ['two databases of one Redis', 'golden/cases/kong-via-edge', /database: 1\n(?![\s\S]*database:)/],
  [
    'a reference that is taken for the secret',
    'golden/cases/kong-via-edge',
    /key: "@API_KEY_0@"[\s\S]*password: "\{vault:\/\/env\/redis-password\}"/,
  ],
  ['a longer window below a shorter one', 'invalid/duplicate-edge-credential', /longer window/],
  ['two consumers with one credential', 'invalid/duplicate-edge-credential', /AGW_DUPLICATE/],
];

const tests = join(__dirname, '../..');

/** Of an invalid case only what is said of it; of a golden one, what was written. */
function caseText(name: string): string {
  const golden = name.startsWith('golden/') ? `${name}.golden.yaml` : `${name}.yaml`;
  const text = readFileSync(join(tests, golden), 'utf8');
  return name.startsWith('invalid/') ? text.slice(text.indexOf('problems: |')) : text;
}

test.each(SHOWN)('has a case for: %s (%s)', (_, name, shows) => {
  expect(caseText(name)).toMatch(shows);
});

/** Every file for Kong that stands in a golden case or an example. */
function writtenFiles(): (readonly [string, string])[] {
  const folder = join(tests, 'golden/cases');
  const golden = readdirSync(folder).filter(
    (name) => name.startsWith('kong-') && name.endsWith('.golden.yaml'),
  );
  const fromMaps = golden.flatMap((name) =>
    parseAllDocuments(readFileSync(join(folder, name), 'utf8'))
      .map((document) => document.toJS() as { readonly data?: Readonly<Record<string, string>> })
      .flatMap(({ data }) => (data?.['kong.yml'] === undefined ? [] : [[name, data['kong.yml']] as const])),
  );
  const example = readFileSync(join(tests, '../examples/kong-dbless/expected/kong.yml'), 'utf8');
  return [...fromMaps, ['the example', example]];
}

test.each(writtenFiles())('is fallen into by no file of %s', (_, text) => {
  expect(kongTraps(text)).toEqual([]);
});

const schemas = loadKongSchemas();
const withSchemas = schemas === undefined ? test.skip : test;

withSchemas.each(writtenFiles())('Kong accepts the file of %s', (_, text) => {
  expect(judgeKongFile(schemas as NonNullable<typeof schemas>, text)).toEqual([]);
});
