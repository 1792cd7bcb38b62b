/**
 * The scripts that run inside Redis: one round trip decides about all limits of a caller (contract L1, L2, L4).
 *
 * Keys of one caller, all in one hash slot:
 *
 *     agw:{u1x…}:minute       list    moment in ms, and the total up to then; newest first   "1764000012345" .. "93"
 *     agw:{u1x…}:hour         list    the same
 *     agw:{u1x…}:day          hash    day since 1970, and requests admitted on it  day 20417, count 93
 *     agw:{u1x…}:concurrency  zset    lease, and when it expires in ms            "k3f9a2c1:17" 1764000042345
 *
 * An entry of a list is the 13 digits of the moment and the digits of the total, which Redis stores as one number of eight
 * bytes while the total has at most six digits. What is in a window is the newest total without that of the newest entry
 * that has left it, which is why one such entry stays.
 *
 * The clock is Redis', one for all replicas; where it was set back, it stands still for windows until it has caught up
 * with the newest time that is stored. Every key expires when nothing in it counts any more.
 */

/** Lua that both scripts begin with. `now` is the clock; in a script it may only go forward. */
const WINDOWS = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local clock = now

local function entry(key, index)
  local value = redis.call('LINDEX', key, index)
  if value then return tonumber(string.sub(value, 1, 13)), tonumber(string.sub(value, 14)) end
end

-- The largest index from low to high for which a test holds that holds for low, and up to some index.
local function last(low, high, holds)
  while low < high do
    local middle = math.ceil((low + high) / 2)
    if holds(middle) then low = middle else high = middle - 1 end
  end
  return low
end

local function catch_up(key)
  local newest = entry(key, 0)
  if newest then now = math.max(now, newest) end
end

-- Drops what has left a window but its newest entry. Gives how many entries are in it, and the total that is not.
local function trim(key, after)
  local length = redis.call('LLEN', key)
  if length == 0 then return 0, 0 end
  local oldest, gone = entry(key, -1)
  if oldest > after then return length, 0 end
  if length > 1 and entry(key, -2) > after then return length - 1, gone end
  if entry(key, 0) <= after then
    redis.call('DEL', key)
    return 0, 0
  end
  local live = 1 + last(0, length - 1, function(index) return entry(key, index) > after end)
  redis.call('LTRIM', key, 0, live)
  local _, before = entry(key, live)
  return live, before
end

local function sliding(key, limit, span)
  local live, before = trim(key, now - span)
  if live == 0 then return 0, span, 0 end
  local _, total = entry(key, 0)
  local reset = entry(key, live - 1) + span - now
  if total - before < limit then return total - before, reset, 0 end
  -- Room comes when so much has left that limit - 1 stay.
  local leaves = last(0, live - 1, function(index)
    local _, upto = entry(key, index)
    return upto > total - limit
  end)
  return total - before, reset, entry(key, leaves) + span - now
end

local function day(key, limit, span)
  local stored = redis.call('HMGET', key, 'day', 'count')
  local number = tonumber(stored[1] or 0)
  -- A day that is stored and has not come yet: the clock was set back, and that day goes on.
  if number > math.floor(now / span) then now = number * span end
  local reset = span - now % span
  local count = 0
  if number == math.floor(now / span) then count = tonumber(stored[2] or 0) end
  return count, reset, count >= limit and reset or 0
end

local function charge(kind, key, span, grain, count, amount)
  if kind == 's' then
    local newest, total = entry(key, 0)
    total = total or 0
    local fits = false
    if newest and grain > 1 then
      local _, before = entry(key, 1)
      fits = total - (before or 0) + amount <= grain
    end
    local value = string.format('%.0f%.0f', now, total + amount)
    if fits then redis.call('LSET', key, 0, value) else redis.call('LPUSH', key, value) end
  else
    redis.call('HSET', key, 'day', string.format('%.0f', math.floor(now / span)), 'count', count + amount)
  end
  redis.call('PEXPIRE', key, span)
end
`;

/**
 * KEYS: where there is a look-up, its key; then for each plan one for each window, then the concurrency key. ARGV: lease id,
 * lease milliseconds, number of plans that a look-up chooses from (0 = no look-up, one plan); then for each plan its name,
 * whether it includes the request (1 or 0), concurrency limit (0 = none), number of windows, and for each window its kind
 * (`s` sliding, `d` day), limit, milliseconds, grain and what a request costs. The first plan is the default one.
 *
 * Returns 1 (admitted), 0 (refused) or 2 (not in the plan); what the look-up read; 1 or 0 for a full concurrency; then for
 * each window: count before this request, milliseconds until its oldest part leaves it, milliseconds until it has room.
 */
export const TAKE_SCRIPT = `${WINDOWS}
local key, at, name = 1, 4, ''
local plans = tonumber(ARGV[3])
if plans > 0 then
  local found = redis.pcall('GET', KEYS[1])
  if type(found) == 'string' then name = string.sub(found, 1, 64) elseif found then name = '?' end
  key = 2
  local next_key, next_at = key, at
  for _ = 1, plans do
    if ARGV[next_at] == name then
      key, at = next_key, next_at
      break
    end
    local count = tonumber(ARGV[next_at + 3])
    next_key, next_at = next_key + count + 1, next_at + 4 + count * 5
  end
end
if ARGV[at + 1] == '0' then return {2, name, 0} end
local concurrency, windows = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
local leases = KEYS[key + windows]
-- Where the arguments of a window begin.
local function window(i) return at + 4 + i * 5 end

for i = 0, windows - 1 do
  if ARGV[window(i)] == 's' then catch_up(KEYS[key + i]) end
end

local admitted = 1
local reply = {1, name, 0}
for i = 0, windows - 1 do
  local w = window(i)
  local measure = ARGV[w] == 's' and sliding or day
  local count, reset, wait = measure(KEYS[key + i], tonumber(ARGV[w + 1]), tonumber(ARGV[w + 2]))
  if wait > 0 then admitted = 0 end
  reply[4 + i * 3], reply[5 + i * 3], reply[6 + i * 3] = count, reset, wait
end
if concurrency > 0 then
  -- Leases go by the clock as it is: they are short, and renewed by it. None ends later than one that is taken now.
  redis.call('ZREMRANGEBYSCORE', leases, '-inf', clock)
  for _, lease in ipairs(redis.call('ZRANGEBYSCORE', leases, '(' .. (clock + ARGV[2]), '+inf')) do
    redis.call('ZADD', leases, clock + ARGV[2], lease)
  end
  if redis.call('ZCARD', leases) >= concurrency then
    admitted = 0
    reply[3] = 1
  end
end
reply[1] = admitted
if admitted == 0 then return reply end

for i = 0, windows - 1 do
  local w = window(i)
  local cost = tonumber(ARGV[w + 4])
  if cost > 0 then
    charge(ARGV[w], KEYS[key + i], tonumber(ARGV[w + 2]), tonumber(ARGV[w + 3]), reply[4 + i * 3], cost)
  end
end
if concurrency > 0 then
  redis.call('ZADD', leases, clock + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', leases, ARGV[2])
end
return reply
`;

/** KEYS: the concurrency key. ARGV: lease id, lease milliseconds. A lease that has expired meanwhile is there again. */
export const RENEW_SCRIPT = `
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`;
