-- Holds, each by the next person for the next start: LOAD_TOKENS and LOAD_STARTS are files with one of them a line.
-- Every request has an idempotency key of its own, as the clients of the API have.
dofile(os.getenv("LOAD_DIRECTORY") .. "/report.lua")

local tokens, bodies = {}, {}
local count, thread = 0, 0
local round = os.getenv("LOAD_ROUND") .. "-" .. os.time()

function setup(worker)
    worker:set("number", thread)
    thread = thread + 1
end

function init()
    local hall, item = os.getenv("LOAD_HALL"), os.getenv("LOAD_ITEM")
    for token in io.lines(os.getenv("LOAD_TOKENS")) do tokens[#tokens + 1] = "Bearer " .. token end
    for start in io.lines(os.getenv("LOAD_STARTS")) do
        bodies[#bodies + 1] = string.format('{"hall":"%s","items":["%s"],"start":"%s"}', hall, item, start)
    end
end

function request()
    count = count + 1
    return wrk.format("POST", "/api/v1/reservations", {
        ["Authorization"] = tokens[count % #tokens + 1],
        ["Content-Type"] = "application/json",
        ["Idempotency-Key"] = round .. "-" .. number .. "-" .. count,
    }, bodies[count % #bodies + 1])
end
