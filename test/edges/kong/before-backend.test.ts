/** What Kong does last, by running the plugin's Lua in a Lua 5.1 (the one in Redis). */

import { renderBeforeBackendPlugin } from '../../../src/edges/kong/before-backend';
import type { KongConsumerModel } from '../../../src/model/deployment-model';
import { compileRoutes, matchRoute } from '../../../src/model/route';
import { connectTo, type RedisClient } from '../../support/redis-client';
import { type RedisServer, startRedis } from '../../support/redis-server';
import { modelWith } from '../../support/resolved';

const consumer = (tenant: string, plan: string): KongConsumerModel => ({
  tenant,
  plan,
  windows: [],
  onStoreOutage: 'open',
});
const direct = {
  routes: [],
  consumers: [consumer('acme', 'pro'), consumer('a"b\\c', 'free')],
  redis: { port: 6379, database: 1, tls: false },
};

let server: RedisServer;
let redis: RedisClient;

beforeAll(async () => {
  server = await startRedis();
  redis = connectTo(server.port);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function chunksOf(version?: string): [string, string] {
  return renderBeforeBackendPlugin(direct, version, (tenant) => `gateway.${tenant}`).config.access as never;
}

async function run(username: string | undefined, version?: string) {
  const [, chunk] = chunksOf(version);
  const script = `
local sent, status = {}, 0
local consumer = nil
if ARGV[1] ~= "" then consumer = { username = ARGV[1] } end
local kong = {
  client = { get_consumer = function() return consumer end },
  service = { request = {
    set_header = function(name, value) sent[name] = value end,
    clear_header = function(name) sent[name] = "(cleared)" end,
  } },
  response = { exit = function(code) status = code end },
}
local function run() ${chunk} end
run()
return cjson.encode({ sent = sent, status = status })`;
  return JSON.parse(
    String(await redis.eval(script, 0, username === undefined ? '' : `gateway.${username}`)),
  ) as {
    sent: Record<string, string>;
    status: number;
  };
}

const CLEARED = {
  'x-consumer-id': '(cleared)',
  'x-consumer-custom-id': '(cleared)',
  'x-consumer-username': '(cleared)',
  'x-credential-identifier': '(cleared)',
  'x-anonymous-consumer': '(cleared)',
};

test('tells tenant, plan and version in the names of the contract, and nothing in Kong’s', async () => {
  expect(await run('acme', 'v1')).toEqual({
    sent: { ...CLEARED, 'x-user-id': 'acme', 'x-org-id': 'acme', 'x-plan': 'pro', 'x-api-version': 'v1' },
    status: 0,
  });
});

test('tells no version where there is none, and keeps names as they are', async () => {
  expect(await run('a"b\\c')).toEqual({
    sent: { ...CLEARED, 'x-user-id': 'a"b\\c', 'x-org-id': 'a"b\\c', 'x-plan': 'free' },
    status: 0,
  });
});

test.each([[undefined], ['mallory']])('lets nobody through who is not a tenant: %s', async (username) => {
  expect((await run(username)).status).toBe(401);
});

const PATHS = [
  ...[
    '/a',
    '/a/b.c/.well-known',
    '/a..b/c..',
    '/...',
    '/a%20b',
    '/a/%2Fb',
    '/a%5Cb',
    '/a/..',
    '/a/./b',
    '/a/..;/b',
  ],
  ...[
    '/a/%2e%2E/b',
    '/a/.%2e',
    '/a%2F..%2Fb',
    '/a%2f..',
    '/a/..%5cb',
    '/a%5C.%5C',
    '/a/%252e%252e/b',
    '/a%252F..',
  ],
  ...[
    '/a/%25252e%25252e/b',
    '/a/%2525',
    '/a/%00',
    '/a/%0a',
    '/a%1F',
    '/a%7f',
    '/a%7e',
    '/a%80',
    '/a;.',
    '/a/.;x',
  ],
];

test.each(PATHS)('refuses the path %s exactly where the router does', async (path) => {
  const [chunk] = chunksOf();
  const script = `
local status = 0
local ngx = { var = { upstream_uri = ARGV[1] } }
local kong = { response = { exit = function(code) status = code end } }
local function run() ${chunk} end
run()
return status`;
  const routes = compileRoutes(modelWith({ services: { agents: { path: '/' } } }));
  const known = matchRoute(routes, 'GET', path);

  expect(await redis.eval(script, 0, path)).toBe(known.kind === 'refused' ? 400 : 0);
});
