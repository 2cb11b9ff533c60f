"""P5: what one writer alone waits for, against what the disk takes for the least that is durable."""
import subprocess

from house import BENCH, Cardwright, compiled, in_turn, median, say, scratch

CUSTOMERS = 10_000
SECONDS = 4
APPENDS = 5_000
ROUNDS = 5


def run():
    with scratch() as directory:
        server, customers = Cardwright(directory), directory / "customers"
        program = compiled(BENCH / "append_sync.c", directory)

        def append():
            done = subprocess.run([program, directory / "appended", str(APPENDS)], capture_output=True, text=True, check=True)
            return median([float(line) for line in done.stdout.split()]) / 1000

        with server:
            series = server.make_series()
            server.import_customers(CUSTOMERS, customers)
            results = in_turn(ROUNDS, append=append, issue=lambda: server.issue_load(customers, series, SECONDS, connections=1)["p50_ms"])
    issue, bare = median(results["issue"]), median(results["append"])
    ratio = median([one / other for one, other in zip(results["issue"], results["append"])])
    say(f"  ratio {ratio:.2f} (median of {ROUNDS} pairs): POST /v1/cards, one connection, p50 {issue:.3f} ms; append of 4 KiB + fdatasync p50 {bare:.3f} ms")
