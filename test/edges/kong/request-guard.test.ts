/** The guard's Lua, run by a Lua 5.1 (the one in Redis) with what it calls of Kong's around it. */

import { renderRequestGuardPlugin } from '../../../src/edges/kong/request-guard';
import { saneRequestId } from '../../../src/model/headers';
import { connectTo, type RedisClient } from '../../support/redis-client';
import { type RedisServer, startRedis } from '../../support/redis-server';

const { rewrite, access } = renderRequestGuardPlugin().config as Record<'rewrite' | 'access', string[]>;

/** What Kong offers a function of a plugin (PDK 3.9), as far as it is called; headers come as JSON. */
const script = (chunks: readonly string[]) => `
local sent = cjson.decode(ARGV[1])
local cleared, status = {}, 0
local ngx = { var = { realip_remote_addr = ARGV[2], remote_addr = "198.51.100.1" } }
local kong = {
  ip = { is_trusted = function(address) return address == "10.0.0.1" end },
  request = { get_headers = function(most)
    local shown, count = {}, 0
    for name, value in pairs(sent) do
      if count < most then shown[name] = value end
      count = count + 1
    end
    return shown
  end },
  service = { request = { clear_header = function(name)
    if sent[name] ~= nil then cleared[#cleared + 1] = name end
    sent[name] = nil
  end } },
  response = { exit = function(code) status = code end },
}
${chunks.map((chunk, i) => `local function run${i}() ${chunk} end run${i}()`).join('\n')}
table.sort(cleared)
return cjson.encode({ cleared = cleared, status = status, chain = ngx.var.upstream_x_forwarded_for })`;

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

type Headers = Readonly<Record<string, string | string[]>>;

async function run(chunks: readonly string[], headers: Headers, peer = '203.0.113.7') {
  const answer = await redis.eval(script(chunks), 0, JSON.stringify(headers), peer);
  const { cleared, status, chain } = JSON.parse(String(answer)) as {
    cleared: string[] | object;
    status: number;
    chain?: string;
  };
  return { cleared: Array.isArray(cleared) ? cleared : [], status, chain };
}

async function guard(headers: Headers) {
  const { cleared, status } = await run(access, headers);
  return { cleared, status };
}

test.each([
  'x-user-id',
  'x_user_id',
  'x.org.id',
  'x-plan',
  'x-api-version',
  'x-variant',
  'x-consumer-id',
  'x-consumer-username',
  'x_consumer_groups',
  'x-credential-identifier',
  'x-authenticated-groups',
  'x-authenticated-userid',
  'x-anonymous-consumer',
  'forwarded',
  'x-forwarded-user',
  'x-forwarded-client-cert',
  'x_forwarded_for',
  'x_real_ip',
  'x_request_id',
  'x_api_key',
  'proxy-authorization',
  'proxy-connection',
  'keep-alive',
])('takes away what a client claims by %s', async (name) => {
  expect(await guard({ [name]: 'mallory', accept: '*/*' })).toEqual({ cleared: [name], status: 0 });
});

test.each([
  'authorization',
  'x-api-key',
  'x-user-identity',
  'x-planned',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-path',
  'x-forwarded-prefix',
  'traceparent',
])('leaves %s to Kong and the router', async (name) => {
  expect(await guard({ [name]: 'value' })).toEqual({ cleared: [], status: 0 });
});

test.each([
  'c0ffee00-1234',
  'short12',
  'eightchr',
  'a'.repeat(128),
  'a'.repeat(129),
  '-starts-badly',
  'has space in it',
  '<script>alert(1)</script>',
  'trailing-newline\n',
  'id.with~all_of:them-1',
  'ünïcödë-id',
])('takes the id %j exactly where the router does', async (id) => {
  const { cleared } = await guard({ 'x-request-id': id });

  expect(cleared).toEqual(saneRequestId(id) === undefined ? ['x-request-id'] : []);
});

test('takes away ids that come twice, of which Kong would answer with one and pass on both', async () => {
  const { cleared } = await guard({ 'x-request-id': ['c0ffee00-1234', 'c0ffee00-1235'] });

  expect(cleared).toEqual(['x-request-id']);
});

test('takes ids away for Kong’s own answers too, which only the first phase comes before', async () => {
  const headers = { 'x-request-id': '<script>', x_request_id: 'c0ffee00-1234', 'x-user-id': 'mallory' };

  expect((await run(rewrite, headers)).cleared).toEqual(['x-request-id', 'x_request_id']);
});

test.each([
  ['one line', 'close, X-Hop,x-user-id'],
  ['several', ['close', 'X-Hop', 'x-user-id']],
])('takes away what Connection names, in %s', async (_, connection) => {
  const headers = { connection, 'x-hop': '1', 'x-user-id': 'mallory', 'x-own': '1' };

  expect((await guard(headers)).cleared).toEqual(['x-hop', 'x-user-id']);
});

test('leaves what a request ends by, and the upgrade to a WebSocket, whatever Connection names', async () => {
  const connection = 'Upgrade, Host, Content-Length, Transfer-Encoding, Expect, Connection';
  const names = ['upgrade', 'host', 'content-length', 'transfer-encoding', 'expect'];
  const headers = { connection, ...Object.fromEntries(names.map((name) => [name, '1'])) };

  expect((await guard(headers)).cleared).toEqual([]);
});

test('begins X-Forwarded-For anew, but for proxies that are trusted', async () => {
  expect((await run(access, {})).chain).toBe('198.51.100.1');
  expect((await run(access, {}, '10.0.0.1')).chain).toBeUndefined();
});

test('refuses a request with more header lines than can be looked through', async () => {
  const many = Object.fromEntries(Array.from({ length: 1_100 }, (_, i) => [`a-${i}`, '1']));
  const repeated = { a: Array.from({ length: 1_000 }, () => '1') };

  expect((await guard(many)).status).toBe(431);
  expect((await guard(repeated)).status).toBe(431);
  expect((await guard({ a: Array.from({ length: 999 }, () => '1') })).status).toBe(0);
});
