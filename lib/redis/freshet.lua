#!lua name=freshet
--[[
The Redis side of Freshet: one function library for Redis 7.0 or newer, loaded by every daemon.

    FCALL    freshet_publish 1 <channel> <data> [EVENT n] [KEY k] [RING n] [TTL s] [LIVE] [PREFIX p]   -> id
    FCALL    freshet_mark    0 <instance> <nonce> [PREFIX p]                                           -> line
    FCALL    freshet_sync    0 <H> <epoch|-> [RING n] [TTL s] [MAX bytes] [SET] [PREFIX p]             -> line
    FCALL    freshet_bar     0 <user> <seconds> [BEFORE s] [PREFIX p]                                  -> bar
    FCALL_RO freshet_version 0                                                                         -> version

Ids and all other clock values are microseconds of the hybrid clock max(last + 1, TIME). They stay below 2^53, so
Lua's doubles and RESP integers hold them exactly; freshet_publish replies such an integer (0 for a live-only event).

<prefix>clock is a hash. Ids: `last` (the newest), `floor` (nothing older can be proven), `ttl_since` (the last change
of the default TTL). Seconds: `ttl`, `ttl_before` (the shortest TTL in force before ttl_since). Further `ring`
(entries), `max_bytes` (of data), `epoch` (the master_replid that the clock belongs to) and `holes`, "epoch:base:boot"
joined by commas, oldest first: the life `epoch` ended, as far as this dataset knows, at id `base`, and the next one
began at `boot`. `lead` is where the present life began, less half the TIME of then. Fields that nobody has written count as DEFAULT_*, ttl_since as 0, ttl_before as ttl.

freshet_mark publishes and replies, and freshet_sync replies, the clock as one line of eleven fields in these units
(freshet_sync's nonce is "-", `now` is TIME in microseconds, `holes` may be empty):

    nonce|last|floor|epoch|ttl|ttl_since|ttl_before|ring|max_bytes|now|holes

<prefix>bars is a hash: the tokens of a user (the field) that were issued before a Unix second are refused until
another one: "issued_before:until", which is what freshet_bar replies. It expires with the last bar.

Every function validates everything first, then PUBLISHes, and writes last: an error reply means that nothing was
published and nothing was written. ACLs are checked against the caller at every single command, so the rights for the
writes are asked for before PUBLISH, which nothing can take back. (Redis itself refuses the whole call on a replica,
after failed saves, with too few replicas and, for freshet_publish, out of memory.)
--]]

local VERSION = 1

local DEFAULT_PREFIX, DEFAULT_RING, DEFAULT_TTL, DEFAULT_MAX_BYTES = 'freshet:', 256, 3600, 256 * 1024
local SECOND = 1000000
local SKEW = 10 * SECOND               -- exceeds the clock error between a failed primary and its successor
local FARTHEST_EVIDENCE = 86400 * SECOND
local EPOCH_CACHE = SECOND
local KEPT_HOLES = 8
local KEY_MEMORY_MS = 600000
local MOST_BAR = 365 * 86400
local MOST_BARS = 100000               -- daemons read them all at once
local BARS_LOOKED_AT = '16'
local MOST_ID = 9000000000000000       -- below 2^53 with room for every sum made here
local MOST_RING = 1000000
local MOST_TTL = 10 * 365 * 86400
local MOST_BYTES = 512 * 1024 * 1024   -- Redis's own bound for a string

-- Errors ------------------------------------------------------------------------------------------------------------

-- The table carries the reply to the function's edge, where `guarded` returns it without Redis's script context.
local function fail_with(code, ...) error({err = code .. ' freshet: ' .. string.format(...)}) end
local function fail(...) fail_with('ERR', ...) end

-- Redis's own pcall hands out the message of such a table, others the table itself.
local function guarded(body)
  return function(keys, args)
    local ok, reply = pcall(body, keys, args)
    if ok then return reply end
    local text = type(reply) == 'table' and reply.err or tostring(reply)
    return redis.error_reply(string.find(text, '^%u+ freshet: ') and text or 'ERR freshet: internal error: ' .. text)
  end
end

-- Quoted for an error reply: printable, bounded, and free of NULs, at which Lua 5.1's format would cut.
local function show(text)
  local head = string.sub(text, 1, 48):gsub('[^\32-\126]', function(c) return string.format('\\x%02x', c:byte()) end)
  return "'" .. head .. (#text > 48 and "'..." or "'")
end

local function decimal(number) return string.format('%.0f', number) end -- tostring would round to 14 digits

local function require_right(command, on, ...)
  if redis.acl_check_cmd(command, on, ...) then return end
  fail_with('NOPERM', 'this user may not run %s %s', command, show(on))
end

local function call(command, ...)
  local reply = redis.pcall(command, ...)
  if type(reply) == 'table' and reply.err then
    local what = command .. (... and ' ' .. show(...) or '')
    if not redis.acl_check_cmd(command, ...) then fail_with('NOPERM', 'this user may not run %s', what) end
    local code, text = string.match(reply.err, '^(%u+) (.*)$')
    fail_with(code or 'ERR', '%s: %s', what, text or reply.err)
  end
  return reply
end

-- Arguments ---------------------------------------------------------------------------------------------------------

-- Plain digits only: tonumber alone would take "0x10", "1e3" and " 7".
local function whole(text, least, most)
  local number = #text <= 16 and string.find(text, '^%d+$') and tonumber(text)
  return number and number >= least and number <= most and number or nil
end

local function check_length(what, text, longest)
  if #text == 0 or #text > longest then fail('%s is %d bytes long, 1 to %d are allowed', what, #text, longest) end
  return text
end

local function check_bytes(what, text, longest, foreign, allowed)
  local at = string.find(check_length(what, text, longest), foreign)
  if not at then return text end
  fail('%s %s: byte 0x%02x at position %d is not allowed (allowed: %s)', what, show(text), text:byte(at), at, allowed)
end

local function check_channel(what, name)
  return check_bytes(what, name, 200, '[^%w_%-%.:/@~=+,]', 'A-Z a-z 0-9 _ - . : / @ ~ = + ,')
end

local function check_number(what, text, most)
  return whole(text, 1, most) or fail('%s %s is not an integer from 1 to %s', what, show(text), decimal(most))
end

local OPTIONS = {
  EVENT = function(text)
    check_bytes('EVENT', text, 128, '[%z\r\n|]', 'all bytes but NUL, CR, LF and |')
    if string.sub(text, 1, 7) ~= 'stream-' then return text end
    fail("EVENT %s: names that begin with 'stream-' are the broker's own", show(text))
  end,
  KEY = function(text) return check_length('KEY', text, 512) end,
  RING = function(text) return check_number('RING', text, MOST_RING) end,
  TTL = function(text) return check_number('TTL', text, MOST_TTL) end,
  MAX = function(text) return check_number('MAX', text, MOST_BYTES) end,
  BEFORE = function(text) return check_number('BEFORE', text, MOST_ID / SECOND) end,
  PREFIX = function(text)
    return check_bytes('PREFIX', text, 100, '[^%w_%-%.:/@~=+,{}]', 'A-Z a-z 0-9 _ - . : / @ ~ = + , { }')
  end,
  LIVE = true,
  SET = true,
}

-- Options from args[from] on; `known` names those of this function. Case-insensitive, each at most once.
local function parse_options(args, from, known)
  local options, i = {}, from
  while i <= #args do
    local name = string.upper(args[i])
    local check = known[name] and OPTIONS[name]
    if not check then fail('unknown option %s at argument %d', show(args[i]), i) end
    if options[name] then fail('option %s is given twice', name) end
    if check == true then
      options[name] = true
    else
      i = i + 1
      if not args[i] then fail('option %s needs a value', name) end
      options[name] = check(args[i])
    end
    i = i + 1
  end
  return options
end

-- The clock ---------------------------------------------------------------------------------------------------------

local function time()
  local t = call('TIME')
  return tonumber(t[1]) * SECOND + tonumber(t[2])
end

local function broken(clock, field, value)
  value = value and show(value) or 'missing'
  fail('%s: field %s is broken (%s); delete the key to begin a new history', clock.key, field, value)
end

-- What <prefix>clock says, with defaults for what it does not say. `last` is nil when there is no clock.
local function read_clock(prefix)
  local clock = {key = prefix .. 'clock', fence_channel = prefix .. '!fence', dirty = {}, written = {}}
  local v = call('HMGET', clock.key, 'last', 'floor', 'epoch', 'holes', 'ttl', 'ring', 'max_bytes', 'ttl_since',
    'ttl_before', 'lead')
  local function number(i, field, least, most, default)
    clock.written[field] = v[i] and true
    clock[field] = not v[i] and default or v[i] and whole(v[i], least, most) or broken(clock, field, v[i])
  end
  number(5, 'ttl', 1, MOST_TTL, DEFAULT_TTL)
  number(6, 'ring', 1, MOST_RING, DEFAULT_RING)
  number(7, 'max_bytes', 1, MOST_BYTES, DEFAULT_MAX_BYTES)
  if v[1] then
    number(1, 'last', 0, MOST_ID)
    number(2, 'floor', 0, MOST_ID)
    number(8, 'ttl_since', 0, MOST_ID, 0)
    number(9, 'ttl_before', 1, MOST_TTL, clock.ttl)
    number(10, 'lead', 0, MOST_ID, 0)
    clock.epoch = v[3] and string.match(v[3], '^%w+$') or broken(clock, 'epoch', v[3])
    clock.holes = v[4] or ''
  end
  return clock
end

local function set(clock, field, value)
  clock[field] = value
  clock.dirty[field] = true
end

local function parse_holes(clock)
  local holes = {}
  for text in string.gmatch(clock.holes, '[^,]+') do
    local epoch, base, boot = string.match(text, '^(%w+):(%d+):(%d+)$')
    base, boot = base and whole(base, 0, MOST_ID), boot and whole(boot, 0, MOST_ID)
    if not (base and boot) then broken(clock, 'holes', clock.holes) end
    holes[#holes + 1] = {epoch = epoch, base = base, text = text}
  end
  return holes
end

-- The master_replid names one life of one dataset: every restart and every promotion changes it. INFO is dear, so the
-- answer is kept, but only for a second: a server that was demoted and promoted again keeps this Lua state and would
-- go on under its old name. Nor is an answer "from the future" believed, for TIME may have been set back.
local known_epoch, known_at = nil, 0

local function server_epoch(now, ask)
  if ask or not known_epoch or now < known_at or now - known_at > EPOCH_CACHE then
    local epoch = string.match(call('INFO', 'replication'), 'master_replid:(%x+)')
    known_epoch, known_at = epoch or fail('INFO replication names no master_replid'), now
  end
  return known_epoch
end

-- When Redis forgets a life, the next one follows the same clock value as that one did, and must begin above everything
-- that it gave out. TIME tells them apart; but for seconds after such a change the clock runs ahead of TIME, so its own
-- pace counts there: from its beginning on at half that of TIME (`lead` + TIME / 2), which is faster than ids are given
-- out, and slow enough for TIME to catch up.
local function half(now) return math.floor(now / 2) end
local function set_lead(clock, beginning, now) set(clock, 'lead', math.max(0, beginning - half(now))) end

-- Where a life begins that cannot go by any time (it was set back, or the evidence is all there is): up to 17 s keep two
-- apart that begin above the same value.
local function beginning(above, epoch) return above + SKEW + tonumber(string.sub(epoch, 1, 6), 16) end

-- Every function that moves the clock begins here: the clock exists and belongs to this life of this server. Changes
-- only `clock`; `announce` publishes and `save` writes.
local function enter(clock, now, ask)
  if not clock.last then
    if not (redis.acl_check_cmd('INFO', 'replication') and redis.acl_check_cmd('PUBLISH', clock.fence_channel, '')) then
      fail_with('NOPERM', 'the clock %s does not exist yet and this user may not create it; ' ..
        'a freshetd daemon creates it when it connects', show(clock.key))
    end
    set(clock, 'last', now + SKEW)
    set(clock, 'floor', now + SKEW)
    set(clock, 'epoch', server_epoch(now, true))
    set(clock, 'holes', '')
    set_lead(clock, clock.last, now)
    clock.ttl_since, clock.ttl_before, clock.fence, clock.fresh = 0, clock.ttl, true, true
    return
  end
  local epoch = server_epoch(now, ask)
  if clock.epoch == epoch then return end
  local holes, kept = parse_holes(clock), {}
  local reached = math.max(now, clock.lead + half(now))
  local boot = clock.last < reached and reached + SKEW or beginning(clock.last + 1, epoch)
  set_lead(clock, boot, now)
  holes[#holes + 1] = {text = clock.epoch .. ':' .. decimal(clock.last) .. ':' .. decimal(boot)}
  for i = math.max(1, #holes - KEPT_HOLES + 1), #holes do kept[#kept + 1] = holes[i].text end
  set(clock, 'holes', table.concat(kept, ','))
  set(clock, 'last', boot)
  set(clock, 'epoch', epoch)
end

-- PUBLISHes the fence, if the floor moved, and then the message, if there is one; but first asks whether all of this,
-- and the clock's write, is allowed.
local function announce(clock, channel, message)
  if next(clock.dirty) then require_right('HSET', clock.key, 'last', '0') end
  if clock.fence then
    require_right('PUBLISH', clock.fence_channel, '')
    if channel then require_right('PUBLISH', channel, '') end
    call('PUBLISH', clock.fence_channel, decimal(clock.floor))
  end
  if channel then call('PUBLISH', channel, message) end
end

local function save(clock)
  local words = {}
  for field in pairs(clock.dirty) do
    local value = clock[field]
    words[#words + 1] = field
    words[#words + 1] = type(value) == 'number' and decimal(value) or value
  end
  if #words > 0 then call('HSET', clock.key, unpack(words)) end
end

local function line(clock, nonce, now)
  parse_holes(clock) -- a broken field must not reach the daemons' parsers
  return table.concat({nonce, decimal(clock.last), decimal(clock.floor), clock.epoch, decimal(clock.ttl),
    decimal(clock.ttl_since), decimal(clock.ttl_before), decimal(clock.ring), decimal(clock.max_bytes), decimal(now),
    clock.holes}, '|')
end

-- Functions ---------------------------------------------------------------------------------------------------------

local PUBLISH_OPTIONS = {EVENT = true, KEY = true, RING = true, TTL = true, LIVE = true, PREFIX = true}

local function publish(keys, args)
  if #keys ~= 1 then fail('%d keys, expected one: FCALL freshet_publish 1 <channel> <data> ...', #keys) end
  local channel, data = check_channel('channel', keys[1]), args[1]
  if not data then fail('the data is missing: FCALL freshet_publish 1 <channel> <data> ...') end
  local options = parse_options(args, 2, PUBLISH_OPTIONS)
  if options.LIVE and (options.KEY or options.RING or options.TTL) then
    fail('LIVE events are not kept: KEY, RING and TTL cannot go with LIVE')
  end
  local prefix = options.PREFIX or DEFAULT_PREFIX
  local clock = read_clock(prefix)
  if #data > clock.max_bytes then
    fail('the data is %d bytes long, %d are allowed (max_bytes)', #data, clock.max_bytes)
  end
  local topic, tail = prefix .. channel, '|' .. (options.EVENT or '') .. '\n' .. data
  if options.LIVE then
    call('PUBLISH', topic, '\0301|0|0' .. tail)
    return 0
  end
  local ttl = options.TTL or clock.ttl
  if ttl < clock.ttl then
    fail('TTL %d is shorter than the default of %d s, which clients were promised', ttl, clock.ttl)
  end

  local memory = options.KEY and prefix .. 'key:' .. channel .. '|' .. options.KEY
  if memory then
    local known = call('GET', memory)
    if known then return whole(known, 1, MOST_ID) or fail('%s holds %s, not an id', show(memory), show(known)) end
    require_right('SET', memory, '')
  end
  local ring, prev = prefix .. 'ring:' .. channel, '0'
  local newest = call('LINDEX', ring, 0)
  if newest then
    prev = string.match(newest, '^\0301|(%d+)|%d+|') or fail('the newest entry of %s is not a record', show(ring))
  end
  local now = time()
  enter(clock, now)
  local id = math.max(clock.last + 1, now)
  set(clock, 'last', id)
  require_right('LPUSH', ring, '')
  require_right('LTRIM', ring, '0', '0')
  require_right('PEXPIREAT', ring, '0')

  local record = '\0301|' .. decimal(id) .. '|' .. prev .. tail
  announce(clock, topic, record)
  save(clock)
  local kept = options.RING or clock.ring
  if call('LPUSH', ring, record) > kept then call('LTRIM', ring, '0', decimal(kept - 1)) end
  -- Reckoned from the id, because the proof of completeness reckons from ids, and rounded up. GT, so that an event with
  -- the default TTL does not cut short an earlier one that was given longer. A new ring has no expiry, which GT would
  -- take for infinity; one that was made persistent by hand stays so for the same reason.
  local expiry = decimal(math.floor((id + ttl * SECOND + 999) / 1000))
  if newest then call('PEXPIREAT', ring, expiry, 'GT') else call('PEXPIREAT', ring, expiry) end
  if memory then call('SET', memory, decimal(id), 'PX', KEY_MEMORY_MS) end
  return id
end

-- The delivery probe and the cut of every opening: its place among a daemon's messages tells what is <= last.
local function mark(keys, args)
  if #keys ~= 0 or #args < 2 then fail('usage: FCALL freshet_mark 0 <instance> <nonce> [PREFIX p]') end
  local instance = check_channel('instance', args[1])
  local nonce = check_bytes('nonce', args[2], 64, '[^%w_%-%.]', 'A-Z a-z 0-9 _ - .')
  local prefix = parse_options(args, 3, {PREFIX = true}).PREFIX or DEFAULT_PREFIX
  local clock, now = read_clock(prefix), time()
  enter(clock, now)
  if now > clock.last then set(clock, 'last', now) end
  local text = line(clock, nonce, now)
  announce(clock, prefix .. '!probe:' .. instance, text)
  save(clock)
  return text
end

local SYNC_OPTIONS = {RING = true, TTL = true, MAX = true, SET = true, PREFIX = true}

-- H: the highest clock value that this daemon ever saw; epoch: the life in which it last saw the clock, or `forgotten`,
-- which no life is called, for a history that this dataset does not know. Together they are evidence of what Redis
-- forgot. SET: a daemon starts, and its configuration counts; otherwise it restores what is missing.
local function sync(keys, args)
  if #keys ~= 0 or #args < 2 then
    fail('usage: FCALL freshet_sync 0 <H> <epoch|-> [RING n] [TTL s] [MAX bytes] [SET] [PREFIX p]')
  end
  local seen = whole(args[1], 0, MOST_ID) or fail('H %s is not a clock value', show(args[1]))
  local epoch = args[2]
  if epoch ~= '-' then check_bytes('epoch', epoch, 64, '[^%w]', 'A-Z a-z 0-9') end
  local options = parse_options(args, 3, SYNC_OPTIONS)
  local clock, now = read_clock(options.PREFIX or DEFAULT_PREFIX), time()
  -- What lies within the clock moves nothing: a dataset whose clock ran ahead must not lock its daemons out.
  if seen > math.max(now, clock.last or 0) + FARTHEST_EVIDENCE then
    fail_with('EVIDENCE', 'H %s is more than a day ahead of the clock and the time', decimal(seen))
  end
  enter(clock, now, true)

  local lost = seen > clock.last
  if epoch ~= '-' and epoch ~= clock.epoch then
    local base
    for _, hole in ipairs(parse_holes(clock)) do
      if hole.epoch == epoch then base = math.min(base or hole.base, hole.base) end
    end
    lost = lost or not base or seen > base
  end
  -- Below the floor there is nothing left to declare: what this daemon and its clients know counts as lost already.
  if lost and seen >= clock.floor then
    -- The life that is forgotten may have given out more than was seen of it.
    set(clock, 'floor', 1 + (seen > clock.last and beginning(seen, clock.epoch) or clock.last))
    set(clock, 'last', clock.floor)
    set_lead(clock, clock.floor, now)
    clock.fence = true
  end

  local function wanted(value, field)
    return value and (not clock.written[field] or options.SET and value ~= clock[field])
  end
  if wanted(options.RING, 'ring') then set(clock, 'ring', options.RING) end
  if wanted(options.MAX, 'max_bytes') then set(clock, 'max_bytes', options.MAX) end
  if wanted(options.TTL, 'ttl') then
    if clock.fresh then
      clock.ttl_before = options.TTL -- nothing was ever promised under another one
    elseif options.TTL ~= clock.ttl then
      set(clock, 'ttl_before', math.min(clock.ttl_before, clock.ttl))
      set(clock, 'ttl_since', math.max(clock.last + 1, now))
      set(clock, 'last', clock.ttl_since)
    end
    set(clock, 'ttl', options.TTL)
  end
  local text = line(clock, '-', now)
  announce(clock)
  save(clock)
  return text
end

-- Bars of one user become one that refuses what either refuses: every daemon that hears of a disconnect calls this.
local function bar(keys, args)
  if #keys ~= 0 or #args < 2 then fail('usage: FCALL freshet_bar 0 <user> <seconds> [BEFORE s] [PREFIX p]') end
  local user = check_bytes('user', args[1], 200, '[%c%z]', 'all bytes but control characters')
  local seconds = check_number('seconds', args[2], MOST_BAR)
  local options = parse_options(args, 3, {BEFORE = true, PREFIX = true})
  local key, now = (options.PREFIX or DEFAULT_PREFIX) .. 'bars', math.floor(time() / SECOND)

  local function parse(value)
    local before, over = string.match(value or '', '^(%d+):(%d+)$')
    before, over = before and whole(before, 0, MOST_ID), over and whole(over, 0, MOST_ID)
    if before and over and over > now then return before, over end
    return 0, 0
  end

  local known = call('HMGET', key, user)[1]
  local known_before, known_over = parse(known)
  -- Tokens tell whole seconds: one of this very second may be older than the call.
  local before = math.max(known_before, math.min(options.BEFORE or now + 1, now + 1))
  local over = math.max(known_over, now + seconds)
  local value = decimal(before) .. ':' .. decimal(over)
  if value == known then return value end

  -- A few at random at each write, as Redis itself expires keys: the part that is over stays small.
  local past, some = {}, call('HRANDFIELD', key, BARS_LOOKED_AT, 'WITHVALUES')
  for i = 1, #some, 2 do
    local _, until_then = parse(some[i + 1])
    if until_then == 0 and some[i] ~= user then past[#past + 1] = some[i] end
  end
  local size = call('HLEN', key)
  if not known and size - #past >= MOST_BARS then fail('%d users are barred, no more are taken', MOST_BARS) end
  require_right('HSET', key, user, value)
  require_right('PEXPIREAT', key, '0')
  if #past > 0 then require_right('HDEL', key, '') end
  call('HSET', key, user, value)
  if #past > 0 then call('HDEL', key, unpack(past)) end
  local expiry = decimal(over * 1000)
  if size > 0 then call('PEXPIREAT', key, expiry, 'GT') else call('PEXPIREAT', key, expiry) end
  return value
end

redis.register_function('freshet_publish', guarded(publish))
-- A full Redis still delivers and proves what it has: the daemons' own functions write only a few bytes in place.
redis.register_function{function_name = 'freshet_mark', callback = guarded(mark), flags = {'allow-oom'}}
redis.register_function{function_name = 'freshet_sync', callback = guarded(sync), flags = {'allow-oom'}}
redis.register_function{function_name = 'freshet_bar', callback = guarded(bar), flags = {'allow-oom'}}
redis.register_function{
  function_name = 'freshet_version',
  callback = function() return VERSION end,
  flags = {'no-writes', 'allow-stale'},
}
