#!/usr/bin/python3
"""restore.py: a restored backup repeats no number, and the server refuses to run on what it cannot trust.

Backup, draw, restore, draw: over everything that was ever shown no number stands twice, though the restored database
knows nothing of what was drawn after the backup. On SQLite with `cardwright backup`; where CARDWRIGHT_TEST_POSTGRES names
a server, on PostgreSQL with pg_dump. Then keys lost, files missing, damaged or open to others, a schema from the future.
"""

import os
import shutil
import stat
import subprocess
import sys
import threading

from support import Proofs, Server, harness


class Shown:
    """Every number that the server has shown."""

    def __init__(self):
        self.numbers, self.cards = set(), {}

    def add(self, number):
        assert number not in self.numbers, f"a number was shown twice ({len(self.numbers)} before it)"
        self.numbers.add(number)


class Brand:
    """An organisation with three series, that draws and issues."""

    SERIES = (("RANDOM", {"prefix": "7", "length": 12, "check_digit": "luhn"}), ("SEQUENTIAL", {"prefix": "6", "length": 12, "method": "sequential"}),
              ("SMALL", {"prefix": "55", "length": 7}))

    def __init__(self, server):
        self.server, self.shown = server, Shown()
        self.server.init()
        self.server.start()
        self.key = self.server.api_key("owner", "restore")
        self.series = [self.client().post("/v1/series", {"code": code, "name": code, "numbering": numbering}).ok(201)
                       for code, numbering in self.SERIES]
        self.customer = self.client().post("/v1/customers", {"external_id": "C1"}).ok(201)

    def client(self):
        return harness.Client(self.server, self.key)

    def draw(self, batch_count, card_count, numbers_of_batch=50):
        client = self.client()
        for series in self.series:
            for _ in range(batch_count):
                batch = client.post(f"/v1/series/{series['id']}/batches", {"count": numbers_of_batch}).ok(201)
                lines = client.get(f"/v1/batches/{batch['id']}/numbers").body.decode().split()
                assert len(lines) == numbers_of_batch
                for number in lines:
                    self.shown.add(number)
            for _ in range(card_count):
                card = client.post("/v1/cards", {"customer_id": self.customer["id"], "series_id": series["id"]}).ok(201)
                self.shown.add(card["number"])
                self.shown.cards[card["id"]] = card["number"]

    def old_cards_are_readable(self, cards):
        client = self.client()
        for id, number in list(cards.items())[::5]:
            assert client.get(f"/v1/cards/{id}").ok()["number_masked"].endswith(number[-2:])
            assert client.post(f"/v1/cards/{id}/reveal", {"reason": "restore test"}).ok()["number"] == number

    def lost_numbers_cannot_be_linked(self, numbers):
        """They were shown after the backup: somebody may hold them, the database does not know."""
        client = self.client()
        for number in numbers:
            availability = client.post("/v1/card-numbers/check", {"number": number}).ok()
            assert availability["reason"] == "not_generated", availability


def database_path(server):
    return os.path.join(server.data, "cardwright.db")


def remove_database(server):
    for ending in ("", "-wal", "-shm"):
        if os.path.exists(database_path(server) + ending):
            os.remove(database_path(server) + ending)


def while_issuing(brand, action):
    """The action while another client draws."""
    done = threading.Event()
    faults = []

    def draw():
        try:
            while not done.is_set():
                brand.draw(1, 5)
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


def backup_draw_restore_draw_sqlite(by_hand):
    server = Server("sqlite")
    backup = os.path.join(server.directory, "backup.db")
    try:
        brand = Brand(server)
        brand.draw(3, 40)
        known_cards = dict(brand.shown.cards)
        while_issuing(brand, lambda: server.command("backup", backup))
        assert stat.S_IMODE(os.stat(backup).st_mode) == 0o600, "the backup can be read by others"
        assert server.command("backup", backup, check=False).returncode == 1, "a backup went over a file"
        before = set(brand.shown.numbers)
        brand.draw(3, 40)
        lost = sorted(brand.shown.numbers - before)
        young = brand.client().post("/v1/series", {"code": "YOUNG", "name": "Young", "numbering": {"prefix": "4", "length": 12}}).ok(201)
        brand.client().post(f"/v1/series/{young['id']}/batches", {"count": 1}).ok(201)
        assert server.stop() == 0
        if by_hand:
            remove_database(server)
            shutil.copy(backup, database_path(server))
            server.refuses_to_start("cardwright restore")
            server.refuses_to_start("cardwright restore")
            restored = server.command("restore")
        else:
            assert server.command("restore", backup, check=False).returncode == 1, "restore went over a database"
            remove_database(server)
            restored = server.command("restore", backup)
        # A series made after the backup is lost; that its numbers were shown is not.
        assert "1 series that drew numbers are not in this database" in restored.stderr, restored.stderr
        server.start()
        brand.draw(3, 40)
        brand.old_cards_are_readable(known_cards)
        brand.lost_numbers_cannot_be_linked(lost[::37])
        assert server.stop() == 0
        server.start()  # and again, as ever after
        brand.draw(1, 5)
        server.command("audit", "verify")
    finally:
        server.remove()


def postgres_tool(name):
    # Beside the server's other programs, where the newest is not on the path.
    found = shutil.which(name)
    if found is None:
        folders = sorted(os.listdir("/usr/lib/postgresql"), key=lambda version: float(version))
        found = os.path.join("/usr/lib/postgresql", folders[-1], "bin", name)
    return found


