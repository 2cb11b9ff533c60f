"""A restored backup never draws a number that was shown, and what does not belong together does not start."""
import os
import shutil
import sqlite3
import threading

import harness
from harness import equal, holds
from support import SERVE, refuses, run, running_server, stopped_server, test

NUMBERINGS = [
    {"prefix": "RAND", "length": 12},
    {"prefix": "500", "length": 12, "check_digit": "luhn"},
    {"prefix": "SEQ", "length": 12, "method": "sequential", "start": 1000},
    {"prefix": "TIGHT", "length": 8},  # a space of 1000: a counter that went back would show at once
]


class Shown:
    """Every number that anybody was shown, and by what."""

    def __init__(self):
        self.numbers, self.repeated, self.lock = {}, [], threading.Lock()

    def add(self, where, *numbers):
        with self.lock:
            for number in numbers:
                if number in self.numbers:
                    self.repeated.append((self.numbers[number], where))
                self.numbers[number] = where


def draw_and_issue(world, client, series, shown, when, rounds):
    """Batches, single cards and one of the batch, by turns, of every series; the cards that were issued."""
    cards = []
    for _ in range(rounds):
        for one in series:
            batch = client.post(f"/v1/series/{one['id']}/batches", {"count": 7}).ok(201)
            reply = client.get(f"/v1/batches/{batch['id']}/numbers")
            reply.ok()
            numbers = reply.body.decode("ascii").split()
            equal(len(numbers), 7, "numbers in the file")
            shown.add(when + ": batch", *numbers)
            body = {"customer_id": world.customer(client=client)["id"]}
            for _ in range(3):
                card = client.post("/v1/cards", {**body, "series_id": one["id"]}).ok(201)
                shown.add(when + ": card", card["number"])
                cards.append(card)
            cards.append(client.post("/v1/cards", {**body, "number": numbers[0]}).ok(201))
    return cards


def generate(server, shown, when):
    """A batch of the command line, beside the running server or without one."""
    path = os.path.join(server.directory, "generated-" + when.replace(" ", "-"))
    server.command("generate", "--series", "S0", "--count", "50", "--output", path, "--quiet")
    with open(path, encoding="ascii") as file:
        shown.add(when + ": generate", *file.read().split())


def back_up_while_writing(world, server, series, shown, backup):
    """Writers go on before, during and after the backup; which of them the backup holds is not known, and need not be."""
    stop, faults = threading.Event(), []

    def write():
        try:
            client = world.owner.clone()
            while not stop.is_set():
                draw_and_issue(world, client, series[:3], shown, "while backing up", 1)
        except BaseException as fault:
            faults.append(fault)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        server.command("backup", backup)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert not faults, faults[0]


def move_aside(server, keep):
    """Leaves in the data directory the files named, as an operator would after losing the rest."""
    old = server.data + "-old"
    shutil.rmtree(old, ignore_errors=True)
    os.rename(server.data, old)
    os.mkdir(server.data, 0o700)
    for name in keep:
        shutil.copy2(os.path.join(old, name), os.path.join(server.data, name))
    return old


@test
def draws_on():
    """Backup, draw, restore, draw: over everything that was shown no number stands twice."""
    shown = Shown()
    with running_server() as server:
        world = harness.World(server)
        backup = os.path.join(server.directory, "backup.db")
        series = [world.series(code=f"S{i}", numbering=numbering) for i, numbering in enumerate(NUMBERINGS)]
        manual = world.series(code="MANUAL", numbering={"prefix": "MAN", "length": 12, "generation": False})
        before = draw_and_issue(world, world.owner, series, shown, "before", 3)
        registered = world.owner.post("/v1/card-numbers", {"number": "MAN123456789"}).ok(201)
        back_up_while_writing(world, server, series, shown, backup)
        after = draw_and_issue(world, world.owner, series, shown, "after", 4)
        new_series = world.series(code="NEW", numbering={"prefix": "NEW", "length": 12})
        draw_and_issue(world, world.owner, [new_series], shown, "after", 1)
        generate(server, shown, "after")
        equal(server.stop(), 0, "exit status")

        # The wrong way: the copy alone in the place of the database.
        for name in ("cardwright.db", "cardwright.db-wal", "cardwright.db-shm"):
            path = os.path.join(server.data, name)
            if os.path.exists(path):
                os.rename(path, path + "-old")
        shutil.copy(backup, os.path.join(server.data, "cardwright.db"))
        refuses(server, SERVE, "cardwright restore", "drawn further")
        refuses(server, ["generate", "--series", "S0", "--count", "1", "--output", "-"], "cardwright restore")

        # The right way, with the log of another database left lying there.
        old = move_aside(server, ["master.key", "high-water"])
        shutil.copy(os.path.join(old, "cardwright.db-wal-old") if os.path.exists(os.path.join(old, "cardwright.db-wal-old"))
                    else os.path.join(old, "cardwright.db-old"), os.path.join(server.data, "cardwright.db-wal"))
        server.command("restore", backup)
        refuses(server, ["restore", backup], "is there already")
        server.start()
        world.owner.connection = None
        again = draw_and_issue(world, world.owner, series, shown, "restored", 6)
        generate(server, shown, "restored")
        assert not shown.repeated, f"{len(shown.repeated)} numbers were shown twice: {shown.repeated[:3]}"
        assert len({card["number"] for card in before + after + again}) == len(before + after + again)

        def reveal(card):
            return world.owner.post(f"/v1/cards/{card['id']}/reveal", {"reason": "Restored"})

        for card in before + again:
            equal(reveal(card).ok()["number"], card["number"], "a card of the backup")
        equal(reveal(registered).ok()["number"], "MAN123456789", "a registered number of the backup")
        for card in after:
            reveal(card).problem(404, "card_not_found")
            if card["batch_id"] is None or card["number"].startswith(("RAND", "500", "SEQ", "TIGHT")):
                holds(world.check(card["number"]), available=False, reason="not_generated")
        holds(world.check("MAN123456789"), available=True, series_id=manual["id"])
        server.command("audit", "verify", "--heads", os.path.join(server.data, "audit-heads"))
        equal(server.stop(), 0, "exit status")
        server.start()  # once more, without a restore
        world.owner.connection = None
        draw_and_issue(world, world.owner, series[:3], shown, "started again", 1)
        assert not shown.repeated, f"{len(shown.repeated)} numbers were shown twice: {shown.repeated[:3]}"


