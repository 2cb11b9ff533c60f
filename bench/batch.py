"""P1: a batch is one row, whatever its size."""
import time

from house import Cardwright, median, say, scratch

DRAWS = 30


def draw_ms(server, series, count):
    from_time = time.monotonic()
    server.call("POST", f"/v1/series/{series}/batches", {"count": count})
    return (time.monotonic() - from_time) * 1000


def run():
    with scratch() as directory:
        server = Cardwright(directory)
        with server:
            series = server.make_series()
            draw_ms(server, series, 1)
        for count in (1, 100_000, 100_000_000):
            rows, length = server.rows("SELECT count(*) FROM number_batch"), server.database_len()
            with server:
                taken = [draw_ms(server, series, count) for _ in range(DRAWS)]
            rows = server.rows("SELECT count(*) FROM number_batch") - rows
            assert rows == DRAWS
            grown = (server.database_len() - length) / DRAWS
            say(f"  {count:>11,} numbers: median {median(taken):.2f} ms (slowest of {DRAWS}: {max(taken):.1f}); "
                f"rows a batch: {rows / DRAWS:.0f}; the database grew by {grown:,.0f} bytes a batch, its audit and event included")
