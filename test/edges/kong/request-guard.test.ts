/** The guard's Lua, run by a Lua 5.1 (the one in Redis) with what it calls of Kong's around it. */
import { Redis } from 'ioredis';
import { renderRequestGuardPlugin } from '../../../src/edges/kong/request-guard';
import { saneRequestId } from '../../../src/model/headers';
import { type RedisServer, startRedis } from '../../support/redis-server';

const [chunk] = renderRequestGuardPlugin().config.access as [string];

/** What Kong offers a function of a plugin (PDK 3.9), as far as it is called; headers come as JSON. */
const SCRIPT = `
local sent = cjson.decode(ARGV[1])
local cleared, status = {}, 0
local kong = {
  request = { get_headers = function(most)
    local shown, count = {}, 0
    for name, value in pairs(sent) do
      if count < most then shown[name] = value end
      count = count + 1
    end
    return shown
  end },
  service = { request = { clear_header = function(name) cleared[#cleared + 1] = name end } },
  response = { exit = function(code) status = code end },
}
local function run() ${chunk} end
run()
table.sort(cleared)
return cjson.encode({ cleared = cleared, status = status })`;

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function guard(headers: Readonly<Record<string, string | string[]>>) {
  const answer = await redis.eval(SCRIPT, 0, JSON.stringify(headers));
  const { cleared, status } = JSON.parse(String(answer)) as { cleared: string[] | object; status: number };
  return { cleared: Array.isArray(cleared) ? cleared : [], status };
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

test('refuses a request with more header lines than can be looked through', async () => {
  const many = Object.fromEntries(Array.from({ length: 1_100 }, (_, i) => [`a-${i}`, '1']));
  const repeated = { a: Array.from({ length: 1_000 }, () => '1') };

  expect((await guard(many)).status).toBe(431);
  expect((await guard(repeated)).status).toBe(431);
  expect((await guard({ a: Array.from({ length: 999 }, () => '1') })).status).toBe(0);
});
