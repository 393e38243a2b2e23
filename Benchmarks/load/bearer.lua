-- GET of one path with an access token from the file LOAD_TOKENS, each request with the next.
dofile(os.getenv("LOAD_DIRECTORY") .. "/report.lua")

local built, at = {}, 0

function init()
    for token in io.lines(os.getenv("LOAD_TOKENS")) do
        built[#built + 1] = wrk.format("GET", nil, { ["Authorization"] = "Bearer " .. token })
    end
end

function request()
    at = at % #built + 1
    return built[at]
end
