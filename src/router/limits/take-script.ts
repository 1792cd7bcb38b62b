/**
 * The scripts that run inside Redis: one round trip decides about all limits of a caller (contract L1, L2, L4).
 *
 * Keys of one caller, all in one hash slot:
 *
 *     agw:{u1x…}:minute       list    moment in ms, and the total up to then; newest first   "1764000012345" .. "93"
 *     agw:{u1x…}:hour         list    the same
 *     agw:{u1x…}:day          hash    day since 1970, and requests admitted on it  day 20417, count 93
 *     agw:{u1x…}:tokens-minute, tokens-day                the same of tokens, charged when they are known
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

-- The total of a list so far, nil for an empty one. Its newest moment is not after now.
local function total_of(key)
  local newest, total = entry(key, 0)
  if newest and newest > now then now = newest end
  return total
end

-- Drops what has left a window but its newest entry; upto is the total of the oldest one. Gives the total that has left
-- the window and the oldest moment in it, nothing when it is empty. Mostly no more than a few have left since last time.
local function trim(key, after, upto)
  for _ = 1, 4 do
    local oldest, total = entry(key, -2)
    if not oldest then break end
    if oldest > after then return upto, oldest end
    redis.call('RPOP', key)
    upto = total
  end
  if entry(key, 0) <= after then
    redis.call('DEL', key)
    return
  end
  local live = last(0, redis.call('LLEN', key) - 1, function(index) return entry(key, index) > after end)
  redis.call('LTRIM', key, 0, live + 1)
  local _, before = entry(key, live + 1)
  return before, (entry(key, live))
end

-- Gives the count, milliseconds until the oldest part leaves and until there is room, and the total.
local function sliding(key, limit, span, total)
  if not total then return 0, span, 0, 0 end
  local before, oldest, upto = 0, entry(key, -1)
  if oldest <= now - span then
    before, oldest = trim(key, now - span, upto)
    if not before then return 0, span, 0, 0 end
  end
  local reset = oldest + span - now
  if total - before < limit then return total - before, reset, 0, total end
  -- Room comes when so much has left that limit - 1 stay.
  local leaves = last(0, redis.call('LLEN', key) - 1, function(index)
    local _, there = entry(key, index)
    return there > total - limit
  end)
  return total - before, reset, entry(key, leaves) + span - now, total
end

local function day(key, limit, span)
  local stored = redis.call('HMGET', key, 'day', 'count')
  local number = tonumber(stored[1] or 0)
  -- A day that is stored and has not come yet: the clock was set back, and that day goes on.
  if number > math.floor(now / span) then now = number * span end
  local reset = span - now % span
  local count = 0
  if number == math.floor(now / span) then count = tonumber(stored[2] or 0) end
  return count, reset, count >= limit and reset or 0, count
end

-- Adds an amount to what sliding or day gave last.
local function charge(kind, key, span, grain, total, amount)
  if kind == 's' then
    local fits = false
    if grain > 1 and total > 0 then
      local _, before = entry(key, 1)
      fits = total - (before or 0) + amount <= grain
    end
    local value = string.format('%.0f%.0f', now, total + amount)
    if fits then redis.call('LSET', key, 0, value) else redis.call('LPUSH', key, value) end
    redis.call('PEXPIRE', key, span)
  else
    redis.call('HSET', key, 'day', string.format('%.0f', math.floor(now / span)), 'count', total + amount)
    -- A day ends no later than its length after what came first in it.
    if total == 0 then redis.call('PEXPIRE', key, span) end
  end
end

-- Measures windows; each is { kind, limit, milliseconds, grain, cost of a request }, its key at from and on.
local function measure(windows, from, visit)
  local totals = {}
  for i, window in ipairs(windows) do
    if window[1] == 's' then totals[i] = total_of(KEYS[from + i - 1]) end
  end
  for i, window in ipairs(windows) do
    local how = window[1] == 's' and sliding or day
    local count, reset, wait, total = how(KEYS[from + i - 1], window[2], window[3], totals[i])
    totals[i] = total
    if visit then visit(i, count, reset, wait) end
  end
  return totals
end
`;

/**
 * Gives slots back, and then decides about one request or several.
 *
 * KEYS: the concurrency key of each slot; then for each request: where there is a look-up, its key; for each plan one for
 * each window, then the concurrency key.
 *
 * ARGV: lease milliseconds; JSON of the lease ids of the slots; JSON of the requests; and the plans that they name, each as
 * JSON `[concurrency limit, [kind, limit, milliseconds, grain, cost]…]`, where concurrency 0 is none, kinds are `s` (sliding)
 * and `d` (day), and cost is what a request takes. A request is `[lease id, number of keys, number of plans that a look-up
 * chooses from (0 = no look-up, one plan), …]` and for each plan its name, whether it includes the request (1 or 0), and its
 * place among the plans, from 1. The first plan is the default one.
 *
 * Returns JSON, one text because Redis and the client take longer over a list. For each request `[text, status, full, …]`:
 * what the look-up read, or the error; 1 (admitted), 0 (refused), 2 (not in the plan) or -1 (what is stored is not ours);
 * 1 or 0 for a full concurrency; then for each window: count before this request, milliseconds until its oldest part leaves
 * it, milliseconds until it has room.
 */
