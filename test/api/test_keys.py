"""Keys: who may do what with them, exchange between two installations, rotation while everything goes on, their end."""

import contextlib
import os
import sqlite3
import threading
import time

import harness
from harness import equal, holds, test
from test_totp import NEW_PASSWORD, signed_in

# The key of AES-256 is AE72CB75F36E6E91...7E364AF5; its check value by
#   head -c16 /dev/zero | openssl mac -cipher AES-256-CBC -macopt hexkey:... CMAC | cut -c1-10
AES_PARTS = ("7A19C4E2508F36BD91D2E07F6B34A85C0E63F7491B8AD52C47903EF61DA8B0E5",
             "D46B0F97A3E1582C7F903DB6E85A1C4921F84E03CB967A5DB20817C4639EFA10")
AES_CHECK_VALUE = "26B673A18F"
# The triple DES key is AC57C33DFB7113AD5B617FF99C7E3D1F before its parity is set; its check value by
#   head -c8 /dev/zero | openssl enc -des-ede -nopad -K ... | xxd -p | cut -c1-6
TDES_PARTS = ("3DA7C86119F2540B8E7D3160A4C95F12", "91f00b5c e28347a6-d51c4e99 38b7620d")
TDES_CHECK_VALUE = "98AA7D"
CARD_KEY = {"usage": "C0", "algorithm": "T", "length": 16}
TRANSPORT = {"usage": "K1", "algorithm": "A", "length": 32}
HOUSE = ("number_seal", "number_lookup", "number_check", "request", "message_seal", "sign")
CSV = {"Content-Type": "text/csv"}


def custodian(world, role="custodian"):
    """The name of a user who has changed the first password to NEW_PASSWORD."""
    return signed_in(world, role).user["name"]


def pair(world):
    """Two custodians, the same for all tests of an installation."""
    if not hasattr(world, "custodians"):
        world.custodians = [custodian(world), custodian(world)]
    return world.custodians


def signed(world, *names, **fields):
    """The fields with the custodians'; with all that there are when none is named."""
    for number, name in enumerate(names or pair(world), 1):
        fields |= {f"custodian_{number}": name, f"password_{number}": NEW_PASSWORD}
    return fields


def ask(world, path, *names, **fields):
    return world.machine().post(path, signed(world, *names, **fields))


def generate(world, name=None, **fields):
    return ask(world, "/v1/keys", name=name or world.unique("key-"), **{**CARD_KEY, **fields}).ok(201)


def bring(world, name, parts, **fields):
    components = {f"component_{number}": part for number, part in enumerate(parts, 1)}
    return ask(world, "/v1/keys/import-components", name=name, **components, **fields)


def transport_key(world, **fields):
    """The same key in every installation that brings it."""
    return bring(world, world.unique("transport-"), AES_PARTS, **{**TRANSPORT, **fields}).ok(201)


def export(world, key, under):
    return ask(world, f"/v1/keys/{key['id']}/export", transport_key_id=under["id"])


def bring_block(world, under, block, **fields):
    return ask(world, "/v1/keys/import", name=fields.pop("name", world.unique("brought-")), transport_key_id=under["id"], block=block, **fields)


def newest(world, name):
    return world.owner.get("/v1/keys", {"name": name, "limit": 1}).ok()["data"][0]


def records(world, key, action):
    return [record for record in world.owner.pages("/v1/audit", {"subject_id": key["id"]}) if record["action"] == action]


@contextlib.contextmanager
def other_installation(world, *flags):
    """One of its own, for production unless the flags say otherwise."""
    server = harness.Server("sqlite", flags)
    try:
        server.init()
        server.start()
        server.document = world.server.document
        yield harness.World(server)
    finally:
        server.remove()


@test
def only_at_the_machine(world):
    key = newest(world, "number_seal")
    body = signed(world, name=world.unique("key-"), **CARD_KEY)
    paths = ["/v1/keys", "/v1/keys/import", "/v1/keys/import-components"]
    paths += [f"/v1/keys/{key['id']}/{verb}" for verb in ("export", "rotate", "retire", "destroy")]
    for path in paths:
        for sent in (body, {"nonsense": 1}):
            problem = world.owner.post(path, sent).problem(403, "forbidden")
            assert "machine" in problem["detail"], problem
        world.client("agent").post(path, body).problem(403, "forbidden")
        world.anonymous().post(path, body).problem(401, "unauthenticated")
    equal(newest(world, "number_seal")["id"], key["id"], "nothing was done")