def backup_draw_restore_draw_postgres():
    server = Server("postgres")
    dump = os.path.join(server.directory, "dump.sql")
    url = os.environ["CARDWRIGHT_TEST_POSTGRES"]
    try:
        brand = Brand(server)
        brand.draw(3, 40)
        known_cards = dict(brand.shown.cards)
        while_issuing(brand, lambda: subprocess.run([postgres_tool("pg_dump"), "-f", dump, server.database_url], check=True))
        assert server.command("backup", dump + ".db", check=False).returncode == 1
        before = set(brand.shown.numbers)
        brand.draw(3, 40)
        lost = sorted(brand.shown.numbers - before)
        assert server.stop() == 0
        server.psql(url, f"DROP DATABASE {server.database}")
        server.psql(url, f"CREATE DATABASE {server.database}")
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", dump, server.database_url], check=True, stdout=subprocess.DEVNULL)
        server.refuses_to_start("cardwright restore")
        server.command("restore")
        server.start()
        brand.draw(3, 40)
        brand.old_cards_are_readable(known_cards)
        brand.lost_numbers_cannot_be_linked(lost[::37])
        server.command("audit", "verify")
    finally:
        server.remove()


class Refusals:
    """One installation, broken in one way after the other; each time it runs again once that is mended."""

    def __init__(self):
        self.server = Server("sqlite")
        self.brand = Brand(self.server)
        self.brand.draw(1, 5)
        self.server.stop()

    def path(self, name):
        return os.path.join(self.server.data, name)

    def still_well(self):
        self.server.start()
        self.brand.draw(1, 2)
        assert self.server.stop() == 0

    def refused_without(self, name, *words):
        kept = self.path(name) + ".kept"
        os.rename(self.path(name), kept)
        self.server.refuses_to_start(*words)
        assert not os.path.exists(self.path(name)), f"{name} was made anew"
        os.rename(kept, self.path(name))
        self.still_well()

    def refused_with(self, name, content, *words):
        kept = self.path(name) + ".kept"
        shutil.copy2(self.path(name), kept)
        with open(self.path(name), "wb") as file:
            file.write(content)
        self.server.refuses_to_start(*words)
        os.rename(kept, self.path(name))
        self.still_well()

    def master_key_lost(self):
        self.refused_without("master.key", "master key")

    def master_key_of_another(self):
        other = Server("sqlite")
        try:
            other.init()
            with open(os.path.join(other.data, "master.key"), "rb") as file:
                self.refused_with("master.key", file.read(), "master key")
        finally:
            other.remove()

    def master_key_damaged(self):
        with open(self.path("master.key"), "rb") as file:
            content = bytearray(file.read())
        for at in (0, len(content) // 2, len(content) - 3):
            content[at] ^= 1
            self.refused_with("master.key", bytes(content), "master key")
            content[at] ^= 1

    def master_key_open_to_others(self):
        for mode in (0o640, 0o604, 0o644):
            os.chmod(self.path("master.key"), mode)
            self.server.refuses_to_start("master key", "chmod 600")
        os.chmod(self.path("master.key"), 0o600)
        self.still_well()

    def high_water_missing(self):
        self.refused_without("high-water", "high-water", "missing")

    def high_water_damaged(self):
        self.refused_with("high-water", b"", "high-water", "damaged")
        with open(self.path("high-water"), "rb") as file:
            content = file.read()
        self.refused_with("high-water", content[:-1], "high-water", "damaged")
        self.refused_with("high-water", b"x" + content[1:], "high-water", "damaged")

    def database_missing(self):
        self.refused_without("cardwright.db")

    def database_damaged(self):
        with open(self.path("cardwright.db"), "rb") as file:
            content = file.read()
        self.refused_with("cardwright.db", b"not a database" * 100)
        self.refused_with("cardwright.db", content[:16] + b"\xff" * 84 + content[100:])

    def schema_from_the_future(self):
        insert = "INSERT INTO schema_migration (version, name, applied_at) VALUES (9999, 'tomorrow', 0)"
        self.change(insert)
        self.server.refuses_to_start("newer version")
        assert "newer version" in self.server.command("migrate", check=False).stderr
        self.change("DELETE FROM schema_migration WHERE version = 9999")
        self.still_well()

    def change(self, sql):
        import sqlite3
        connection = sqlite3.connect(self.path("cardwright.db"))
        with connection:
            connection.execute(sql)
        connection.close()

    def a_second_server(self):
        self.server.start()
        self.server.refuses_to_start("another process")
        self.brand.draw(1, 2)
        assert self.server.stop() == 0

    def a_second_init(self):
        done = self.server.command("init", check=False)
        assert done.returncode == 1
        self.still_well()


def main():
    proofs = Proofs()
    proofs.prove("sqlite: backup, draw, put in place by hand, draw", backup_draw_restore_draw_sqlite, True)
    proofs.prove("sqlite: backup, draw, restore FILE, draw", backup_draw_restore_draw_sqlite, False)
    if "CARDWRIGHT_TEST_POSTGRES" in os.environ:
        proofs.prove("postgres: dump, draw, restore, draw", backup_draw_restore_draw_postgres)
    else:
        proofs.skip("postgres", "CARDWRIGHT_TEST_POSTGRES is not set")
    refusals = Refusals()
    try:
        for refusal in (refusals.master_key_lost, refusals.master_key_of_another, refusals.master_key_damaged, refusals.master_key_open_to_others,
                        refusals.high_water_missing, refusals.high_water_damaged, refusals.database_missing, refusals.database_damaged,
                        refusals.schema_from_the_future, refusals.a_second_server, refusals.a_second_init):
            proofs.prove("refused: " + refusal.__name__.replace("_", " "), refusal)
    finally:
        refusals.server.remove()
    return proofs.close()


if __name__ == "__main__":
    sys.exit(main())