export const TAKE_SCRIPT = `${WINDOWS}
local plans = {}
local function plan_at(place)
  if not plans[place] then plans[place] = cjson.decode(ARGV[3 + place]) end
  return plans[place]
end

-- As whole numbers, which Lua would write with an exponent when they are large.
local function written(numbers)
  for i, number in ipairs(numbers) do numbers[i] = string.format('%.0f', number) end
  return table.concat(numbers, ',')
end

-- How many leases there are, without those that have expired: they are looked for only where they are in the way. Leases go
-- by the clock as it is: they are short, and renewed by it. None ends later than one that is taken now.
local function live(leases)
  local ends = clock + ARGV[1]
  redis.call('ZREMRANGEBYSCORE', leases, '-inf', clock)
  for _, late in ipairs(redis.call('ZRANGEBYSCORE', leases, '(' .. ends, '+inf')) do
    redis.call('ZADD', leases, ends, late)
  end
  return redis.call('ZCARD', leases)
end

local function take(key, request)
  local lease, lookups, name, at = request[1], request[3], '', 4
  if lookups > 0 then
    local found = redis.pcall('GET', KEYS[key])
    if type(found) == 'string' then name = string.sub(found, 1, 64) elseif found then name = '?' end
    key = key + 1
    local next_key = key
    for next_at = 4, 1 + 3 * lookups, 3 do
      if request[next_at] == name then
        key, at = next_key, next_at
        break
      end
      next_key = next_key + #plan_at(request[next_at + 2])
    end
  end
  if request[at + 1] == 0 then return name, '2,0' end

  local plan = plan_at(request[at + 2])
  local concurrency, windows = plan[1], {unpack(plan, 2)}
  local leases = KEYS[key + #windows]
  local admitted = 1
  local reply = {1, 0}
  now = clock
  local totals = measure(windows, key, function(i, count, reset, wait)
    if wait > 0 then admitted = 0 end
    reply[i * 3], reply[1 + i * 3], reply[2 + i * 3] = count, reset, wait
  end)
  if concurrency > 0 then
    if redis.call('ZCARD', leases) >= concurrency and live(leases) >= concurrency then
      admitted = 0
      reply[2] = 1
    end
  end
  reply[1] = admitted
  if admitted == 0 then return name, written(reply) end

  for i, window in ipairs(windows) do
    if window[5] > 0 then charge(window[1], KEYS[key + i - 1], window[3], window[4], totals[i], window[5]) end
  end
  if concurrency > 0 then
    redis.call('ZADD', leases, clock + ARGV[1], lease)
    redis.call('PEXPIRE', leases, ARGV[1])
  end
  return name, written(reply)
end

local slots = cjson.decode(ARGV[2])
for i, lease in ipairs(slots) do redis.call('ZREM', KEYS[i], lease) end
local replies, key = {}, #slots + 1
for i, request in ipairs(cjson.decode(ARGV[3])) do
  local ok, text, numbers = pcall(take, key, request)
  if not ok then
    -- Of other errors, such as of a replica, all requests learn.
    local message = type(text) == 'table' and text.err or tostring(text)
    if not string.find(message, 'WRONGTYPE', 1, true) then error(text) end
    text, numbers = message, '-1,0'
  end
  replies[i] = '[' .. cjson.encode(text) .. ',' .. numbers .. ']'
  key = key + request[2]
end
return '[' .. table.concat(replies, ',') .. ']'
`;

/**
 * KEYS: one for each window. ARGV: what is charged, and the windows as JSON: `[[kind, limit, milliseconds, grain]…]`. Charges
 * whatever is left: it is used already.
 */
export const CHARGE_SCRIPT = `${WINDOWS}
local windows = cjson.decode(ARGV[2])
local totals = measure(windows, 1)
for i, window in ipairs(windows) do
  charge(window[1], KEYS[i], window[3], window[4], totals[i], tonumber(ARGV[1]))
end
return 1
`;

/** KEYS: the concurrency key. ARGV: lease id, lease milliseconds. A lease that has expired meanwhile is there again. */
export const RENEW_SCRIPT = `
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`;
