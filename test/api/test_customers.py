"""Customers: making, finding, changing, and how many cards they have."""

from harness import equal, holds, test

FULL = {"first_name": "Asha", "last_name": "Rao", "date_of_birth": "1990-04-12", "nationality": "IN", "verification": "pending"}


def mobile(world):
    return f"+9198{next(world.counter):08d}"


def ids(reply):
    return [customer["id"] for customer in reply.ok()["data"]]


@test
def create_and_read(world):
    sent = {**FULL, "external_id": world.unique("C-"), "mobile": mobile(world), "email": world.unique("asha") + "@example.com"}
    customer = world.owner.post("/v1/customers", sent).ok(201)
    holds(customer, **sent, card_counts={"all": 0, "active": 0}, version=1)
    equal(world.owner.get(f"/v1/customers/{customer['id']}").ok(), customer, "read again")


@test
def create_with_one_contact(world):
    for fields in ({"mobile": mobile(world)}, {"email": world.unique("one") + "@example.com"}, {"external_id": world.unique("C")}):
        customer = world.customer(**fields)
        holds(customer, **fields, verification="verified", first_name=None, last_name=None, date_of_birth=None, nationality=None)
        for contact in {"mobile", "email", "external_id"} - set(fields):
            equal(customer[contact], None, contact)
    world.owner.post("/v1/customers", {"first_name": "Nobody"}).problem(422, "invalid_input", ("mobile", "required"))
    world.owner.post("/v1/customers", {"mobile": None, "email": None, "external_id": None}).problem(422, "invalid_input", ("mobile", "required"))


@test
def email_in_small_letters(world):
    name = world.unique("mixed")
    customer = world.customer(email=name.upper() + "@Example.COM")
    holds(customer, email=name + "@example.com")
    world.owner.post("/v1/customers", {"email": name.title() + "@example.com"}).problem(409, "customer_exists", ("email", "customer_exists"))
    equal(ids(world.owner.post("/v1/customers/search", {"email": name.upper() + "@example.com"})), [customer["id"]], "found")


@test
def contacts_are_unique(world):
    sent = {"external_id": world.unique("C-"), "mobile": mobile(world), "email": world.unique("u") + "@example.com"}
    world.customer(**sent)
    world.owner.post("/v1/customers", sent).problem(409, "customer_exists", *((name, "customer_exists") for name in sent))
    other = world.customer()
    path = f"/v1/customers/{other['id']}"
    world.owner.patch(path, {"mobile": sent["mobile"]}).problem(409, "customer_exists", ("mobile", "customer_exists"))
    world.owner.patch(path, {"external_id": other["external_id"]}).ok()


@test
def two_at_once(world):
    sent = {"mobile": mobile(world)}
    replies = world.together([lambda client: client.post("/v1/customers", sent)] * 6)
    equal(sorted(reply.status for reply in replies), [201] + [409] * 5, "one is made")
    for reply in replies:
        if reply.status == 409:
            reply.problem(409, "customer_exists")


@test
def refused(world):
    cases = [
        ("mobile", "9800000001", "bad_format"), ("mobile", "+0980000000", "bad_format"), ("mobile", "+123456", "bad_format"),
        ("mobile", "+1234567890123456", "too_long"), ("mobile", "+91 9800000001", "bad_format"), ("mobile", 9800000001, "wrong_type"),
        ("email", "asha", "bad_format"), ("email", "asha@host", "bad_format"), ("email", "a@b@example.com", "bad_format"),
        ("email", "a" * 250 + "@example.com", "too_long"), ("email", "", "bad_format"),
        ("external_id", "", "too_short"), ("external_id", " a", "bad_format"), ("external_id", "x" * 151, "too_long"),
        ("first_name", "n" * 101, "too_long"), ("last_name", "a\nb", "invalid_text"), ("first_name", " ", "bad_format"),
        ("nationality", "in", "bad_format"), ("nationality", "XX", "bad_format"), ("nationality", "IND", "bad_format"),
        ("date_of_birth", "1990-02-30", "bad_format"), ("date_of_birth", "12.04.1990", "bad_format"), ("date_of_birth", 19900412, "wrong_type"),
        ("verification", "sure", "not_allowed_value"), ("verification", None, "wrong_type"),
        ("card_counts", {"all": 1}, "unknown_field"), ("id", "cus_0000000000001", "unknown_field"),
    ]
    for field, value, code in cases:
        body = {"external_id": world.unique("C"), field: value}
        world.owner.post("/v1/customers", body).problem(422, "invalid_input", (field, code))
    world.owner.post("/v1/customers", {"mobile": "1", "email": "2", "nationality": "3"}).problem(
        422, "invalid_input", ("mobile", "bad_format"), ("email", "bad_format"), ("nationality", "bad_format"))
    world.owner.get(f"/v1/customers/{world.other_id('cus', world.series())}").problem(404, "customer_not_found")
    world.owner.patch(f"/v1/customers/{world.other_id('cus', world.series())}", {"first_name": "x"}).problem(404, "customer_not_found")


