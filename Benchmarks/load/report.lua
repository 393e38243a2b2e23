-- Prints one line that Benchmarks/run reads; shared by every load script.
-- Latencies in microseconds; `failed` counts answers of 400 and above.
function done(summary, latency, requests)
    local lost = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    io.write(string.format(
        'RESULT {"requests":%d,"seconds":%.6f,"failed":%d,"lost":%d,"p50":%d,"p99":%d}\n',
        summary.requests, summary.duration / 1e6, summary.errors.status, lost,
        latency:percentile(50), latency:percentile(99)))
end
