-- Sends the requests of a plan in their order, and prints what wrk has measured as one line of JSON.
-- wrk -s drive.lua URL -- PLAN    PLAN: a Lua file that returns {requests=FILE, token=TEXT, repeats=BOOLEAN, ids=FILE or nil}
-- Each line of the file of requests: method, tab, path, tab, body.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local function with(base, more)
  local all = {}
  for name, value in pairs(base) do all[name] = value end
  for name, value in pairs(more) do all[name] = value end
  return all
end

local requests = {}
local place = 0
local plan

function init(args)
  plan = dofile(args[1])
  local bare = with(wrk.headers, {["Authorization"] = "Bearer " .. plan.token})
  local typed = with(bare, {["Content-Type"] = "application/json"})
  for line in io.lines(plan.requests) do
    local method, path, body = line:match("^(%u+)\t([^\t]+)\t(.*)$")
    if body == "" then
      requests[#requests + 1] = wrk.format(method, path, bare)
    else
      requests[#requests + 1] = wrk.format(method, path, typed, body)
    end
  end
  exhausted = 0
  if plan.ids then
    local ids = io.open(plan.ids, "w")
    response = function(status, headers, body)
      local id = status == 200 and body:match('"id":%s*"([%x-]+)"')
      if id then ids:write(id, "\n") end
      ids:flush()
    end
  end
end

function request()
  place = place + 1
  if place > #requests then
    if plan.repeats then
      place = 1
    else
      place = #requests
      exhausted = 1
      wrk.thread:stop()
    end
  end
  return requests[place]
end

function done(summary, latency)
  local exhausted = 0
  for _, thread in ipairs(threads) do
    exhausted = exhausted + thread:get("exhausted")
  end
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f, "max_ms": %f, "refused": %d, "lost": %d, "exhausted": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout, exhausted))
end
