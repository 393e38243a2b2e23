-- POST of one form, LOAD_FORM, with the client's HTTP Basic credentials LOAD_BASIC.
dofile(os.getenv("LOAD_DIRECTORY") .. "/report.lua")

wrk.method = "POST"
wrk.body = os.getenv("LOAD_FORM")
wrk.headers["Authorization"] = "Basic " .. os.getenv("LOAD_BASIC")
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
