-- wrk: requests lines of the file LOAD_TARGETS ("path<TAB>range") at random, and prints the figures.
local requests = {}
local count, errors = 0, 0

function init()
    math.randomseed(20240229)
    for line in io.lines(os.getenv("LOAD_TARGETS")) do
        local path, range = line:match("^(.-)\t(.*)$")
        local headers = {["Connection"] = "keep-alive"}
        if range ~= "" then headers["Range"] = "bytes=" .. range end
        requests[#requests + 1] = wrk.format("GET", path, headers)
    end
end

function request() return requests[math.random(#requests)] end

function done(summary, latency)
    local e = summary.errors
    print(string.format(
        'FIGURES {"requests":%d,"bytes":%.0f,"microseconds":%d,"p50":%.1f,"p99":%.1f,"errors":%d}',
        summary.requests, summary.bytes, summary.duration, latency:percentile(50),
        latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