@test
def change(world):
    customer = world.customer(external_id=world.unique("C-"), mobile=mobile(world))
    path = f"/v1/customers/{customer['id']}"
    changed = world.owner.patch(path, {**FULL, "verification": "verified", "email": world.unique("CH") + "@example.com"}).ok()
    holds(changed, **{**FULL, "verification": "verified"}, mobile=customer["mobile"], version=2, card_counts={"all": 0, "active": 0})
    equal(world.owner.get(path).ok(), changed, "read again")
    holds(world.owner.patch(path, {"mobile": None, "last_name": None, "date_of_birth": None}).ok(), mobile=None, last_name=None,
          date_of_birth=None, first_name="Asha")
    world.owner.patch(path, {"email": None, "external_id": None}).problem(422, "invalid_input", ("mobile", "required"))
    world.owner.patch(path, {"version": 1, "first_name": "Late"}).problem(409, "version_conflict")
    holds(world.owner.patch(path, {"version": 3, "first_name": "Timely"}).ok(), first_name="Timely", version=4)


# domain.md, "Customer verification".
VERIFICATIONS = {
    "pending": {"verified", "rejected", "needs_information"},
    "needs_information": {"pending"},
    "verified": {"update_requested", "on_hold"},
    "update_requested": {"verified", "rejected"},
    "on_hold": {"verified"},
    "rejected": set(),
}


# The way to each from pending.
WAYS = {
    "pending": [],
    "needs_information": ["needs_information"],
    "verified": ["verified"],
    "update_requested": ["verified", "update_requested"],
    "on_hold": ["verified", "on_hold"],
    "rejected": ["rejected"],
}


@test
def verification_of_a_new_customer(world):
    for verification in VERIFICATIONS:
        reply = world.owner.post("/v1/customers", {"external_id": world.unique("C"), "verification": verification})
        if verification in ("pending", "verified"):
            holds(reply.ok(201), verification=verification)
        else:
            reply.problem(422, "invalid_input", ("verification", "not_allowed_value"))


@test
def verification_table(world):
    for start, allowed in VERIFICATIONS.items():
        for target in VERIFICATIONS:
            customer = world.customer(external_id=world.unique("C"), verification="pending")
            for step in WAYS[start]:
                customer = world.owner.patch(f"/v1/customers/{customer['id']}", {"verification": step}).ok()
            equal(set(customer["next_verifications"]), allowed, start)
            reply = world.owner.patch(f"/v1/customers/{customer['id']}", {"verification": target})
            if target in allowed or target == start:
                holds(reply.ok(), verification=target)
            else:
                reply.problem(409, "transition_not_allowed", ("verification", "transition_not_allowed"))


@test
def next_verifications_of_a_caller(world):
    agent, auditor = world.client("agent"), world.client("auditor")
    customer = world.customer(client=agent)
    path = f"/v1/customers/{customer['id']}"
    holds(customer, verification="verified", next_verifications=["update_requested", "on_hold"])
    holds(agent.patch(path, {"verification": "on_hold"}).ok(), next_verifications=["verified"])
    for client, may in ((agent, ["verified"]), (auditor, [])):
        by_id = client.post("/v1/customers/search", {"external_id": customer["external_id"]}).ok()["data"]
        by_text = client.post("/v1/customers/search", {"text": customer["external_id"]}).ok()["data"]
        listed = [row for row in client.get("/v1/customers").ok()["data"] if row["id"] == customer["id"]]
        for read in (client.get(path).ok(), *by_id, *by_text, *listed):
            holds(read, id=customer["id"], next_verifications=may)
        equal((len(by_id), len(by_text), len(listed)), (1, 1, 1), "found in each way")
    auditor.patch(path, {"verification": "verified"}).problem(403, "forbidden")


@test
def listing(world):
    made = [world.customer()["id"] for _ in range(3)]
    page = world.owner.get("/v1/customers", {"limit": 2}).ok()
    equal([customer["id"] for customer in page["data"]], [made[2], made[1]], "newest first")
    equal(ids(world.owner.get("/v1/customers", {"limit": 1, "after": page["next"]})), [made[0]], "the next page")
    everyone = [customer["id"] for customer in world.owner.pages("/v1/customers", limit=7)]
    equal(len(everyone), len(set(everyone)), "nobody twice")


