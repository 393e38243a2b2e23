-- The authorization endpoint with a live session in the cookie LOAD_COOKIE: answers by a redirect with a code.
-- The codes go to the file LOAD_CODES, one a line, for the exchange that is measured next.
dofile(os.getenv("LOAD_DIRECTORY") .. "/report.lua")

local codes, plain
local path = os.getenv("LOAD_TARGET")

function init()
    codes = io.open(os.getenv("LOAD_CODES"), "w")
    codes:setvbuf("full", 65536)
    plain = wrk.format("GET", path, { ["Cookie"] = os.getenv("LOAD_COOKIE"), ["Accept"] = "text/html" })
end

function request() return plain end

local seen = 0

function response(status, headers)
    local location = headers["Location"] or headers["location"]
    local code = location and location:match("[?&]code=([^&]+)")
    if code then
        codes:write(code, "\n")
        seen = seen + 1
        if seen % 100 == 0 then codes:flush() end
    end
end
