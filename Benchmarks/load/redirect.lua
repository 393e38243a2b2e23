-- The authorization endpoint with a live session: answers by a redirect with a code. LOAD_COOKIES is a file with the
-- cookies of one browser a line, which take turns. The codes go to the file LOAD_CODES, one a line, for the exchange that
-- is measured next.
dofile(os.getenv("LOAD_DIRECTORY") .. "/report.lua")

local codes
local built, at = {}, 0
local path = os.getenv("LOAD_TARGET")

function init()
    codes = io.open(os.getenv("LOAD_CODES"), "w")
    codes:setvbuf("full", 65536)
    for cookie in io.lines(os.getenv("LOAD_COOKIES")) do
        built[#built + 1] = wrk.format("GET", path, { ["Cookie"] = cookie, ["Accept"] = "text/html" })
    end
end

function request()
    at = at % #built + 1
    return built[at]
end

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
