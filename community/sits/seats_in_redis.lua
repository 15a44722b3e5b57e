-- The scripts of seats_in_redis.py: ARGV is what to do, how long rooms are kept in seconds, and then what is given.

local kept = ARGV[2]

local function key(sit, part) return 'seats:' .. sit .. ':' .. part end

local function text(value) return value or '' end

local function last() return tonumber(redis.call('GET', 'seats:last') or 0) end

local function keep(sit)
  for _, part in ipairs({'room', 'seat', 'leases', 'order', 'untold'}) do redis.call('EXPIRE', key(sit, part), kept) end
  for _, name in ipairs({'seats:rooms', 'seats:due', 'seats:last'}) do redis.call('EXPIRE', name, kept) end
end

local function forget(sit)
  redis.call('SET', 'seats:last', math.max(last(), tonumber(redis.call('HGET', key(sit, 'room'), 'seq') or 0)), 'EX', kept)
  for _, part in ipairs({'room', 'seat', 'leases', 'order', 'untold'}) do redis.call('DEL', key(sit, part)) end
  redis.call('SREM', 'seats:rooms', sit)
end

-- A newcomer's place: their old one if nobody was told yet that they left it.
local function place_of(sit, member)
  local untold = redis.call('HGET', key(sit, 'untold'), member)
  local told = untold and cjson.decode(untold).held[1] or ''
  if told ~= '' then return tostring(cjson.decode(told)[2]) end
  return text(redis.call('HGET', key(sit, 'room'), 'next') or '1')
end

local function look(sit, member)
  local seat = text(redis.call('HGET', key(sit, 'seat'), member))
  local leases = text(redis.call('HGET', key(sit, 'leases'), member))
  local place = seat == '' and place_of(sit, member) or '0'
  return seat, leases, place, text(redis.call('HGET', key(sit, 'room'), 'seq') or '0')
end

-- Remember what others were shown before; a change between two snapshots may be known to somebody.
local function remember(sit, member, seen)
  local reads = redis.call('HGET', key(sit, 'room'), 'reads')
  local kept_text = redis.call('HGET', key(sit, 'untold'), member)
  local untold = kept_text and cjson.decode(kept_text) or {held = {seen}, reads = reads}
  if untold.reads ~= reads then
    local known = false
    for _, each in ipairs(untold.held) do known = known or each == seen end
    if not known then table.insert(untold.held, seen) end
  end
  untold.reads = reads
  redis.call('HSET', key(sit, 'untold'), member, cjson.encode(untold))
end

local function put(sit, member, was_seat, was_leases, was_place, seat, leases, due, order, at)
  local now_seat, now_leases, place, seq = look(sit, member)
  if now_seat ~= was_seat or now_leases ~= was_leases or place ~= was_place then
    return now_seat, now_leases, place, seq
  end
  local room, ticket = key(sit, 'room'), member .. ' ' .. sit
  if redis.call('SADD', 'seats:rooms', sit) == 1 then
    seq = string.format('%d', math.max(math.floor(tonumber(at) * 1000), last() + 1))
    redis.call('HSET', room, 'seq', seq, 'next', 1, 'reads', 0)
  end
  if was_seat ~= seat then remember(sit, member, was_seat) end
  if seat ~= '' then
    redis.call('HSET', key(sit, 'seat'), member, seat)
    redis.call('HSET', key(sit, 'leases'), member, leases)
    redis.call('ZADD', key(sit, 'order'), order, member)
    redis.call('ZADD', 'seats:due', due, ticket)
    local following = math.max(tonumber(redis.call('HGET', room, 'next')), tonumber(order) + 1)
    redis.call('HSET', room, 'next', string.format('%d', following))
  else
    redis.call('HDEL', key(sit, 'seat'), member)
    redis.call('HDEL', key(sit, 'leases'), member)
    redis.call('ZREM', key(sit, 'order'), member)
    redis.call('ZREM', 'seats:due', ticket)
    redis.call('HSET', room, 'empty', at)
  end
  keep(sit)
  return 'ok', '', '', seq
end

local actions = {}

function actions.look(given)
  local found = {}
  for at = 1, #given, 2 do
    for _, each in ipairs({look(given[at], given[at + 1])}) do table.insert(found, each) end
  end
  return found
end

function actions.put(given)
  local said = {}
  for at = 1, #given, 10 do
    for _, each in ipairs({put(unpack(given, at, at + 9))}) do table.insert(said, each) end
  end
  return said
end

function actions.read(given)
  local sit, most = given[1], tonumber(given[2])
  local seq = redis.call('HGET', key(sit, 'room'), 'seq')
  if not seq then return {string.format('%d', last()), 0} end
  redis.call('HINCRBY', key(sit, 'room'), 'reads', 1)
  local total, taken, found = redis.call('ZCARD', key(sit, 'order')), {}, {seq}
  table.insert(found, total)
  local function give(member)
    if taken[member] or (most >= 0 and #found - 2 >= most) then return end
    local seat = redis.call('HGET', key(sit, 'seat'), member)
    if not seat then return end
    taken[member] = true
    table.insert(found, seat)
  end
  for at = 3, #given do give(given[at]) end
  for _, member in ipairs(redis.call('ZRANGE', key(sit, 'order'), 0, most)) do give(member) end
  return found
end

function actions.take(given)
  local sit, changes = given[1], {}
  local untold = redis.call('HGETALL', key(sit, 'untold'))
  for at = 1, #untold, 2 do
    local now, differs = text(redis.call('HGET', key(sit, 'seat'), untold[at])), false
    for _, seen in ipairs(cjson.decode(untold[at + 1]).held) do differs = differs or seen ~= now end
    if differs then
      for _, each in ipairs({untold[at], untold[at + 1], now}) do table.insert(changes, each) end
    end
  end
  redis.call('DEL', key(sit, 'untold'))
  local total, seq = redis.call('ZCARD', key(sit, 'order')), nil
  if #changes > 0 then seq = redis.call('HINCRBY', key(sit, 'room'), 'seq', 1) end
  if total == 0 and redis.call('SISMEMBER', 'seats:rooms', sit) == 1 then forget(sit) end
  if not seq then return {} end
  table.insert(changes, 1, total)
  table.insert(changes, 1, string.format('%d', seq))
  return changes
end

function actions.due(given)
  for _, sit in ipairs(redis.call('SMEMBERS', 'seats:rooms')) do
    local empty = redis.call('ZCARD', key(sit, 'order')) == 0
    local since = tonumber(redis.call('HGET', key(sit, 'room'), 'empty') or 0)
    if empty and since <= tonumber(given[2]) then forget(sit) end
  end
  local due = redis.call('ZRANGEBYSCORE', 'seats:due', '-inf', given[1])
  local found = {}
  for _, ticket in ipairs(due) do
    local member, sit = string.match(ticket, '^(%S+) (.*)$')
    if redis.call('HEXISTS', key(sit, 'seat'), member) == 1 then
      table.insert(found, ticket)
    else
      redis.call('ZREM', 'seats:due', ticket)
    end
  end
  return found
end

function actions.sits(given)
  local found = {}
  for _, sit in ipairs(redis.call('SMEMBERS', 'seats:rooms')) do
    if given[1] == '' or redis.call('HEXISTS', key(sit, 'seat'), given[1]) == 1 then table.insert(found, sit) end
  end
  return found
end

local given = {}
for at = 3, #ARGV do given[at - 2] = ARGV[at] end
return actions[ARGV[1]](given)