@test
def reading(world):
    made = generate(world, test=True, exportability="S", mode="C")
    for role in ("owner", "administrator", "auditor", "custodian"):
        equal(world.client(role).get(f"/v1/keys/{made['id']}").ok(), made, role)
    for role in ("agent", "operations", "integration"):
        world.client(role).get("/v1/keys").problem(403, "forbidden")
        world.client(role).get(f"/v1/keys/{made['id']}").problem(403, "forbidden")
    holds(made, use="payment", version=1, usage="C0", usage_name="card verification", algorithm="T", algorithm_name="triple DES", mode="C",
          mode_name="generate and verify", exportability="S", check_method="tdes_ecb", test=True, imported=False, state="active",
          retired_at=None, destroyed_at=None, job_id=None, series_id=None, created_by=", ".join(pair(world)))
    assert len(made["check_value"]) == 6 and made["activated_at"] == made["created_at"], made
    equal(world.owner.get("/v1/keys", {"name": made["name"]}).ok()["data"], [made], "by name")
    series = world.series()
    numbering = world.owner.get("/v1/keys", {"use": "numbering", "limit": 1}).ok()["data"][0]
    holds(numbering, series_id=series["id"], state="active", check_method=None)
    equal({key["use"] for key in world.owner.pages("/v1/keys", {"state": "active"}, limit=3)}, {"numbering", "payment", *HOUSE}, "uses")
    equal([key["id"] for key in world.owner.pages("/v1/keys", {"use": "payment", "state": "active", "name": made["name"]})], [made["id"]], "all three")
    world.owner.get(f"/v1/keys/{world.other_id('ckey', series)}").problem(404, "key_not_found")
    world.owner.get(f"/v1/keys/{series['id']}").problem(404, "not_found")
    record = records(world, made, "key.generated")[0]
    holds(record, result="ok", actor_kind="command_line")
    equal(record["detail"], {"name": made["name"], "version": 1, "usage": "C0", "check_value": made["check_value"],
                             "custodians": ", ".join(pair(world))}, "what the record says")


@test
def two_custodians(world):
    one, other = pair(world)
    agent, fresh = custodian(world, "agent"), world.owner.post(
        "/v1/users", {"name": world.unique("fresh") + "@example.com", "role": "custodian", "password": NEW_PASSWORD}).ok(201)["name"]
    body = {"name": world.unique("key-"), **CARD_KEY}
    machine = world.machine()

    def refused(status, code, *faults, names=(one, other), **fields):
        asked = {**signed(world, *names, **body), **fields}
        machine.post("/v1/keys", {name: value for name, value in asked.items() if value is not None}).problem(status, code, *faults)

    refused(403, "second_custodian_needed", names=(one,))
    refused(403, "second_custodian_needed", names=(one, one))
    refused(403, "second_custodian_needed", names=(one, one.upper()))
    refused(403, "custodian_refused", ("custodian_2", "custodian_refused"), names=(one, agent))
    refused(403, "custodian_refused", ("custodian_1", "custodian_refused"), names=(fresh, other))
    refused(401, "sign_in_failed", ("custodian_2", "sign_in_failed"), password_2="wrong")
    refused(401, "sign_in_failed", ("custodian_1", "sign_in_failed"), names=("nobody@example.com", other))
    refused(422, "invalid_input", ("custodian_1", "required"), ("password_1", "required"), custodian_1=None, password_1=None)
    refused(422, "invalid_input", ("password_2", "required"), password_2=None)
    refused(422, "invalid_input", ("custodian_2", "required"), custodian_2=None)
    machine.post("/v1/keys", {}).problem(422, "invalid_input", *((field, "required") for field in (
        "name", "usage", "algorithm", "length", "custodian_1", "password_1")))
    equal(world.owner.get("/v1/keys", {"name": body["name"]}).ok()["data"], [], "nothing was made")
    generate(world, body["name"])
    holds(ask(world, f"/v1/keys/{newest(world, body['name'])['id']}/rotate", one).ok(201), version=2)


@test
def wrong_passwords_count(world):
    victim, other = custodian(world), pair(world)[1]
    body = signed(world, victim, other, name=world.unique("key-"), **CARD_KEY)
    for _ in range(10):
        world.machine().post("/v1/keys", {**body, "password_1": "wrong"}).problem(401, "sign_in_failed")
    world.machine().post("/v1/keys", body).problem(401, "sign_in_failed")
    user = world.owner.get("/v1/users", {"name": victim}).ok()["data"][0]
    refused = [record for record in world.owner.pages("/v1/audit", {"subject_id": user["id"]}) if record["action"] == "key.generated"]
    equal([record["result"] for record in refused], ["sign_in_failed"] * 11, "each is on record")
    equal(refused[0]["detail"]["reason"], "locked", "the last")


