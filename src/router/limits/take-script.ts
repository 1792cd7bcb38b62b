/**
 * The scripts that run inside Redis: one round trip decides about all limits of a caller (contract L1, L2, L4).
 *
 * Keys of one caller, all in one hash slot:
 *
 *     agw:{u1x…}:minute       list    times of admission in ms, newest first     "1764000012345", "1764000011987", …
 *     agw:{u1x…}:hour         list    the same
 *     agw:{u1x…}:day          hash    day since 1970, and requests admitted on it  day 20417, count 93
 *     agw:{u1x…}:concurrency  zset    lease, and when it expires in ms            "k3f9a2c1:17" 1764000042345
 *
 * The clock is Redis', one for all replicas; where it was set back, it stands still until it has caught up with the
 * newest time that is stored. Every key expires when nothing in it counts any more.
 */

/**
 * KEYS: one for each window, then the concurrency key. ARGV: lease id, lease milliseconds, concurrency limit (0 = none),
 * then for each window its kind (`s` sliding, `d` day), limit and milliseconds.
 *
 * Returns 1 (admitted) or 0, 1 or 0 for a full concurrency, then for each window: count before this request,
 * milliseconds until its oldest request leaves it, milliseconds until it has room.
 */
export const TAKE_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local windows = #KEYS - 1
local leases = KEYS[#KEYS]
local concurrency = tonumber(ARGV[3])

for i = 1, windows do
  if ARGV[1 + i * 3] == 's' then
    local newest = redis.call('LINDEX', KEYS[i], 0)
    if newest then now = math.max(now, tonumber(newest)) end
  end
end

-- Drops what has left a window: finds how many are still in it by halving, then cuts the rest off at once.
local function live(key, after)
  local count = redis.call('LLEN', key)
  if count == 0 or tonumber(redis.call('LINDEX', key, -1)) > after then return count end
  local low, high = 0, count - 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if tonumber(redis.call('LINDEX', key, middle)) > after then low = middle + 1 else high = middle end
  end
  if low == 0 then redis.call('DEL', key) else redis.call('LTRIM', key, 0, low - 1) end
  return low
end

local admitted = 1
local reply = {1, 0}
for i = 1, windows do
  local key, limit, span = KEYS[i], tonumber(ARGV[2 + i * 3]), tonumber(ARGV[3 + i * 3])
  local count, reset, wait = 0, span, 0
  if ARGV[1 + i * 3] == 's' then
    count = live(key, now - span)
    if count > 0 then reset = redis.call('LINDEX', key, -1) + span - now end
    if count >= limit then wait = redis.call('LINDEX', key, limit - 1) + span - now end
  else
    local day = redis.call('HMGET', key, 'day', 'count')
    local stored = tonumber(day[1] or 0)
    -- A day that is stored and has not come yet: the clock was set back, and that day goes on.
    if stored > math.floor(now / span) then now = stored * span end
    reset = span - now % span
    if stored == math.floor(now / span) then count = tonumber(day[2] or 0) end
    if count >= limit then wait = reset end
  end
  if wait > 0 then admitted = 0 end
  reply[i * 3] = count
  reply[i * 3 + 1] = reset
  reply[i * 3 + 2] = wait
end
if concurrency > 0 then
  redis.call('ZREMRANGEBYSCORE', leases, '-inf', now)
  if redis.call('ZCARD', leases) >= concurrency then
    admitted = 0
    reply[2] = 1
  end
end
reply[1] = admitted
if admitted == 0 then return reply end

for i = 1, windows do
  local key, span = KEYS[i], tonumber(ARGV[3 + i * 3])
  if ARGV[1 + i * 3] == 's' then
    redis.call('LPUSH', key, string.format('%.0f', now))
    redis.call('PEXPIRE', key, span)
  else
    redis.call('HSET', key, 'day', string.format('%.0f', math.floor(now / span)), 'count', reply[i * 3] + 1)
    redis.call('PEXPIRE', key, span)
  end
end
if concurrency > 0 then
  redis.call('ZADD', leases, now + ARGV[2], ARGV[1])
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
