#!/usr/bin/python3
"""run.py [--engine sqlite|postgres] [--rounds N] [--seed S] [--keep]: kills the server at random moments, and looks.

Each round starts the server on the same data directory, lets clients issue cards (by series and by number), try wrong
codes, draw batches, change and unlink cards, and kills it (SIGKILL). Then the next round asks again for everything that
was not answered, with the same Idempotency-Key, and compares what the server tells with what it had told: every card it
acknowledged is there once, as acknowledged. The end compares all of it, and reads the database behind the server's back.

Without --engine: 200 rounds on SQLite and, where CARDWRIGHT_TEST_POSTGRES names a server, 40 on PostgreSQL and the proof of
restore.py. On each engine, then, the proof of rotation.py.
"""

import argparse
import collections
import http.client
import os
import random
import re
import sys
import threading
import time
import uuid

import restore
import rotation
from support import Proofs, Server, harness

ROUNDS = {"sqlite": 200, "postgres": 40}
THREADS = 6
OTP_TRIES = 5
SERIES_LIMIT, SERIES_ACTIVE_LIMIT, ACTIVE_LIMIT = 3, 2, 5
COUNTED = {"inactive", "active", "suspended"}
IN_HAND = COUNTED | {"blocked", "expired"}
VERIFY_EVERY = 20  # rounds

LINK_REFUSALS = {"number_taken", "card_limit_reached", "number_resting"}
ISSUE_REFUSALS = {"card_limit_reached"}
NO_REFUSALS = set()


class Request:
    """One request and its answer; None while it was not answered."""

    def __init__(self, kind, method, path, body, refusals):
        self.kind, self.method, self.path, self.body, self.refusals = kind, method, path, body, refusals
        self.key = str(uuid.UUID(int=random_bits(128)))
        self.status = self.json = None
        self.replayed = False

    def send(self, client):
        reply = client.request(self.method, self.path, json_body=self.body, headers={"Idempotency-Key": self.key})
        self.status, self.json = reply.status, reply.json
        self.replayed = reply.headers.get("Idempotent-Replayed") == "true"
        assert self.ok or (reply.is_problem and reply.json["code"] in self.refusals), f"{self.kind}: {reply}"

    @property
    def ok(self):
        return self.status is not None and self.status < 300


seeded = random.Random()
seeded_lock = threading.Lock()


def random_bits(count):
    with seeded_lock:
        return seeded.getrandbits(count)


class Card:
    """A card as it was acknowledged; `numbers` are known from first replies only."""

    def __init__(self, acknowledged):
        self.id = acknowledged["id"]
        self.masked = acknowledged["number_masked"]
        self.number = acknowledged["number"]
        self.customer_id = acknowledged["customer_id"]
        self.status = acknowledged["status"]
        self.unlinked = False
        self.request = acknowledged["nickname"]


class Challenge:
    """A one-time code: how many wrong tries were answered, and how many may have been counted."""

    def __init__(self, id, code):
        self.id, self.code = id, code
        self.answered = self.sent = 0
        self.used = False


class Ledger:
    """What the server has acknowledged so far: the other side of every comparison."""

    def __init__(self):
        self.lock = threading.Lock()
        self.cards = {}       # by id
        self.by_request = {}  # the nickname of a card is the name of the request that issued it
        self.issues = {}      # every issue that was sent, by that name
        self.customers = []
        self.batches = {}
        self.numbers = []     # of batches, to link
        self.challenges = []
        self.unanswered = []

    def add_card(self, acknowledged):
        with self.lock:
            if acknowledged["id"] in self.cards:
                known = self.cards[acknowledged["id"]]
                assert known.request == acknowledged["nickname"], f"{known.id} was acknowledged for two requests"
                return known
            name = acknowledged["nickname"]
            assert name not in self.by_request, f"request {name} was acknowledged with {self.by_request.get(name)} and {acknowledged['id']}"
            card = self.cards[acknowledged["id"]] = Card(acknowledged)
            self.by_request[name] = card.id
            return card