@test
def search(world):
    word = world.unique("Zq")
    asha = world.customer(external_id=world.unique("C-"), mobile=mobile(world), email=world.unique("s") + "@example.com",
                          first_name=word + "asha", last_name="Rao Müller")
    ben = world.customer(external_id=world.unique("C-"), first_name="Ben", last_name=word + "asher")

    def found(**way):
        reply = world.owner.post("/v1/customers/search", way)
        equal(reply.ok()["next"], None, "next")
        return ids(reply)

    for way in ("mobile", "email", "external_id"):
        equal(found(**{way: asha[way]}), [asha["id"]], way)
    equal(sorted(found(name=word)), sorted([asha["id"], ben["id"]]), "the beginning of either name")
    equal(found(name=word.lower() + "ASHA"), [asha["id"]], "capitals do not matter")
    equal(found(name=word + "asha rao"), [asha["id"]], "first name and the beginning of the last")
    equal(found(name="ben " + word), [ben["id"]], "first name and the beginning of the last")
    equal(found(name="ben rao"), [], "of two people")
    equal(found(name=word + "%"), [], "no pattern")
    equal(len(found(name=word, limit=1)), 1, "limit")
    equal(found(mobile="+4900000000"), [], "nobody")
    equal(found(external_id=asha["external_id"].lower()), [], "capitals matter in references")


@test
def search_by_number(world):
    customer, series = world.customer(), world.series()
    card = world.issue(customer, series=series)
    unissued = world.numbers(world.batch(series, 1))[0]
    equal(ids(world.owner.post("/v1/customers/search", {"number": card["number"]})), [customer["id"]], "the holder")
    for number in (unissued, "NOSERIES12345"):
        equal(ids(world.owner.post("/v1/customers/search", {"number": number})), [], "nobody")


@test
def search_refused(world):
    post = world.owner.post
    equal(post("/v1/customers/search", {}).problem(422, "invalid_input")["errors"][0]["code"], "required", "no way")
    post("/v1/customers/search", {"name": "a", "mobile": "+4912345678"}).problem(422, "invalid_input", ("name", "exclusive_fields"))
    post("/v1/customers/search", {"name": "a", "limit": 51}).problem(422, "invalid_input", ("limit", "out_of_range"))
    post("/v1/customers/search", {"name": ""}).problem(422, "invalid_input", ("name", "too_short"))
    secret = "4111-1111-1111-1111"
    reply = post("/v1/customers/search", {"number": secret})
    reply.problem(422, "invalid_input", ("number", "bad_format"))
    assert secret.encode() not in reply.body


@test
def card_counts(world):
    customer, series = world.customer(), world.series()
    cards = [world.issue(customer, series=series) for _ in range(3)]
    path = f"/v1/customers/{customer['id']}"
    equal(world.owner.get(path).ok()["card_counts"], {"all": 3, "active": 3}, "three")
    world.owner.patch(f"/v1/cards/{cards[0]['id']}", {"status": "blocked", "reason": "lost"}).ok()
    equal(world.owner.get(path).ok()["card_counts"], {"all": 3, "active": 2}, "one blocked")
    world.owner.patch(f"/v1/cards/{cards[0]['id']}", {"status": "closed", "reason": "lost"}).ok()
    equal(world.owner.get(path).ok()["card_counts"], {"all": 2, "active": 2}, "one closed")
    world.owner.post(f"/v1/cards/{cards[1]['id']}/unlink", {"reason": "other"}).ok()
    equal(world.owner.get(path).ok()["card_counts"], {"all": 1, "active": 1}, "one unlinked")
    with world.settings(active_statuses=["suspended"]):
        equal(world.owner.get(path).ok()["card_counts"], {"all": 1, "active": 0}, "what counts is a setting")
        listed = world.owner.post("/v1/customers/search", {"external_id": customer["external_id"]}).ok()["data"][0]
        equal(listed["card_counts"], {"all": 1, "active": 0}, "in a list too")


@test
def permissions(world):
    customer = world.customer()
    path = f"/v1/customers/{customer['id']}"
    for role, status in (("agent", 200), ("integration", 200), ("administrator", 200), ("operations", 403), ("auditor", 403)):
        client = world.client(role)
        client.get(path).ok()
        client.get("/v1/customers").ok()
        client.post("/v1/customers/search", {"external_id": customer["external_id"]}).ok()
        equal(client.patch(path, {"first_name": role}).status, status, role)
        equal(client.post("/v1/customers", {"external_id": world.unique("C")}).status, 201 if status == 200 else 403, role)
