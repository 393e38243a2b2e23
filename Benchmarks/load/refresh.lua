-- The refresh grant (RFC 6749 §6) of a public client: LOAD_TOKENS holds the first refresh tokens, one a line; every
-- answer brings the successor of the one it used up, which waits its turn behind the others.
dofile(os.getenv("LOAD_DIRECTORY") .. "/report.lua")

local waiting, head, tail = {}, 1, 0
local front = "grant_type=refresh_token&client_id=" .. os.getenv("LOAD_CLIENT") .. "&refresh_token="
local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }

function init()
    for token in io.lines(os.getenv("LOAD_TOKENS")) do
        tail = tail + 1
        waiting[tail] = token
    end
end

function request()
    local token = waiting[head] or "none-left"
    if waiting[head] then
        waiting[head] = nil
        head = head + 1
    end
    return wrk.format("POST", "/oauth2/token", headers, front .. token)
end

function response(status, _, body)
    local token = body:match('"refresh_token":"([^"]+)"')
    if token then
        tail = tail + 1
        waiting[tail] = token
    end
end