class Worker(threading.Thread):
    """One client, until the server is gone. It changes only cards that it issued itself."""

    def __init__(self, world, seed):
        super().__init__(daemon=True)
        self.world, self.random = world, random.Random(seed)
        self.client = harness.Client(world.server, world.key)
        self.fault = None
        self.own_customers, self.own_cards = [], []

    def run(self):
        try:
            while not self.world.stopping:
                self.step()
        except (OSError, http.client.HTTPException):
            pass  # the server is gone
        except Exception as fault:
            self.fault = fault

    def send(self, request):
        with self.world.ledger.lock:
            self.world.ledger.unanswered.append(request)
        request.send(self.client)
        with self.world.ledger.lock:
            self.world.ledger.unanswered.remove(request)
        self.world.learn(request)
        return request

    def step(self):
        world, pick = self.world, self.random.random()
        if len(self.own_customers) < 2 or pick < 0.04:
            made = self.send(Request("customer", "POST", "/v1/customers", world.new_customer(), NO_REFUSALS))
            self.own_customers.append(made.json)
        elif pick < 0.55:
            self.issue({"series_id": world.drawing["id"]}, ISSUE_REFUSALS)
        elif pick < 0.72:
            with world.ledger.lock:
                number = self.random.choice(world.ledger.numbers) if world.ledger.numbers else None
            if number:
                self.issue({"number": number}, LINK_REFUSALS)
        elif pick < 0.76:
            self.draw()
        elif pick < 0.82:
            self.try_codes()
        elif self.own_cards:
            self.change(self.random.choice(self.own_cards))

    def issue(self, what, refusals):
        # Half of all go to customers that others issue to at the same moment.
        with self.world.ledger.lock:
            shared = self.world.ledger.customers[-6:]
        customer = self.random.choice(self.own_customers if self.random.random() < 0.5 or not shared else shared)
        request = self.world.issue_request(customer["id"], what, refusals)
        if self.send(request).ok:
            self.own_cards.append(self.world.ledger.cards[request.json["id"]])

    def draw(self):
        world = self.world
        series = self.random.choice((world.drawing, world.batching))
        made = self.send(Request("batch", "POST", f"/v1/series/{series['id']}/batches", {"count": self.random.randint(1, 40)}, NO_REFUSALS))
        if series is world.batching and made.ok:
            lines = self.client.get(f"/v1/batches/{made.json['id']}/numbers")
            numbers = lines.body.decode().split()
            assert len(numbers) == made.json["count"], f"{lines}: not {made.json['count']} numbers"
            with world.ledger.lock:
                world.ledger.numbers += numbers

    def try_codes(self):
        """A fresh customer, a code, wrong tries that count, sometimes the right one."""
        world = self.world
        customer = self.send(Request("customer of its own", "POST", "/v1/customers", world.new_customer(), NO_REFUSALS)).json
        sent = self.send(Request("otp", "POST", "/v1/otp-challenges", {"customer_id": customer["id"], "series_id": world.drawing["id"]}, NO_REFUSALS))
        messages = [message for message in self.client.get("/v1/outbox").ok()["data"] if message["to"] == customer["mobile"]]
        if not messages:
            return  # others sent fifty meanwhile
        challenge = Challenge(sent.json["id"], re.search(r"\b\d{6}\b", messages[0]["body"]).group())
        with world.ledger.lock:
            world.ledger.challenges.append(challenge)
        wrong = f"{(int(challenge.code) + 1) % 1000000:06d}"
        for _ in range(self.random.randint(1, OTP_TRIES - 1)):
            request = world.issue_request(customer["id"], {"series_id": world.drawing["id"], "otp": {"challenge_id": challenge.id, "code": wrong}},
                                          {"otp_wrong"})
            challenge.sent += 1
            request.send(self.client)
            assert not request.ok, "a wrong code issued a card"
            challenge.answered += 1
        if self.random.random() < 0.7:
            request = world.issue_request(customer["id"], {"series_id": world.drawing["id"], "otp": {"challenge_id": challenge.id, "code": challenge.code}},
                                          NO_REFUSALS)
            request.challenge = challenge
            self.send(request)

    def change(self, card):
        if card.unlinked or card.status == "closed":
            return
        if self.random.random() < 0.25 and card.status != "blocked":
            self.send(Request("unlink", "POST", f"/v1/cards/{card.id}/unlink", {"reason": "requested"}, NO_REFUSALS))
            return
        choices = {"active": ("suspended", "blocked", "closed"), "suspended": ("active", "closed"), "blocked": ("active", "closed")}[card.status]
        self.send(Request("change", "PATCH", f"/v1/cards/{card.id}", {"status": self.random.choice(choices), "reason": "requested"},
                          {"max_active_cards_per_customer", "card_limit_reached"}))


