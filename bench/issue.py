"""P3: cards issued over HTTP, durable, against an application that writes the same rows with Fastify and PostgreSQL."""
import os
import shutil
import subprocess
import time
import urllib.request

from house import BENCH, CONNECTIONS, ROOT, Cardwright, free_port, in_turn, issue_load, median, say, scratch, write_customers

CUSTOMERS = 100_000
SECONDS = 8
ROUNDS = 3
PEER = BENCH / "peers/fastify"


def node():
    found = shutil.which("node")
    return found or "/usr/bin/node"


class Peer:
    """bench/peers/fastify; it is started inside script/with-postgres, which names its database in the environment."""

    def __init__(self, customers):
        subprocess.run([node(), "server.js", "prepare", str(CUSTOMERS), customers], cwd=PEER, check=True)
        self.port = free_port()
        self.process = subprocess.Popen([node(), "server.js", str(self.port)], cwd=PEER)
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.05)

    def load(self, customers):
        return issue_load(f"http://127.0.0.1:{self.port}", customers, "series_1", "-", SECONDS, CONNECTIONS)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    @staticmethod
    def rows(table):
        counted = subprocess.run(["psql", "-X", "-At", "-c", f"SELECT count(*) FROM {table}", os.environ["CARDWRIGHT_TEST_POSTGRES"]],
                                 capture_output=True, text=True, check=True)
        return int(counted.stdout)


TABLES = ("card", "card_history", "idempotency")


def in_order(shuffled):
    """A file of the same customers in the order in which they were made."""
    file = shuffled.with_suffix(".in-order")
    file.write_text("".join(sorted(shuffled.read_text().splitlines(keepends=True))))
    return file


def check_rows(results, names, count):
    """All that was answered is there. wrk does not count what was under way when it hung up: a request a connection."""
    asked = sum(result["requests"] for name in names for result in results[name])
    found = {table: count(table) for table in TABLES}
    assert all(asked <= rows <= asked + len(names) * ROUNDS * CONNECTIONS for rows in found.values()), (names, asked, found)


def report(results, what, ours, theirs):
    rate = {name: median([result["per_second"] for result in results[name]]) for name in (ours, theirs)}
    p99 = {name: median([result["p99_ms"] for result in results[name]]) for name in (ours, theirs)}
    say(f"  {what}: ratio {rate[ours] / rate[theirs]:.1f}; Cardwright {rate[ours]:,.0f} cards a second (p99 {p99[ours]:.0f} ms), "
        f"Fastify + PostgreSQL {rate[theirs]:,.0f} (p99 {p99[theirs]:.0f} ms)")


def compare():
    with scratch() as directory:
        server, customers, peer_customers = Cardwright(directory), directory / "customers", directory / "peer-customers"
        with server:
            series = server.make_series()
            server.import_customers(CUSTOMERS, customers)
            peer = Peer(peer_customers)
            write_customers(peer_customers.read_text().split(), peer_customers)
            try:
                results = in_turn(ROUNDS,
                                  ours_in_order=lambda: server.issue_load(in_order(customers), series, SECONDS),
                                  peer_in_order=lambda: peer.load(in_order(peer_customers)),
                                  ours_shuffled=lambda: server.issue_load(customers, series, SECONDS),
                                  peer_shuffled=lambda: peer.load(peer_customers))
            finally:
                peer.stop()
        check_rows(results, ("ours_in_order", "ours_shuffled"), lambda table: server.rows(f"SELECT count(*) FROM {table}"))
        check_rows(results, ("peer_in_order", "peer_shuffled"), peer.rows)
    report(results, "customers one after another, as they were made", "ours_in_order", "peer_in_order")
    report(results, "customers shuffled", "ours_shuffled", "peer_shuffled")
    say("  no request was refused, and every row is there")


def run():
    if "CARDWRIGHT_TEST_POSTGRES" not in os.environ:
        if not (PEER / "node_modules").exists():
            subprocess.run([shutil.which("npm") or "/usr/bin/npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=PEER, check=True)
        code = "import sys; sys.path.insert(0, sys.argv[1]); import issue; issue.compare()"
        subprocess.run([ROOT / "script/with-postgres", "/usr/bin/python3", "-c", code, BENCH], check=True)
    else:
        compare()