@test
def a_second_restore_of_the_same_backup():
    """The same old backup, restored twice: the numbers drawn after the first restore are passed over as well."""
    shown = Shown()
    with running_server() as server:
        world = harness.World(server)
        backup = os.path.join(server.directory, "backup.db")
        series = [world.series(code=f"S{i}", numbering=numbering) for i, numbering in enumerate(NUMBERINGS)]
        server.command("backup", backup)
        for turn in range(3):
            draw_and_issue(world, world.owner, series, shown, f"turn {turn}", 2)
            server.stop()
            move_aside(server, ["master.key", "high-water"])
            server.command("restore", backup)
            server.start()
            world.owner.connection = None
        assert not shown.repeated, f"{len(shown.repeated)} numbers were shown twice: {shown.repeated[:3]}"


@test
def refused():
    """What does not belong to the backup, or is not whole, is refused, and says so."""
    with running_server() as server, running_server() as other:
        world = harness.World(server)
        backup = os.path.join(server.directory, "backup.db")
        series = world.series(code="S0", numbering=NUMBERINGS[0])
        server.command("backup", backup)
        draw_and_issue(world, world.owner, [series], Shown(), "after", 1)
        refuses(server, SERVE, "another process")
        refuses(server, ["restore"], "another process")
        refuses(server, ["restore", backup], "is there already")
        refuses(server, ["backup", backup], "no backup was made")
        refuses(server, ["restore", "--no-such-flag"], "--no-such-flag", status=2)
        refuses(server, ["serve", "--no-such-flag", "x"], "--no-such-flag", status=2)
        refuses(server, ["backup"], "usage", status=2)
        refuses(server, ["no-such-command"], status=2)
        server.stop()
        other.stop()
        old = move_aside(server, [])

        def place(*names):
            shutil.rmtree(server.data)
            os.mkdir(server.data, 0o700)
            for name in names:
                shutil.copy2(os.path.join(old, name), os.path.join(server.data, name))

        restore = ["restore", backup]
        place("high-water")
        refuses(server, restore, "master key", "is not there")
        place("master.key")
        refuses(server, restore, "high-water", "is missing")
        place("high-water")
        shutil.copy2(os.path.join(other.data, "master.key"), os.path.join(server.data, "master.key"))
        refuses(server, restore, "is not the one of this database")
        place("high-water", "master.key")
        os.chmod(os.path.join(server.data, "master.key"), 0o640)
        refuses(server, restore, "can be read by others", "chmod 600")
        place("high-water", "master.key")
        with open(os.path.join(server.data, "master.key"), "r+b") as file:
            file.seek(50)
            file.write(b"0123")
        refuses(server, restore, "master key", "damaged")
        for damage in ("head", "short", "empty", "records"):
            place("high-water", "master.key")
            with open(os.path.join(server.data, "high-water"), "r+b") as file:
                if damage == "head":
                    file.write(b"x")
                elif damage == "records":
                    content = file.read()
                    file.seek(4096)
                    file.write(bytes(byte ^ 1 if byte else 0 for byte in content[4096:]))
                else:
                    file.truncate(4096 if damage == "short" else 0)
            refuses(server, restore, "high-water", "is damaged")
        place("high-water", "master.key")
        for name, content in (("garbage", b"not a database" * 1000), ("empty", b""), ("cut", open(backup, "rb").read()[:20000])):
            path = os.path.join(server.directory, name)
            with open(path, "wb") as file:
                file.write(content)
            refuses(server, ["restore", path])
            assert not os.path.exists(os.path.join(server.data, "cardwright.db")), f"a database was made of {name}"
        refuses(server, ["restore", os.path.join(server.directory, "nothing")], "was not restored")
        newer = os.path.join(server.directory, "newer.db")
        shutil.copy(backup, newer)
        connection = sqlite3.connect(newer)
        columns = [row[1] for row in connection.execute("PRAGMA table_info(schema_migration)")]
        row = connection.execute("SELECT * FROM schema_migration ORDER BY 1 DESC").fetchone()
        connection.execute(f"INSERT INTO schema_migration VALUES ({','.join('?' * len(columns))})", (999, *row[1:]))
        connection.commit()
        connection.close()
        refuses(server, ["restore", newer], "newer version")
        refuses(server, SERVE, "newer version")
        place("high-water", "master.key")
        server.command("restore", backup)  # after all these it works all the same
        server.start()
        world.owner.connection = None
        world.batch(series, 1)


