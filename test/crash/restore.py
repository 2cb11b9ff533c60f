#!/usr/bin/python3
"""restore.py: dump, draw, restore, draw on PostgreSQL: no number that was shown is shown again.

The database is dumped while it is written to, then thrown away with all that was drawn since, and read back from the
dump: it knows nothing of those numbers, the high-water file does. Needs CARDWRIGHT_TEST_POSTGRES and pg_dump. (SQLite, and
what else a server refuses to start on: test/safety.)
"""

import os
import shutil
import subprocess
import sys
import threading

from support import Proofs, Server, harness

SERIES = (("RANDOM", {"prefix": "7", "length": 12, "check_digit": "luhn"}), ("SEQUENTIAL", {"prefix": "6", "length": 12, "method": "sequential"}),
          ("SMALL", {"prefix": "55", "length": 7}))


class Brand:
    """An organisation that draws and issues, and every number that it was shown."""

    def __init__(self, server):
        self.server, self.numbers, self.cards = server, set(), {}
        self.server.init()
        self.server.start()
        self.key = self.server.api_key("owner", "restore")
        self.series = [self.make_series(code, numbering) for code, numbering in SERIES]
        self.customer = self.client().post("/v1/customers", {"external_id": "C1"}).ok(201)

    def client(self):
        return harness.Client(self.server, self.key)

    def make_series(self, code, numbering):
        return self.client().post("/v1/series", {"code": code, "name": code, "numbering": numbering}).ok(201)

    def draw_batch(self, client, series, count):
        batch = client.post(f"/v1/series/{series['id']}/batches", {"count": count}).ok(201)
        numbers = client.get(f"/v1/batches/{batch['id']}/numbers").body.decode().split()
        assert len(numbers) == count
        for number in numbers:
            self.show(number)

    def show(self, number):
        assert number not in self.numbers, f"a number was shown twice ({len(self.numbers)} before it)"
        self.numbers.add(number)

    def draw(self, batch_count, card_count):
        client = self.client()
        for series in self.series:
            for _ in range(batch_count):
                self.draw_batch(client, series, 50)
            for _ in range(card_count):
                card = client.post("/v1/cards", {"customer_id": self.customer["id"], "series_id": series["id"]}).ok(201)
                self.show(card["number"])
                self.cards[card["id"]] = card["number"]

    def while_drawing(self, action):
        """The action while a client draws."""
        done, faults = threading.Event(), []

        def draw():
            try:
                while not done.is_set():
                    self.draw(1, 5)
            except Exception as fault:
                faults.append(fault)

        thread = threading.Thread(target=draw)
        thread.start()
        try:
            action()
        finally:
            done.set()
            thread.join()
        if faults:
            raise faults[0]


def postgres_tool(name):
    # Debian puts them beside the server's other programs; the newest is the server's own.
    found = shutil.which(name)
    if found is None:
        versions = sorted(os.listdir("/usr/lib/postgresql"), key=float)
        found = os.path.join("/usr/lib/postgresql", versions[-1], "bin", name)
    return found


def dump_draw_restore_draw():
    server = Server("postgres")
    dump = os.path.join(server.directory, "dump.sql")
    url = os.environ["CARDWRIGHT_TEST_POSTGRES"]
    try:
        brand = Brand(server)
        brand.draw(3, 40)
        old_cards = dict(brand.cards)
        brand.while_drawing(lambda: subprocess.run([postgres_tool("pg_dump"), "-f", dump, server.database_url], check=True))
        assert server.command("backup", dump + ".db", check=False).returncode == 1, "PostgreSQL has its own tools for a backup"
        before = set(brand.numbers)
        brand.draw(3, 40)
        lost = sorted(brand.numbers - before)
        brand.draw_batch(brand.client(), brand.make_series("YOUNG", {"prefix": "4", "length": 12}), 1)
        assert server.stop() == 0

        server.psql(url, f"DROP DATABASE {server.database}")
        server.psql(url, f"CREATE DATABASE {server.database}")
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", dump, server.database_url], check=True, stdout=subprocess.DEVNULL)
        for _ in range(2):
            server.refuses_to_start("cardwright restore")
        said = server.command("restore").stderr
        # Of a series made after the dump nothing is left, but that its numbers were shown.
        assert "1 series that drew numbers are not in this database" in said, said

        server.start()
        brand.draw(3, 40)
        client = brand.client()
        for id, number in list(old_cards.items())[::5]:
            assert client.post(f"/v1/cards/{id}/reveal", {"reason": "restore test"}).ok()["number"] == number
        for number in lost[::37]:  # somebody may hold them; the database does not know
            assert client.post("/v1/card-numbers/check", {"number": number}).ok()["reason"] == "not_generated"
        server.command("audit", "verify")
        assert server.stop() == 0
    finally:
        server.remove()


def main():
    proofs = Proofs()
    if "CARDWRIGHT_TEST_POSTGRES" in os.environ:
        proofs.prove("postgres: dump, draw, restore, draw", dump_draw_restore_draw)
    else:
        proofs.skip("postgres", "CARDWRIGHT_TEST_POSTGRES is not set")
    return proofs.close()


if __name__ == "__main__":
    sys.exit(main())