class World:
    def __init__(self, server, seed):
        self.server, self.seed = server, seed
        self.random = random.Random(seed)
        self.ledger = Ledger()
        self.stopping = False
        self.counter = self.asked_again = self.had_happened = 0

    def found(self):
        self.server.init()
        self.server.start()
        self.key = self.server.api_key("owner", "crash")
        client = harness.Client(self.server, self.key)
        self.drawing = client.post("/v1/series", {
            "code": "DRAW", "name": "Drawn one by one", "numbering": {"prefix": "9", "length": 16, "check_digit": "luhn"},
            "max_cards_per_customer": SERIES_LIMIT, "max_active_cards_per_customer": SERIES_ACTIVE_LIMIT}).ok(201)
        self.batching = client.post("/v1/series", {
            "code": "BATCH", "name": "Drawn in batches", "numbering": {"prefix": "8", "length": 16, "method": "sequential"}}).ok(201)
        client.patch("/v1/settings", {"max_active_cards_per_customer": ACTIVE_LIMIT}).ok()
        self.server.stop()

    def new_customer(self):
        with self.ledger.lock:
            self.counter += 1
            return {"external_id": f"C{self.counter}", "mobile": f"+9198{self.counter:08d}"}

    def issue_request(self, customer_id, what, refusals):
        request = Request("issue", "POST", "/v1/cards", {"customer_id": customer_id, **what}, refusals)
        request.body["nickname"] = request.key
        request.challenge = None
        with self.ledger.lock:
            self.ledger.issues[request.key] = request
        return request

    def learn(self, request):
        """An answer becomes what is expected from now on."""
        ledger = self.ledger
        if not request.ok:
            return
        if request.kind == "customer":
            with ledger.lock:
                ledger.customers.append(request.json)
        elif request.kind == "issue":
            ledger.add_card(request.json)
            if request.challenge:
                request.challenge.used = True
        elif request.kind == "batch":
            with ledger.lock:
                ledger.batches[request.json["id"]] = request.json
        elif request.kind in ("change", "unlink"):
            card = ledger.cards[request.json["id"]]
            card.status = request.json["status"]
            card.unlinked = request.kind == "unlink"

    def round(self, number):
        """Load until a random moment; now and then the moment comes before the server answers at all."""
        if self.random.random() < 0.12:
            self.server.spawn()
            time.sleep(self.random.uniform(0, 0.12))
            self.server.kill()
            return
        self.server.start()
        self.settle()
        self.stopping = False
        workers = [Worker(self, f"{self.seed}/{number}/{index}") for index in range(THREADS)]
        for worker in workers:
            worker.start()
        time.sleep(self.random.uniform(0.02, 0.45))
        self.server.kill()
        self.stopping = True
        for worker in workers:
            worker.join()
        for worker in workers:
            if worker.fault:
                raise worker.fault

    def settle(self):
        """Asks again for what was not answered, then compares the newest cards."""
        client = harness.Client(self.server, self.key)
        while self.ledger.unanswered:
            request = self.ledger.unanswered[0]
            request.send(client)
            self.ledger.unanswered.pop(0)
            self.asked_again += 1
            self.had_happened += request.replayed
            self.learn(request)
            if request.ok:
                again = Request(request.kind, request.method, request.path, request.body, request.refusals)
                again.key = request.key
                again.send(client)
                assert again.replayed and again.json["id"] == request.json["id"], f"{request.kind}: the second repeat did not replay the first"
        page = client.get("/v1/cards", {"limit": 200}).ok()["data"]
        self.compare(page)
        for challenge in self.ledger.challenges[-6:]:
            self.compare_challenge(client, challenge)

    def compare(self, found):
        """Cards as the server tells them now against cards as it acknowledged them."""
        for card in found:
            known = self.ledger.cards.get(card["id"])
            assert known is not None, f"{card['id']}: nobody was told of this card, and nobody asks for it any more"
            expected = (known.masked, known.status, None if known.unlinked else known.customer_id)
            assert (card["number_masked"], card["status"], card["customer_id"]) == expected, f"{card} was acknowledged as {expected}"

    def compare_challenge(self, client, challenge):
        found = client.get(f"/v1/otp-challenges/{challenge.id}").ok()
        least, most = OTP_TRIES - challenge.sent, OTP_TRIES - challenge.answered
        assert least <= found["attempts_left"] <= most, \
            f"{found}: {challenge.answered} wrong tries were answered of {challenge.sent} sent"
        assert found["used"] == challenge.used, f"{found}: should be {'' if challenge.used else 'un'}used"

    def verify_audit(self):
        done = self.server.command("audit", "verify", "--heads", os.path.join(self.server.data, "audit-heads"), check=False)
        assert done.returncode == 0, f"audit verify: {done.stdout}{done.stderr}"

    """The end: everything, and behind the server's back."""

    def finish(self):
        self.server.start()
        self.settle()
        assert not self.ledger.unanswered

    def all_cards_are_there_once(self):
        client = harness.Client(self.server, self.key)
        self.found = client.pages("/v1/cards")
        self.compare(self.found)
        counts = collections.Counter(card["id"] for card in self.found)
        assert max(counts.values()) == 1
        missing = set(self.ledger.cards) - set(counts)
        assert not missing, f"{len(missing)} acknowledged cards are not there: {sorted(missing)[:5]}"
        refused = [name for name, request in self.ledger.issues.items() if not request.ok]
        kept = {card["nickname"] for card in self.found}
        assert not kept & set(refused), f"refused or unanswered requests that made cards: {sorted(kept & set(refused))[:5]}"

    def numbers_are_never_given_twice(self):
        """Those that were shown, those that never were (revealed now), and all places in the database."""
        client = harness.Client(self.server, self.key)
        hidden = [card for card in self.ledger.cards.values() if card.number is None]
        for card in hidden[:500]:
            card.number = client.post(f"/v1/cards/{card.id}/reveal", {"reason": "crash test"}).ok()["number"]
        numbers = collections.Counter(card.number for card in self.ledger.cards.values() if card.number)
        twice = [number for number, count in numbers.items() if count > 1]
        assert not twice, f"{len(twice)} numbers were given twice"
        listed = collections.Counter(self.ledger.numbers)
        assert max(listed.values(), default=1) == 1, "a number stands in two batches"
        for card in self.ledger.cards.values():
            ends = card.masked.split("••••")
            assert card.number is None or (card.number.startswith(ends[0]) and card.number.endswith(ends[1])), f"{card.id} shows {card.masked}"

    def limits_and_counters_agree(self):
        client = harness.Client(self.server, self.key)
        in_hand, counted = collections.Counter(), collections.Counter()
        for card in self.found:
            if card["customer_id"]:
                in_hand[card["customer_id"]] += card["status"] in IN_HAND
                counted[card["customer_id"]] += card["status"] in COUNTED
                in_hand[card["customer_id"], card["series_id"]] += card["status"] in IN_HAND
                counted[card["customer_id"], card["series_id"]] += card["status"] in COUNTED
        for customer in client.pages("/v1/customers"):
            found = (customer["card_counts"]["all"], customer["card_counts"]["active"])
            assert found == (in_hand[customer["id"]], counted[customer["id"]]), f"{customer['id']}: counts {found}, has {in_hand[customer['id']], counted[customer['id']]}"
            assert counted[customer["id"]] <= ACTIVE_LIMIT, f"{customer['id']} has {counted[customer['id']]} active cards"
            assert in_hand[customer["id"], self.drawing["id"]] <= SERIES_LIMIT, f"{customer['id']} is over the series' limit"
            assert counted[customer["id"], self.drawing["id"]] <= SERIES_ACTIVE_LIMIT, f"{customer['id']} is over the series' active limit"

    def wrong_tries_stay_counted(self):
        client = harness.Client(self.server, self.key)
        for challenge in self.ledger.challenges:
            self.compare_challenge(client, challenge)

    def batches_are_there_once(self):
        client = harness.Client(self.server, self.key)
        found = {batch["id"]: batch for batch in client.pages("/v1/batches")}
        assert set(found) == set(self.ledger.batches), "batches that were not acknowledged, or acknowledged ones that are missing"
        for id, batch in self.ledger.batches.items():
            assert found[id]["count"] == batch["count"]

    def intervals_never_overlap(self):
        """The server is stopped: its rows."""
        ends, batches = {}, self.server.rows("SELECT series_id, first, span, count FROM number_batch ORDER BY series_id, first")
        for series, first, span, count in batches:
            assert first >= ends.get(series, 0), f"batches of series {series} overlap at {first}"
            assert span == count
            ends[series] = first + span
        drawn = dict(self.server.rows("SELECT id, drawn FROM series"))
        assert all(end <= drawn[series] for series, end in ends.items()), "a batch reaches past what was drawn"
        places = self.server.rows("SELECT series_id, series_index, batch_id FROM card WHERE current = 1")
        assert len({(series, place) for series, place, _ in places}) == len(places), "two cards at one place"
        of_batches = {series: set() for series in drawn}
        for series, first, span, _ in batches:
            of_batches[series].update(range(first, first + span))
        for series, place, batch in places:
            assert place < drawn[series], "a card past what was drawn"
            assert (place in of_batches[series]) == (batch is not None), "a number drawn alone lies in a batch"

    def summary(self):
        ledger = self.ledger
        return (f"{len(ledger.cards)} cards, {len(ledger.issues)} issues, {len(ledger.batches)} batches, {len(ledger.customers)} customers, "
                f"{sum(challenge.answered for challenge in ledger.challenges)} wrong codes; {self.asked_again} requests asked again, "
                f"of which {self.had_happened} had happened")