@test
def authenticator_apps(world):
    desk = signed_in(world, "custodian")
    app = desk.set_up()
    body = signed(world, desk.user["name"], pair(world)[0], name=world.unique("key-"), **CARD_KEY)
    machine = world.machine()
    machine.post("/v1/keys", body).problem(401, "totp_required", ("custodian_1", "totp_required"))
    machine.post("/v1/keys", {**body, "totp_1": app.wrong_code()}).problem(401, "totp_wrong", ("custodian_1", "totp_wrong"))
    machine.post("/v1/keys", {**body, "totp_1": app.code(), "totp_2": "123456"}).ok(201)
    machine.post("/v1/keys", {**body, "totp_1": app.code()}).problem(401, "totp_wrong")
    machine.post("/v1/keys", {**body, "totp_1": "12a456"}).problem(422, "invalid_input", ("totp_1", "bad_format"))


@test
def one_custodian_where_one_is_enough(world):
    with other_installation(world, "--keys-dual-control", "0") as small:
        alone = custodian(small)
        key = ask(small, "/v1/keys", alone, name="cvk", **CARD_KEY, exportability="E").ok(201)
        holds(key, created_by=alone)
        parts = {"component_1": AES_PARTS[0], "component_2": AES_PARTS[1]}
        # Components are never one person's.
        ask(small, "/v1/keys/import-components", alone, name="zmk", **TRANSPORT, **parts).problem(
            422, "invalid_input", ("custodian_2", "required"), ("password_2", "required"))
        ask(small, "/v1/keys/import-components", alone, alone, name="zmk", **TRANSPORT, **parts).problem(403, "second_custodian_needed")
        under = ask(small, "/v1/keys", alone, name="zmk", **TRANSPORT).ok(201)
        ask(small, f"/v1/keys/{key['id']}/export", alone, transport_key_id=under["id"]).ok()


@test
def what_a_key_is(world):
    def refused(*faults, **fields):
        ask(world, "/v1/keys", **{"name": world.unique("key-"), **CARD_KEY, **fields}).problem(422, "invalid_input", *faults)

    refused(("usage", "not_allowed_value"), usage="K3")            # goes with elliptic curves alone
    refused(("usage", "not_allowed_value"), usage="ZZ")
    refused(("usage", "not_allowed_value"), mode="B")              # X9.143, table 2: C0 does not encrypt
    refused(("usage", "not_allowed_value"), exportability="X")
    refused(("usage", "not_allowed_value"), algorithm="H")
    refused(("algorithm", "not_allowed_value"), usage="D0", algorithm="D")
    refused(("length", "not_allowed_value"), length=32)
    refused(("length", "not_allowed_value"), algorithm="A", length=17)
    refused(("length", "out_of_range"), length=8)
    refused(("name", "bad_format"), ("usage", "not_allowed_value"), name="CVK", usage="ZZ")
    for name in ("CVK", "c vk", "c/vk", "number_seal", "payment"):
        refused(("name", "bad_format"), name=name)
    name = world.unique("key-")
    first = generate(world, name)
    ask(world, "/v1/keys", name=name, **{**CARD_KEY, "usage": "V2"}).problem(409, "key_exists", ("name", "key_exists"))
    second = generate(world, name)
    holds(second, version=2, state="waiting")
    assert second["check_value"] != first["check_value"] and second["activated_at"] > second["created_at"], second
    equal(world.owner.get(f"/v1/keys/{first['id']}").ok()["retired_at"], second["activated_at"], "one instant")
    for algorithm, length, check_len in (("T", 24, 6), ("A", 16, 10), ("A", 24, 10), ("A", 32, 10)):
        equal(len(generate(world, algorithm=algorithm, length=length)["check_value"]), check_len, f"{algorithm} {length}")


