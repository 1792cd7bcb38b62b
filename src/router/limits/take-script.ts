/**
 * The scripts that run inside Redis: one round trip decides about all limits of a caller (contract L1, L2, L4).
 *
 * Keys of one caller, all in one hash slot:
 *
 *     agw:{u1x…}:windows      string  what is known of each window (below), in MessagePack
 *     agw:{u1x…}:minute       list    entries of a sliding window but the newest, oldest first   "1764000012345" .. "93"
 *     agw:{u1x…}:concurrency  zset    lease, and when it expires in ms                           "k3f9a2c1:17" 1764000042345
 *
 * An entry is a moment in ms and the total of all that was charged up to it: the 13 digits of the one and the digits of the
 * other, which Redis stores as one number of eight bytes while the total has at most six digits. The newest entry is with
 * the windows. What is charged in the same moment, or while the entry is smaller than the window's grain, is added to it.
 *
 *     { "minute": [moment of the newest entry, its total, the total before it, moment of the oldest entry,
 *                  the total of what has left the window, when the list expires],
 *       "day":    [day since 1970, what was charged on it],
 *       "until":  when nothing in it counts any more }
 *
 * That this is one value, and that a list is touched only where an entry comes or leaves, is for speed (see `bench/`). To
 * read it: `redis-cli EVAL "return cjson.encode(cmsgpack.unpack(redis.call('GET', KEYS[1])))" 1 'agw:{…}:windows'`.
 *
 * The clock is Redis', one for all replicas; where it was set back, it stands still for windows until it has caught up
 * with the newest time that is stored.
 */

/** Lua that both scripts begin with. `now` is the clock; in a script it may only go forward. */
const WINDOWS = `
local time = redis.call('TIME')
local clock = time[1] * 1000 + math.floor(time[2] / 1000)
local now = clock

local function entry(text) return tonumber(string.sub(text, 1, 13)), tonumber(string.sub(text, 14)) end
local function entry_at(list, place) return entry(redis.call('LINDEX', list, place)) end

-- The first place from low on whose entry passes a test, which all later ones pass too; high where none does.
local function first(list, low, high, passes)
  if low < high and passes(entry_at(list, low)) then return low end
  while low < high do
    local middle = math.floor((low + high) / 2)
    if passes(entry_at(list, middle)) then high = middle else low = middle + 1 end
  end
  return low
end

-- What is known of a caller's windows.
local function known(key, windows)
  local text = redis.call('GET', key)
  now = clock
  if not text then return {} end
  local ok, state = pcall(cmsgpack.unpack, text)
  if not ok or type(state) ~= 'table' then error({ err = 'WRONGTYPE no windows of a caller' }) end
  for _, window in ipairs(windows) do
    local is = state[window[1]]
    if is and (type(is) ~= 'table' or #is ~= (window[2] == 's' and 6 or 2)) then
      error({ err = 'WRONGTYPE no window of a caller' })
    end
    -- What has not come yet and is stored: the clock was set back.
    if is then now = math.max(now, window[2] == 's' and is[1] or is[1] * window[4]) end
  end
  return state
end

-- Drops the entries that have left a window, of which the newest is not one: mostly a few since last time.
local function leave(is, list, after)
  local left = 0
  is[4] = is[1]
  for i, text in ipairs(redis.call('LRANGE', list, 0, 3)) do
    local moment, total = entry(text)
    if moment > after then
      is[4] = moment
      break
    end
    left, is[5] = i, total
  end
  if left == 4 then
    local length = redis.call('LLEN', list)
    left = first(list, left, length, function(moment) return moment > after end)
    is[5] = select(2, entry_at(list, left - 1))
    if left < length then is[4] = entry_at(list, left) end
  elseif is[4] == is[1] then
    is[5] = is[3]
  end
  redis.call('LTRIM', list, left, -1)
end

-- Gives the count, milliseconds until the oldest part leaves and until there is room, and whether anything has left.
local function sliding(is, list, limit, span)
  if not is or is[1] <= now - span then return 0, span, 0, false end
  local leaves = is[4] <= now - span
  if leaves then leave(is, list, now - span) end
  local count, reset = is[2] - is[5], is[4] + span - now
  if count < limit then return count, reset, 0, leaves end
  -- Room comes when so much has left that limit - 1 stay.
  local length = redis.call('LLEN', list)
  local place = first(list, 0, length, function(_, total) return total > is[2] - limit end)
  return count, reset, (place < length and entry_at(list, place) or is[1]) + span - now, leaves
end

local function day(is, limit, span)
  local reset = span - now % span
  local count = is and is[1] == math.floor(now / span) and is[2] or 0
  return count, reset, count >= limit and reset or 0, false
end

-- Measures a window, which is { name, kind, limit, milliseconds, grain, cost of a request }.
local function measure(state, window, list)
  local name, kind, limit, span = unpack(window)
  if kind == 's' then return sliding(state[name], list, limit, span) end
  return day(state[name], limit, span)
end

-- Adds an amount to a sliding window that is not empty.
local function add(is, list, span, grain, amount)
  local alone = is[3] == is[5]
  if is[1] == now or is[2] + amount - is[3] <= grain then
    if alone then is[4] = now end
  else
    -- A list that is not needed may be left over.
    if alone then redis.call('DEL', list) end
    local length = redis.call('RPUSH', list, string.format('%.0f%.0f', is[1], is[2]))
    -- It expires late, so that this need not be said each time.
    if length == 1 or is[6] < now + span then
      is[6] = now + span + math.floor(span / 4)
      redis.call('PEXPIRE', list, is[6] - now)
    end
    is[3] = is[2]
  end
  is[1], is[2] = now, is[2] + amount
end

-- Adds an amount to a window that has been measured.
local function charge(state, window, list, amount)
  local name, kind, _, span, grain = unpack(window)
  local is = state[name]
  if kind == 'd' then
    local today = math.floor(now / span)
    state[name] = { today, (is and is[1] == today and is[2] or 0) + amount }
  elseif not is or is[1] <= now - span then
    state[name] = { now, amount, 0, now, 0, 0 }
  else
    add(is, list, span, grain, amount)
  end
  state['until'] = math.max(state['until'] or 0, now + span)
end

local function keep(key, state)
  redis.call('SET', key, cmsgpack.pack(state), 'PX', string.format('%.0f', state['until'] - now))
end
`;

