-- GET of the paths in the file LOAD_PATHS, one after the other; a lone path costs the load program nothing.
dofile(os.getenv("LOAD_DIRECTORY") .. "/report.lua")

local built = {}
local at = 0

function init()
    for path in io.lines(os.getenv("LOAD_PATHS")) do
        built[#built + 1] = wrk.format("GET", path)
    end
    at = math.random(#built)
end

function request()
    at = at % #built + 1
    return built[at]
end