@test
def components(world):
    holds(bring(world, world.unique("aes-"), AES_PARTS, **TRANSPORT).ok(201), check_value=AES_CHECK_VALUE, check_method="aes_cmac",
          imported=True, state="active", test=False)
    key = bring(world, world.unique("tdes-"), TDES_PARTS, **CARD_KEY).ok(201)
    holds(key, check_value=TDES_CHECK_VALUE, check_method="tdes_ecb", imported=True)
    ask(world, f"/v1/keys/{key['id']}/rotate").problem(409, "key_not_rotatable")
    equal(records(world, key, "key.imported")[0]["detail"]["custodians"], ", ".join(pair(world)), "custodians")

    def refused(parts, *faults, code="component_invalid", **fields):
        bring(world, world.unique("tdes-"), parts, **{**CARD_KEY, **fields}).problem(422, code, *faults)

    one, other = TDES_PARTS
    refused((one[:-2], other), ("component_1", "component_invalid"))
    refused((one, other + "00"), ("component_2", "component_invalid"))
    refused((one, "x" * 32), ("component_2", "component_invalid"))
    refused((one, "00" * 16), ("component_2", "component_invalid"))
    refused((one, one))
    refused((one, other), algorithm="A", length=32)
    # Halves that are the same make single DES of it.
    refused((one, "".join(f"{a ^ b:02X}" for a, b in zip(bytes.fromhex(one), bytes.fromhex("0F1E2D3C4B5A6978") * 2))), code="key_weak")
    third = custodian(world)
    body = signed(world, *pair(world), third, name=world.unique("three-"), component_1="11" * 15 + "12", component_2=one, component_3=other, **CARD_KEY)
    three = world.machine().post("/v1/keys/import-components", body).ok(201)
    equal(three["created_by"].count(", "), 2, "three people")
    assert three["check_value"] != TDES_CHECK_VALUE
    del body["component_3"]
    world.machine().post("/v1/keys/import-components", body).problem(422, "invalid_input", ("component_3", "required"))