/**
 * Gives slots back, and then decides about one request or several.
 *
 * KEYS: the concurrency key of each slot; then for each request: where there is a look-up, its key; for each plan the key of
 * its windows, one for each window, then the concurrency key.
 *
 * ARGV: lease milliseconds; JSON of the lease ids of the slots; JSON of the requests; and the plans that they name, each as
 * JSON `[concurrency limit, [name, kind, limit, milliseconds, grain, cost]…]`, where concurrency 0 is none, kinds are `s`
 * (sliding) and `d` (day), and cost is what a request takes. A request is `[lease id, number of keys, number of plans that a
 * look-up chooses from (0 = no look-up, one plan), …]` and for each plan its name, whether it includes the request (1 or 0),
 * and its place among the plans, from 1. The first plan is the default one.
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

-- The name that a look-up has read, where its plan is in the request, and the first key of that.
local function look_up(request, key)
  local name, next_key = '', key + 1
  local found = redis.pcall('GET', KEYS[key])
  if type(found) == 'string' then name = string.sub(found, 1, 64) elseif found then name = '?' end
  for at = 4, 1 + 3 * request[3], 3 do
    if request[at] == name then return name, at, next_key end
    next_key = next_key + #plan_at(request[at + 2]) + 1
  end
  return name, 4, key + 1
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

local function is_full(leases, concurrency)
  return concurrency > 0 and redis.call('ZCARD', leases) >= concurrency and live(leases) >= concurrency
end

local function take(key, request)
  local name, at = '', 4
  if request[3] > 0 then name, at, key = look_up(request, key) end
  if request[at + 1] == 0 then return name, '2,0' end

  local plan = plan_at(request[at + 2])
  local concurrency, windows = plan[1], { unpack(plan, 2) }
  local leases = KEYS[key + #windows + 1]
  local state = #windows > 0 and known(KEYS[key], windows)
  local admitted, changed, numbers = true, false, ''
  for i, window in ipairs(windows) do
    local count, reset, wait, left = measure(state, window, KEYS[key + i])
    if wait > 0 then admitted = false end
    changed = changed or left
    numbers = numbers .. string.format(',%.0f,%.0f,%.0f', count, reset, wait)
  end
  local full = is_full(leases, concurrency)
  admitted = admitted and not full

  if admitted then
    for i, window in ipairs(windows) do
      local cost = window[6]
      if cost > 0 then
        charge(state, window, KEYS[key + i], cost)
        changed = true
      end
    end
    if concurrency > 0 then
      redis.call('ZADD', leases, clock + ARGV[1], request[1])
      redis.call('PEXPIRE', leases, ARGV[1])
    end
  end
  if changed then keep(KEYS[key], state) end
  return name, (admitted and '1,' or '0,') .. (full and '1' or '0') .. numbers
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
 * KEYS: that of the windows, and one for each of those that are charged. ARGV: what is charged, and the windows as JSON:
 * `[[name, kind, limit, milliseconds, grain]…]`. Charges whatever is left: it is used already.
 */
export const CHARGE_SCRIPT = `${WINDOWS}
local windows = cjson.decode(ARGV[2])
local state = known(KEYS[1], windows)
for i, window in ipairs(windows) do
  measure(state, window, KEYS[i + 1])
  charge(state, window, KEYS[i + 1], tonumber(ARGV[1]))
end
keep(KEYS[1], state)
return 1
`;

/** KEYS: the concurrency key. ARGV: lease id, lease milliseconds. A lease that has expired meanwhile is there again. */
export const RENEW_SCRIPT = `
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`;
