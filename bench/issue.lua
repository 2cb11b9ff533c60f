-- wrk: POST /v1/cards for one customer after another, each request with an Idempotency-Key of its own.
-- Arguments after "--": a file of customer ids, the series id, the API key ("-": none), a word that makes the keys of this run unique.
local threads = 0

function setup(thread)
    thread:set("thread_index", threads)
    threads = threads + 1
end

function init(arguments)
    customers = {}
    for line in io.lines(arguments[1]) do
        customers[#customers + 1] = line
    end
    local authorization = arguments[3] ~= "-" and "Authorization: Bearer " .. arguments[3] .. "\r\n" or ""
    tail = '","series_id":"' .. arguments[2] .. '"}'
    local length = #'{"customer_id":"' + #customers[1] + #tail
    head = "POST /v1/cards HTTP/1.1\r\nHost: localhost\r\n" .. authorization ..
        "Content-Type: application/json\r\nContent-Length: " .. length .. "\r\nIdempotency-Key: " .. arguments[4] .. "-" .. thread_index .. "-"
    count = 0
    -- Threads start apart, so that they do not ask for the same customer at the same time.
    offset = thread_index * math.floor(#customers / 2)
end

function request()
    count = count + 1
    local customer = customers[(offset + count) % #customers + 1]
    return head .. count .. '\r\n\r\n{"customer_id":"' .. customer .. tail
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format('RESULT {"requests": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
        summary.requests, summary.duration / 1e6, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