@test
def exchange(world):
    """Made here, sent under a key that both have, and the same there; what comes back is looked at closely."""
    ours = transport_key(world)
    made = generate(world, exportability="E")
    with other_installation(world) as there:
        theirs = transport_key(there)
        equal(theirs["check_value"], ours["check_value"], "the transport key")
        sent = export(world, made, ours).ok()
        equal((sent["key"], sent["format"], sent["block"][0]), (made, "D", "D"), "what goes out")
        detail = records(world, made, "key.exported")[0]["detail"]
        holds(detail, under=ours["id"], check_value=made["check_value"], custodians=", ".join(pair(world)))
        assert sent["block"] not in str(detail)
        assert export(world, made, ours).ok()["block"] != sent["block"], "the padding is random"
        brought = bring_block(there, theirs, sent["block"]).ok(201)
        holds(brought, check_value=made["check_value"], usage="C0", algorithm="T", mode="N", exportability="E", imported=True, test=False)
        # And on: what may leave may leave there too.
        holds(bring_block(world, ours, export(there, brought, theirs).ok()["block"]).ok(201), check_value=made["check_value"])
        block = sent["block"]
        for place in (0, 3, 5, 7, 11, 20, len(block) // 2, len(block) - 1):
            flipped = block[:place] + chr(ord(block[place]) ^ 1) + block[place + 1:]
            bring_block(there, theirs, flipped).problem(422, "key_block_invalid")
        for wrong in (block[:-16], block + "0000000000000000", "x" * 80):
            bring_block(there, theirs, wrong).problem(422, "key_block_invalid")
        bring_block(there, generate(there, **TRANSPORT), block).problem(422, "key_block_invalid")


@test
def what_does_not_go_out(world):
    ours, weak = transport_key(world), generate(world, **{**TRANSPORT, "algorithm": "T", "length": 16})
    keeps, aes = generate(world), generate(world, algorithm="A", exportability="E")
    export(world, keeps, ours).problem(409, "key_not_exportable")
    export(world, aes, weak).problem(409, "key_carrier_weak")
    export(world, aes, keeps).problem(409, "key_wrong_use", ("transport_key_id", "key_wrong_use"))
    export(world, newest(world, "number_seal"), ours).problem(409, "key_not_exportable")
    missing = {"id": world.other_id("ckey", world.customer())}
    export(world, aes, missing).problem(404, "key_not_found", ("transport_key_id", "key_not_found"))
    export(world, missing, ours).problem(404, "key_not_found")
    bring_block(world, missing, "D" * 80).problem(404, "key_not_found", ("transport_key_id", "key_not_found"))
    bring_block(world, aes, "D" * 80).problem(409, "key_wrong_use")
    # Triple DES goes under triple DES, in a block of version B.
    equal(export(world, generate(world, exportability="E"), weak).ok()["format"], "B", "format")


@test
def test_keys(world):
    """A key that stands in a book, and one that is marked."""
    published = ("0022446688AACCEEFEDCBA9876543210", "01010101010101010000000000000000")  # 0123456789ABCDEFFEDCBA9876543210
    with other_installation(world) as production, other_installation(world, "--keys-allow-test-keys", "1") as trial:
        ask(production, "/v1/keys", name="cvk", **CARD_KEY, test=True).problem(409, "key_is_test")
        bring(production, "cvk", published, **CARD_KEY).problem(409, "key_is_test")
        ours, theirs = transport_key(trial), transport_key(production)
        known = bring(trial, "cvk", published, **CARD_KEY, exportability="E").ok(201)
        holds(known, test=True, check_value="08D7B4")
        marked = generate(trial, "marked", test=True, exportability="E")
        for key in (known, marked):
            block = export(trial, key, ours).ok()["block"]
            bring_block(production, theirs, block).problem(409, "key_is_test")
            holds(bring_block(trial, ours, block).ok(201), test=True, check_value=key["check_value"])
        # Carried by a test key, it is one.
        carrier = generate(trial, "carrier", **TRANSPORT, test=True)
        holds(bring_block(trial, carrier, export(trial, generate(trial, exportability="E"), carrier).ok()["block"]).ok(201), test=True)
        trial.server.stop()
        trial.server.flags = []
        trial.server.start()
        assert "keys.test_refused" in trial.server.log(), "the server says that it left them out"
        export(trial, known, ours).problem(409, "key_is_test")


def manual_series(world):
    """Of numbers that are made elsewhere; their prefix."""
    return world.series(numbering={"length": 16, "generation": False})["numbering"]["prefix"]


def register(world, prefix, count):
    """Numbers registered by a file."""
    numbers = [prefix + str(index).zfill(16 - len(prefix)) for index in range(count)]
    job = world.owner.post("/v1/card-numbers/import", body="number\n" + "\n".join(numbers) + "\n", headers=CSV).ok(202)
    holds(finished(world, job), state="done", failed=0, done=count)
    world.remember(*numbers)
    return numbers


def finished(world, job, seconds=60):
    until = time.monotonic() + seconds
    while (now := world.owner.get(f"/v1/jobs/{job['id']}").ok())["finished_at"] is None:
        assert time.monotonic() < until, f"the job does not end: {now}"
        time.sleep(0.05)
    return now


def look_up(client, number):
    """The card that has the number is found by it, under whatever key."""
    assert client.post("/v1/card-numbers/check", {"number": number}).ok()["card_id"], "a number is not found"


class Bystanders:
    """Who registers, repeats and looks up while keys change: nothing may ever fail."""

    def __init__(self, world, prefix, numbers):
        self.world, self.prefix, self.numbers = world, prefix, numbers
        self.stopping, self.faults, self.made = False, [], []
        self.threads = [threading.Thread(target=self.run, args=(step,)) for step in (self.look_up, self.register, self.repeat)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exception):
        self.stopping = True
        for thread in self.threads:
            thread.join()
        if self.faults and exception == (None, None, None):
            raise self.faults[0]

    def run(self, step):
        client, turn = self.world.owner.clone(), 0
        try:
            while not self.stopping:
                step(client, turn)
                turn += 1
        except BaseException as fault:
            self.faults.append(fault)

    def look_up(self, client, turn):
        look_up(client, self.numbers[turn * 7 % len(self.numbers)])

    def register(self, client, turn):
        number = self.prefix + "9" + str(turn).zfill(15 - len(self.prefix))
        self.world.remember(number)
        client.post("/v1/card-numbers", {"number": number}).ok(201)
        client.post("/v1/card-numbers", {"number": number}).problem(409, "number_already_registered")
        self.made.append(number)
        time.sleep(0.01)

    def repeat(self, client, turn):
        key = {"Idempotency-Key": self.world.unique("rotation-")}
        body = {"external_id": self.world.unique("C")}
        made = client.post("/v1/customers", body, headers=key).ok(201)
        time.sleep(0.2)
        again = client.post("/v1/customers", body, headers=key)
        equal((again.ok(201)["id"], again.headers["Idempotent-Replayed"]), (made["id"], "true"), "a repeat")


@test
def rotation(world):
    """Every key of the house gets its next version while everything goes on."""
    prefix, customer = manual_series(world), world.customer()
    numbers = register(world, prefix, 500)
    cards = [world.issue(customer, number=number) for number in numbers[:5]]
    app_desk = signed_in(world)
    app = app_desk.set_up()
    one = pair(world)[0]
    before = {name: newest(world, name) for name in HOUSE}
    after = {}
    with Bystanders(world, prefix, numbers) as others:
        for name in HOUSE:
            after[name] = ask(world, f"/v1/keys/{before[name]['id']}/rotate", one).ok(201)
            holds(after[name], version=before[name]["version"] + 1, state="waiting", created_by=one, use=name)
            if name == HOUSE[0]:  # at once: the new version waits for eight seconds
                job_path = "/v1/jobs/" + after[name]["job_id"]
                waiting = world.owner.get(job_path).ok()
                holds(waiting, kind="rotate_key", state="queued", done=0, created_by=one)
                assert waiting["total"] >= 500, waiting
                ask(world, f"/v1/keys/{before[name]['id']}/rotate", one).problem(409, "key_rotating")
                ask(world, f"/v1/keys/{after[name]['id']}/rotate", one).problem(409, "key_rotating")
                ask(world, f"/v1/keys/{before[name]['id']}/retire", one).problem(409, "key_of_the_house")
                ask(world, f"/v1/keys/{before[name]['id']}/destroy").problem(409, "key_still_active")
                world.owner.post(job_path + "/cancel").problem(409, "job_must_finish")
        jobs = {name: {"id": after[name]["job_id"]} for name in HOUSE if after[name]["job_id"]}
        equal(set(jobs), {"number_seal", "number_lookup", "number_check", "message_seal"}, "what is rewritten")
        late = {"number_check"} if world.server.database_url else set()  # cards do not say which key they are under: it waits a minute more
        for name, job in jobs.items():
            if name in late:
                holds(world.owner.get("/v1/jobs/" + job["id"]).ok(), state="queued")
                continue
            ended = finished(world, job)
            holds(ended, state="done", failed=0)
            equal(ended["total"], ended["done"], f"rows of {name}")
        world.owner.post(job_path + "/cancel").problem(409, "job_finished")
    while newest(world, "sign")["state"] == "waiting":
        time.sleep(0.1)
    for name in HOUSE:
        holds(world.owner.get(f"/v1/keys/{before[name]['id']}").ok(), state="retired", retired_at=after[name]["activated_at"])
        holds(newest(world, name), state="active", id=after[name]["id"])
        ask(world, f"/v1/keys/{before[name]['id']}/destroy").problem(409, "key_in_use")
    assert others.made, "nobody registered anything meanwhile"
    for number in numbers + others.made:
        look_up(world.owner, number)
    for card, number in zip(cards, numbers):
        equal(world.owner.post(f"/v1/cards/{card['id']}/reveal", {"reason": "After the rotation"}).ok()["number"], number, "revealed")
    holds(app_desk.sign_in(totp=app.code(1)), totp_enabled=True)
    record = records(world, after["number_seal"], "key.rotated")[0]
    equal(record["detail"], {"name": "number_seal", "version": after["number_seal"]["version"], "usage": after["number_seal"]["usage"],
                             "check_value": after["number_seal"]["check_value"], "custodians": one}, "what the record says")
    numbering = world.owner.get("/v1/keys", {"use": "numbering", "limit": 1}).ok()["data"][0]
    ask(world, f"/v1/keys/{numbering['id']}/rotate", one).problem(409, "key_not_rotatable")


@test
def the_end_of_a_key(world):
    ours = transport_key(world)
    key, carrier = generate(world, exportability="E"), generate(world, **TRANSPORT, exportability="E")
    sent = export(world, key, carrier).ok()["block"]
    path = f"/v1/keys/{key['id']}"
    ask(world, path + "/destroy").problem(409, "key_still_active")
    retired = ask(world, path + "/retire").ok()
    holds(retired, state="retired", id=key["id"])
    ask(world, path + "/retire").problem(409, "key_retired")
    ask(world, path + "/rotate").problem(409, "key_retired")
    export(world, key, ours).problem(409, "key_retired")
    ask(world, path + "/destroy", pair(world)[0]).problem(403, "second_custodian_needed")
    holds(ask(world, path + "/destroy").ok(), state="destroyed", check_value=key["check_value"])
    ask(world, path + "/destroy").problem(409, "key_destroyed")
    ask(world, path + "/retire").problem(409, "key_destroyed")
    export(world, key, ours).problem(409, "key_destroyed")
    for action, result in (("key.retired", "ok"), ("key.destroyed", "ok")):
        found = [record for record in records(world, key, action) if record["result"] == result]
        equal([record["detail"]["custodians"] for record in found], [", ".join(pair(world))], action)
    # A retired transport key opens what was sent under it, and wraps nothing more; a destroyed one does neither.
    ask(world, f"/v1/keys/{carrier['id']}/retire").ok()
    export(world, generate(world, exportability="E"), carrier).problem(409, "key_retired", ("transport_key_id", "key_retired"))
    holds(bring_block(world, carrier, sent).ok(201), check_value=key["check_value"])
    ask(world, f"/v1/keys/{carrier['id']}/destroy").ok()
    bring_block(world, carrier, sent).problem(409, "key_destroyed", ("transport_key_id", "key_destroyed"))
    # A new version takes the place of a key that is gone.
    holds(ask(world, "/v1/keys", name=key["name"], **CARD_KEY, exportability="E").ok(201), version=2)


def answers(world, *parts):
    """What two custodians type: who they are, each with a component, and last their codes."""
    typed = []
    for number, name in enumerate(pair(world)):
        typed += [name, NEW_PASSWORD, *parts[number:number + 1]]
    return [*typed, "", ""]


@test
def command_line(world):
    """The same at the terminal, with the server running."""
    world.series()
    server = world.server
    zmk, cvk, copy = world.unique("zmk-"), world.unique("cvk-"), world.unique("copy-")
    done = server.command("keys", "import", zmk, "--components", "2", "--usage", "K1", "--algorithm", "A", "--exportable", "E",
                          answers=answers(world, *AES_PARTS))
    assert AES_CHECK_VALUE in done.stdout and f"{zmk}, version 1" in done.stdout, done.stdout
    for check_value in ("B7F7777E19", "6C35288DE0"):  # of each component, by openssl as above
        assert check_value in done.stderr, done.stderr
    done = server.command("keys", "generate", cvk, "--usage", "C0", "--algorithm", "T", "--exportable", "E", "--test", answers=answers(world))
    check_value = newest(world, cvk)["check_value"]
    equal(done.stdout, f"{cvk}, version 1: C0 card verification, triple DES; check value {check_value}; a test key\n", "generate")
    block = server.command("keys", "export", cvk, "--under", zmk, answers=answers(world)).stdout
    assert block.startswith("D") and block.count("\n") == 1, block
    path = os.path.join(server.directory, "block")
    server.command("keys", "export", cvk, "--under", f"{zmk}:1", "--output", path, answers=answers(world))
    assert "there already" in server.command("keys", "export", cvk, "--under", zmk, "--output", path, check=False).stderr
    server.command("keys", "import", copy, "--under", zmk, "--block", path, answers=answers(world))
    server.command("keys", "import", copy, "--under", zmk, "--block", "-", answers=[block.strip(), *answers(world)])
    equal([key["check_value"] for key in world.owner.pages("/v1/keys", {"name": copy})], [check_value] * 2, "two versions")
    done = server.command("keys", "rotate", cvk, answers=[pair(world)[0], NEW_PASSWORD, ""])
    assert f"{cvk}, version 2" in done.stdout and "It is used from" in done.stdout, done.stdout
    server.command("keys", "retire", cvk, "--version", "2", answers=[pair(world)[0], NEW_PASSWORD, ""])
    server.command("keys", "destroy", cvk, "--version", "2", answers=answers(world))
    lines = server.command("keys", "list").stdout.splitlines()
    rows = {tuple(line.split()[:3]) for line in lines}
    assert {(cvk, "2", "destroyed"), (cvk, "1", "active"), (zmk, "1", "active"), (copy, "2", "waiting")} <= rows or {
        (cvk, "2", "destroyed"), (cvk, "1", "retired")} <= rows, lines
    row = next(line for line in lines if line.startswith(zmk))
    assert "K1 key block protection" in row and "AES" in row and AES_CHECK_VALUE in row and "imported" in row, row
    numbering = [line for line in lines if line.startswith("numbering")]
    assert len(numbering) == 1 and "--all" in numbering[0], numbering
    many = server.command("keys", "list", "--all").stdout.splitlines()
    equal(len([line for line in many if line.startswith("numbering")]), len(world.owner.pages("/v1/keys", {"use": "numbering"})), "all")


@test
def command_line_refusals(world):
    server = world.server

    def refused(words, text, status=1, answers=()):
        done = server.command("keys", *words, check=False, answers=answers)
        equal((done.returncode, done.stdout), (status, ""), " ".join(words))
        assert text in done.stderr, done.stderr

    kind = ("--usage", "C0", "--algorithm", "T")
    one, other = pair(world)
    refused(("generate",), "usage:", 2)
    refused(("generate", "cvk"), "usage:", 2)
    refused(("destroy", "cvk"), "usage:", 2)
    refused(("import", "cvk", "--under", "zmk"), "usage:", 2)
    refused(("import", "cvk", "--components", "5", *kind), "from 2 to 4")
    refused(("generate", "cvk", *kind, "--length", "x"), "--length")
    refused(("export", "no-such-key", "--under", "zmk"), "there is no key no-such-key")
    refused(("rotate", "../x"), "no key's name")
    refused(("retire", "number_seal", "--version", "77"), "no version 77")
    refused(("generate", "cvk", "--usage", "C0", "--algorithm", "T", "--mode", "B"), "do not go together")
    refused(("generate", "cvk", "--usage", "C", "--algorithm", "T"), "do not go together")
    refused(("generate", "cvk", "--usage", "C0", "--algorithm", "TDES"), "do not go together")
    refused(("generate", "CVK", *kind), "small letters")
    refused(("generate", "cvk", *kind, "--length", "24", "--test"), "nothing was entered")
    refused(("generate", "cvk", *kind), "nothing was entered")
    refused(("generate", "cvk", *kind), "nothing was entered", answers=[one, NEW_PASSWORD, ""])
    refused(("generate", "cvk", *kind), "Two different key custodians", answers=[one, NEW_PASSWORD] * 2 + ["", ""])
    refused(("generate", "cvk", *kind), "Name or password is wrong, or the account is locked.\n  custodian_2\n", answers=[one, NEW_PASSWORD, other, "wrong", "", ""])
    refused(("generate", "cvk", *kind, "--length", "17"), "a triple DES key has 16 or 24 bytes")
    refused(("export", "cvk", "--under", "zmk", "--output", os.path.join(server.directory, "none", "x")), "cannot be written: No such file")
    refused(("export", "cvk", "--under", "zmk", "--output", ""), "cannot be written")
    refused(("export", "cvk", "--under", "zmk", "--version", "1"), "--version does not go with `keys export`", 2)
    refused(("import", "cvk", "--under", "zmk", "--block", "-", "--usage", "C0"), "usage:", 2)
    refused(("unlock", "now"), "too many words for `keys unlock`", 2)
    equal(world.owner.get("/v1/keys", {"name": "cvk"}).ok()["data"], [], "nothing was made")


@test
def command_line_alone(world):
    """Without a server; a rotation then waits for one."""
    with other_installation(world) as alone:
        pair(alone)
        numbers = register(alone, manual_series(alone), 450)
        seal = newest(alone, "number_seal")
        equal(alone.server.stop(), 0, "exit status")
        server = alone.server
        done = server.command("keys", "generate", "cvk", "--usage", "C0", "--algorithm", "T", answers=answers(alone))
        assert "cvk, version 1" in done.stdout, done.stdout
        assert "needs a running server" in server.command("keys", "rotate", "number_seal", "--wait", check=False).stderr
        done = server.command("keys", "rotate", "number_seal", answers=answers(alone)[:2] + [""])
        assert "once it runs" in done.stdout, done.stdout
        listed = server.command("keys", "list").stdout
        assert "rewriting 0 of 450" in listed, listed
        server.start()
        alone.owner.connection = None
        done = server.command("keys", "rotate", "number_lookup", "--wait", answers=answers(alone)[:2] + [""])
        assert done.stdout.endswith("Rewritten: 450.\n"), done.stdout
        job = {"id": newest(alone, "number_seal")["job_id"]}
        holds(finished(alone, job), state="done", done=450, failed=0)
        for number in numbers:
            look_up(alone.owner, number)
        holds(alone.owner.get(f"/v1/keys/{seal['id']}").ok(), state="retired")
        # Ten minutes later the old versions may go, and nothing needs them.
        equal(server.stop(), 0, "exit status")
        database = sqlite3.connect(os.path.join(server.data, "cardwright.db"))
        database.execute("UPDATE key_block SET retired_at = retired_at - 600000 WHERE retired_at IS NOT NULL")
        database.commit()
        database.close()
        for name in ("number_seal", "number_lookup"):
            done = server.command("keys", "destroy", name, "--version", "1", answers=answers(alone))
            equal(done.stdout, f"{name}, version 1, is destroyed.\n", "destroy")
        assert "1        destroyed" in server.command("keys", "list").stdout
        server.start()
        alone.owner.connection = None
        for number in numbers:
            look_up(alone.owner, number)
        server.command("audit", "verify")
