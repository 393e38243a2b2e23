-- POST of bodies that are good once, from the file LOAD_BODIES, one a line; ends when all are answered. LOAD_BEARER is
-- an access token to go with them.
local ffi = require("ffi")
ffi.cdef("typedef struct { long s; long us; } yimen_time; int gettimeofday(yimen_time *, void *);")

local built, at = {}, 0
local threads = {}
-- What connections without a body left ask for while the others are still being answered; wrk cannot let one rest. Sent
-- twice, a body would be refused as used, and now and then before the last good answer.
local filler
local asked = false

local function now()
    local time = ffi.new("yimen_time")
    ffi.C.gettimeofday(time, nil)
    return tonumber(time.s) + tonumber(time.us) / 1e6
end

function setup(thread) threads[#threads + 1] = thread end

function init()
    local headers = { ["Content-Type"] = os.getenv("LOAD_TYPE") }
    local bearer = os.getenv("LOAD_BEARER")
    if bearer then headers["Authorization"] = "Bearer " .. bearer end
    local path = os.getenv("LOAD_TARGET")
    for body in io.lines(os.getenv("LOAD_BODIES")) do built[#built + 1] = wrk.format("POST", path, headers, body) end
    filler = wrk.format("GET", "/health/live")
    answers, failures, began, ended = 0, 0, 0, 0
end

function request()
    -- wrk asks for one request that it only looks at.
    if not asked then
        asked = true
        return built[1]
    end
    if at == 0 then began = now() end
    at = at + 1
    return built[at] or filler
end

function response(status, headers, body)
    if at > #built and body == '{"status":"ok"}' then return end
    answers = answers + 1
    if status >= 400 then failures = failures + 1 end
    ended = now()
    if answers >= #built then wrk.thread:stop() end
end

function done(summary, latency, requests)
    local thread = threads[1]
    local seconds = thread:get("ended") - thread:get("began")
    io.write(string.format(
        'RESULT {"requests":%d,"seconds":%.6f,"failed":%d,"lost":0,"p50":%d,"p99":%d}\n',
        thread:get("answers"), seconds, thread:get("failures"), latency:percentile(50), latency:percentile(99)))
end