@test
def refused_then_mended():
    """A restore that was refused for a missing file goes on when the file is there."""
    with running_server() as server:
        world = harness.World(server)
        backup = os.path.join(server.directory, "backup.db")
        series = world.series(code="S0", numbering=NUMBERINGS[2])
        server.command("backup", backup)
        shown = Shown()
        draw_and_issue(world, world.owner, [series], shown, "after", 1)
        server.stop()
        old = move_aside(server, ["master.key"])
        refuses(server, ["restore", backup], "is missing")
        refuses(server, SERVE, "is missing")
        shutil.copy2(os.path.join(old, "high-water"), server.data)
        refuses(server, SERVE, "cardwright restore")
        server.command("restore")
        server.start()
        world.owner.connection = None
        draw_and_issue(world, world.owner, [series], shown, "restored", 1)
        assert not shown.repeated, shown.repeated


@test
def no_data_directory():
    with stopped_server() as server:
        refuses(server, SERVE, "cardwright init")
        refuses(server, ["restore", "/nonexistent"])
        refuses(server, ["audit", "verify"])


@test
def init_twice():
    with running_server() as server:
        server.stop()
        files = {name: open(os.path.join(server.data, name), "rb").read() for name in ("master.key", "high-water", "cardwright.db")}
        refuses(server, ["init"], "already")
        for name, content in files.items():
            assert open(os.path.join(server.data, name), "rb").read() == content, f"{name} was changed"


@test
def passphrase():
    """A master key sealed by a passphrase opens with that one alone."""
    with stopped_server() as server:
        paths = {}
        for name, text in (("right", "correct horse battery staple\n"), ("wrong", "correct horse battery stapl\n"), ("empty", "")):
            paths[name] = os.path.join(server.directory, name)
            with open(paths[name], "w", encoding="ascii") as file:
                file.write(text)
        right = ("--keys-passphrase-file", paths["right"])
        server.command("init", *right)
        with open(os.path.join(server.data, "master.key"), encoding="ascii") as file:
            assert "seal: passphrase" in file.read()
        refuses(server, [*SERVE], "needs its passphrase")
        refuses(server, [*SERVE, "--keys-passphrase-file", paths["wrong"]], "wrong passphrase")
        refuses(server, [*SERVE, "--keys-passphrase-file", paths["empty"]], paths["empty"] + " cannot be read", "it is empty")
        refuses(server, [*SERVE, "--keys-passphrase-file", paths["right"] + "-not"], "-not cannot be read")
        refuses(server, ["audit", "verify"], "needs its passphrase")
        server.command("audit", "verify", *right)
        server.flags += right
        server.start()
        assert "sealed_by_mode" not in server.log(), "the server warns of a key that is sealed"
        equal(server.stop(), 0, "exit status")
        done = run(server, "init", "--keys-passphrase-file", paths["empty"], data=server.data + "-2")
        assert done.returncode == 1, "an empty passphrase is none"


@test
def head_cut_off():
    """A line of the signed heads that was cut off by a crash or a full disk does not spoil those after it."""
    with running_server() as server:
        world = harness.World(server)
        path = os.path.join(server.data, "audit-heads")
        for kept in (60, 3):
            server.stop()
            with open(path, "r+b") as file:
                lines = file.read().splitlines(keepends=True)
                file.truncate(sum(map(len, lines[:-1])) + kept)
            server.start()
            world.owner.connection = None
            world.customer()
            server.command("audit", "verify", "--heads", path)