def run(engine, rounds, seed, keep, proofs):
    seeded.seed(seed)
    server = Server(engine, flags=["--demo"])
    world = World(server, seed)
    failed = 0
    started = time.monotonic()
    try:
        world.found()
        for number in range(rounds):
            try:
                world.round(number)
                if number % VERIFY_EVERY == VERIFY_EVERY - 1:
                    world.verify_audit()
                proofs.passed += 1
            except Exception as fault:
                proofs.failed += 1
                failed += 1
                print(f"FAIL {engine} round {number} (seed {seed}): {fault!r}", flush=True)
                if server.process:
                    server.kill()
                if failed >= 5:
                    break
        proofs.prove(f"{engine}: what was not answered is settled", world.finish)
        for proof in (world.all_cards_are_there_once, world.numbers_are_never_given_twice, world.limits_and_counters_agree,
                      world.wrong_tries_stay_counted, world.batches_are_there_once):
            proofs.prove(f"{engine}: {proof.__name__.replace('_', ' ')}", proof)
        server.stop()
        proofs.prove(f"{engine}: intervals never overlap", world.intervals_never_overlap)
        proofs.prove(f"{engine}: the audit trail verifies", world.verify_audit)
        print(f"{engine}: {rounds} rounds in {time.monotonic() - started:.0f} s, seed {seed}: {world.summary()}", flush=True)
    finally:
        if keep or failed:
            server.stop()
            print("kept:", server.directory)
        else:
            server.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--engine", choices=ROUNDS)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    proofs = Proofs()
    for engine in [arguments.engine] if arguments.engine else ROUNDS:
        if engine == "postgres" and "CARDWRIGHT_TEST_POSTGRES" not in os.environ:
            proofs.skip(engine, "CARDWRIGHT_TEST_POSTGRES is not set")
            continue
        run(engine, arguments.rounds or ROUNDS[engine], arguments.seed, arguments.keep, proofs)
        proofs.prove(f"{engine}: a rotation goes on after each kill", rotation.kill_and_go_on, engine)
        if engine == "postgres":
            proofs.prove("postgres: dump, draw, restore, draw", restore.dump_draw_restore_draw)
    return proofs.close()


if __name__ == "__main__":
    sys.exit(main())
