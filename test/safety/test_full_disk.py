"""A full disk: writes are refused and change nothing, reads go on; with space again everything that was acknowledged is
there, and nothing else. The data directory lies on a small file system of its own."""
import contextlib
import os
import shutil
import subprocess
import tempfile

import harness
from harness import equal
from support import Skipped, refuses, test

SIZE = "40m"
BLOCK = 4096
TOGETHER = 64


@contextlib.contextmanager
def small_disk():
    folder = tempfile.mkdtemp(prefix="cardwright-disk-")
    try:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "cardwright-test", folder], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise Skipped("no file system can be mounted here: " + done.stderr.strip())
        try:
            yield folder
        finally:
            subprocess.run(["umount", "-l", folder], check=True)
    except FileNotFoundError:
        raise Skipped("there is no mount") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Filler:
    """The file that takes up what is left of the disk."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "filler")

    def fill(self):
        with open(self.path, "ab", buffering=0) as file:
            for block in (1 << 20, BLOCK, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(block)) == block:
                        pass

    def leave(self, blocks):
        """A full disk but for so many blocks."""
        self.fill()
        os.truncate(self.path, max(0, os.path.getsize(self.path) // BLOCK * BLOCK - blocks * BLOCK))

    def free(self):
        os.unlink(self.path)


class Ledger:
    """What was acknowledged: cards by their id, with number and Idempotency-Key."""

    def __init__(self, world):
        self.world, self.cards, self.refused = world, {}, []
        self.series = world.series(code="DISK", numbering={"prefix": "DISK", "length": 14})
        self.customers = [world.customer() for _ in range(TOGETHER)]
        self.requests = 0

    def issue_together(self):
        """64 cards at once; how many were acknowledged. Every other answer is storage_full."""
        def issue(customer, key):
            body = {"customer_id": customer["id"], "series_id": self.series["id"]}
            return lambda client: (body, key, client.post("/v1/cards", body, headers={"Idempotency-Key": key}))

        count = 0
        actions = []
        for customer in self.customers:
            self.requests += 1
            actions.append(issue(customer, f"disk-{self.requests}"))
        for body, key, reply in self.world.together(actions):
            if reply.status == 201:
                count += 1
                assert reply.json["id"] not in self.cards
                self.cards[reply.json["id"]] = (reply.json["number"], body, key)
            else:
                reply.problem(503, "storage_full")
                self.refused.append((body, key))
        return count

    def check(self, client):
        """The cards are those that were acknowledged, no more and no fewer."""
        cards = client.pages("/v1/cards", {"series_id": self.series["id"]})
        equal(sorted(card["id"] for card in cards), sorted(self.cards), "cards of the series")
        numbers = [number for number, _, _ in self.cards.values()]
        equal(len(set(numbers)), len(numbers), "numbers are different")

    def check_numbers(self, client):
        for card_id, (number, body, key) in self.cards.items():
            equal(client.post(f"/v1/cards/{card_id}/reveal", {"reason": "After the full disk"}).ok()["number"], number, "number")
        for card_id, (number, body, key) in list(self.cards.items())[-20:]:
            equal(client.post("/v1/cards", body, headers={"Idempotency-Key": key}).ok(201)["id"], card_id, "repeat of one that was done")

    def repeat_refused(self, client):
        """What was refused was not done: the same request, with its key, is done now, once."""
        for body, key in self.refused[-30:]:
            card = client.post("/v1/cards", body, headers={"Idempotency-Key": key}).ok(201)
            assert card["id"] not in self.cards and card["number"] not in [number for number, _, _ in self.cards.values()]
            self.cards[card["id"]] = (card["number"], body, key)
            equal(client.post("/v1/cards", body, headers={"Idempotency-Key": key}).ok(201)["id"], card["id"], "repeat")
        self.refused.clear()


def fill_wholly(client, ledger, filler):
    """What was refused may have left room in the log; the smallest write there is uses that up."""
    path = f"/v1/cards/{next(iter(ledger.cards))}/reveal"
    filler.fill()
    while ledger.issue_together() > 0:
        filler.fill()
    for _ in range(2000):
        reply = client.post(path, {"reason": "The smallest write"})
        if reply.status != 200:
            reply.problem(503, "storage_full")
            return
    raise AssertionError("the disk does not become full")


def check_reads(client, ledger, filler):
    card_id, (number, _, _) = next(iter(ledger.cards.items()))
    client.get(f"/v1/cards/{card_id}").ok()
    client.get(f"/v1/cards/{card_id}/history").ok()
    equal(client.post("/v1/card-numbers/check", {"number": number}).ok()["reason"], "taken", "availability")
    equal(len(client.post("/v1/customers/search", {"number": number}).ok()["data"]), 1, "found by number")
    client.get("/v1/settings").ok()
    client.get("/v1/events").ok()
    # Whoever reads the trail leaves a record in it. A checkpoint may have made room in the log meanwhile: it is filled again.
    reply = client.get("/v1/audit")
    for _ in range(5):
        if reply.status != 200:
            break
        fill_wholly(client, ledger, filler)
        reply = client.get("/v1/audit")
    reply.problem(503, "storage_full")
    ledger.check(client)


def check_writes_refused(client, ledger):
    series, (card_id, (_, body, _)) = ledger.series, next(iter(ledger.cards.items()))
    for method, path, json in (("POST", "/v1/customers", {"external_id": "full"}), ("POST", f"/v1/series/{series['id']}/batches", {"count": 1000}),
                               ("POST", "/v1/cards", body), ("PATCH", f"/v1/cards/{card_id}", {"nickname": "full"}),
                               ("POST", f"/v1/cards/{card_id}/reveal", {"reason": "Not without a record"}),
                               ("POST", "/v1/card-numbers", {"number": "DISK1234567890"})):
        client.request(method, path, json).problem(503, "storage_full")
    reply = client.post("/v1/customers/import", body="external_id\n" + "".join(f"F{i}\n" for i in range(5000)), headers={"Content-Type": "text/csv"})
    reply.problem(503, "storage_full")


@contextlib.contextmanager
def server_on(folder):
    server = harness.Server("sqlite")
    server.data = os.path.join(folder, "data")
    try:
        server.init()
        server.start()
        yield server
    finally:
        server.remove()


@test
def full_and_free_again():
    with small_disk() as folder, server_on(folder) as server:
        world = harness.World(server)
        ledger, filler, client = Ledger(world), Filler(folder), world.owner
        heads = os.path.join(server.data, "audit-heads")
        equal(ledger.issue_together(), TOGETHER, "with space")
        for _ in range(3):
            # The disk ends at another place in the log each time, within a batch of many and between batches.
            partly = 0
            for blocks in (1, 2, 3, 5, 8, 13, 21, 34):
                filler.leave(blocks)
                done = ledger.issue_together()
                partly += 0 < done < TOGETHER
                ledger.check(client)
            fill_wholly(client, ledger, filler)
            check_writes_refused(client, ledger)
            check_reads(client, ledger, filler)
            equal(client.get("/health/live").status // 100, 2, "alive")
            filler.free()
            equal(ledger.issue_together(), TOGETHER, "with space again")
            ledger.repeat_refused(client)
            ledger.check(client)
            world.batch(ledger.series, 1000)
        ledger.check_numbers(client)
        customers = {customer["id"]: 0 for customer in ledger.customers}
        for _, body, _ in ledger.cards.values():
            customers[body["customer_id"]] += 1
        for customer_id, count in customers.items():
            shown = client.get(f"/v1/customers/{customer_id}").ok()
            equal(shown["card_counts"]["all"], count, "counted cards")
        server.command("audit", "verify", "--heads", heads)
        backup = os.path.join(server.directory, "backup.db")
        server.command("backup", backup)
        equal(server.stop(), 0, "exit status")
        server.command("audit", "verify", "--heads", heads)


@test
def killed_and_started_while_full():
    """kill -9 on a full disk; a start there is refused or serves, and with space again all is there."""
    with small_disk() as folder, server_on(folder) as server:
        world = harness.World(server)
        ledger, filler = Ledger(world), Filler(folder)
        ledger.issue_together()
        filler.leave(4)
        while ledger.issue_together():
            filler.fill()
        server.process.kill()
        server.process.wait()
        server.process = None
        filler.fill()
        try:
            server.start()  # there may be just room enough in the log
            world.owner.connection = None
            ledger.check(world.owner)
            server.stop()
        except AssertionError:
            if server.process is None or server.process.poll() is None:
                raise
            equal(server.process.returncode, 1, "exit status")
            assert "The disk is full" in server.log().splitlines()[-1], server.log()[-500:]
            server.process = None
        filler.free()
        server.start()
        world.owner.connection = None
        ledger.check(world.owner)
        equal(ledger.issue_together(), TOGETHER, "with space again")
        ledger.repeat_refused(world.owner)
        ledger.check(world.owner)
        ledger.check_numbers(world.owner)
        filler.fill()
        equal(server.stop(), 0, "stopped while full")
        filler.free()
        server.command("audit", "verify", "--heads", os.path.join(server.data, "audit-heads"))
        server.start()
        world.owner.connection = None
        ledger.check(world.owner)


@test
def backup_onto_a_full_disk():
    """A backup that does not fit is refused and leaves no file that looks like one."""
    with small_disk() as folder, server_on(folder) as server:
        world = harness.World(server)
        ledger, filler = Ledger(world), Filler(folder)
        for _ in range(4):
            ledger.issue_together()
        filler.leave(10)
        path = os.path.join(folder, "backup.db")
        refuses(server, ["backup", path], "no backup was made", "disk is full")
        assert not os.path.exists(path), "half a backup was left"
        ledger.check(world.owner)
        filler.free()
        server.command("backup", path)


@test
def init_on_a_full_disk():
    """An init that does not fit is refused, and can be done again after space was made and the directory removed."""
    with small_disk() as folder:
        server = harness.Server("sqlite")
        try:
            server.data = os.path.join(folder, "data")
            filler = Filler(folder)
            filler.leave(12)
            refuses(server, ["init"], "cardwright:")
            filler.free()
            shutil.rmtree(server.data, ignore_errors=True)
            server.init()
        finally:
            server.remove()
