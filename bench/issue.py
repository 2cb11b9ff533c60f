"""P3: cards issued over HTTP, durable, against an application that writes the same rows with Fastify and PostgreSQL."""
import os
import shutil
import subprocess
import time
import urllib.request

from house import BENCH, CONNECTIONS, ROOT, Cardwright, free_port, in_turn, issue_load, median, say, scratch

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
        self.customers, self.port = customers, free_port()
        self.process = subprocess.Popen([node(), "server.js", str(self.port)], cwd=PEER)
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.05)

    def load(self):
        return issue_load(f"http://127.0.0.1:{self.port}", self.customers, "series_1", "-", SECONDS, CONNECTIONS)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    @staticmethod
    def rows(table):
        counted = subprocess.run(["psql", "-X", "-At", "-c", f"SELECT count(*) FROM {table}", os.environ["CARDWRIGHT_TEST_POSTGRES"]],
                                 capture_output=True, text=True, check=True)
        return int(counted.stdout)


TABLES = ("card", "card_history", "idempotency")


def compare():
    with scratch() as directory:
        server, customers = Cardwright(directory), directory / "customers"
        with server:
            series = server.make_series()
            server.import_customers(CUSTOMERS, customers)
            ordered = directory / "ordered"
            ordered.write_text("".join(sorted(customers.read_text().splitlines(keepends=True))))
            peer = Peer(directory / "peer-customers")
            try:
                results = in_turn(ROUNDS, cardwright=lambda: server.issue_load(customers, series, SECONDS), peer=peer.load,
                                  in_order=lambda: server.issue_load(ordered, series, SECONDS))
            finally:
                peer.stop()
        # Up to one request a connection was under way when wrk hung up: written, and not counted by it.
        counts = (("cardwright", "in_order"), lambda table: server.rows(f"SELECT count(*) FROM {table}")), (("peer",), peer.rows)
        for names, count in counts:
            asked = sum(result["requests"] for name in names for result in results[name])
            found = {table: count(table) for table in TABLES}
            assert all(asked <= rows <= asked + len(names) * ROUNDS * CONNECTIONS for rows in found.values()), (names, asked, found)
    ours, theirs = (median([result["per_second"] for result in results[name]]) for name in ("cardwright", "peer"))
    say(f"  ratio {ours / theirs:.1f}: Cardwright {ours:,.0f} cards a second (p99 {median([r['p99_ms'] for r in results['cardwright']]):.1f} ms), "
        f"Fastify + PostgreSQL {theirs:,.0f} (p99 {median([r['p99_ms'] for r in results['peer']]):.1f} ms); no request refused, every row there")
    say(f"  customers in the order of their making instead of shuffled: {median([r['per_second'] for r in results['in_order']]):,.0f} cards a second "
        f"(p99 {median([r['p99_ms'] for r in results['in_order']]):.1f} ms)")


def run():
    if "CARDWRIGHT_TEST_POSTGRES" not in os.environ:
        if not (PEER / "node_modules").exists():
            subprocess.run([shutil.which("npm") or "/usr/bin/npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=PEER, check=True)
        code = "import sys; sys.path.insert(0, sys.argv[1]); import issue; issue.compare()"
        subprocess.run([ROOT / "script/with-postgres", "/usr/bin/python3", "-c", code, BENCH], check=True)
    else:
        compare()
