-- The client credentials grant (RFC 6749 §4.4) by HTTP Basic.
dofile(os.getenv("LOAD_DIRECTORY") .. "/report.lua")

wrk.method = "POST"
wrk.body = "grant_type=client_credentials&scope=" .. os.getenv("LOAD_SCOPE")
wrk.headers["Authorization"] = "Basic " .. os.getenv("LOAD_BASIC")
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
