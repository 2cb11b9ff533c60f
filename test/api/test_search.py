"""What an agent sees first: customers as one types, what may be done with a card, all cards of a customer, tries left."""

from harness import equal, holds, test
from test_otp import code_for, other_code

STATUSES = ["not_issued", "inactive", "active", "suspended", "blocked", "expired", "closed"]


def search(world, text, client=None, **fields):
    reply = (client or world.owner).post("/v1/customers/search", {"text": text, **fields})
    equal(reply.ok()["next"], None, "next")
    return [customer["id"] for customer in reply.json["data"]]


# Customers by text.

@test
def text_of_every_kind(world):
    word = world.unique("qz")
    asha = world.customer(external_id=word.upper() + "-7", mobile=f"+3519{next(world.counter):08d}", email=word + "@example.com",
                          first_name="Ásha", last_name=word + " Rao")
    card = world.issue(asha, series=world.series(numbering={"length": 16}))
    mobile, number = asha["mobile"], card["number"]
    agent = world.client("agent")
    for text in (number, f" {number[:4]} {number[4:8]}-{number[8:]}", asha["external_id"], word.upper() + "-", mobile, mobile[1:], "00" + mobile[1:],
                 f"{mobile[:4]} ({mobile[4:7]}) {mobile[7:9]}-{mobile[9:]}", mobile[:-1], asha["email"], word + "@EXAMPLE", word, "áSHA " + word,
                 word + " ra"):
        equal(search(world, text, client=agent), [asha["id"]], "found")
    for text in (number[:-1], mobile[2:], word + "@example.org", word + "%", word.upper() + "_", word.upper() + "-8", " " + word[0], "  ", "00", "+ "):
        equal(search(world, text, client=agent), [], "nobody")
    found = agent.post("/v1/customers/search", {"text": number}).ok()["data"][0]
    equal(found, world.owner.get(f"/v1/customers/{asha['id']}").ok(), "a customer like any other")


@test
def text_order_and_doubles(world):
    digits = f"77{next(world.counter):05d}"
    name = world.customer(external_id=world.unique("C"), last_name=digits + " Ltd")
    email = world.customer(email=digits + "@example.com")
    mobile = world.customer(mobile=f"+{digits}00")
    reference = world.customer(external_id=digits + "-1")
    everything = world.customer(external_id=digits, mobile=f"+{digits}01", email=digits + "1@example.com", first_name=digits, last_name=digits)
    order = [customer["id"] for customer in (everything, reference, mobile, email, name)]
    for limit in range(1, 7):
        equal(search(world, digits, limit=limit), order[:limit], f"the first {limit}")
    equal(search(world, f"+{digits}"), [mobile["id"], everything["id"]], "mobile numbers only")


@test
def text_limits(world):
    word = world.unique("qy")
    for i in range(12):
        world.customer(external_id=f"{word}-{i:02d}")
    equal(len(search(world, word)), 10, "by default")
    equal(len(search(world, word, limit=50)), 12, "all")
    post = world.owner.post
    post("/v1/customers/search", {"text": word, "limit": 51}).problem(422, "invalid_input", ("limit", "out_of_range"))
    post("/v1/customers/search", {"text": "4"}).problem(422, "invalid_input", ("text", "too_short"))
    post("/v1/customers/search", {"text": "4" * 201}).problem(422, "invalid_input", ("text", "too_long"))
    equal(search(world, "4" * 200), [], "the longest")
    post("/v1/customers/search", {"text": 4111}).problem(422, "invalid_input", ("text", "wrong_type"))
    secret = "4111-1111-1111-1111"
    reply = post("/v1/customers/search", {"text": secret, "name": "a"})
    reply.problem(422, "invalid_input", ("text", "exclusive_fields"))
    assert secret.encode() not in reply.body and secret not in world.server.log(), "what was typed is repeated"


@test
def text_finds_no_former_holder(world):
    customer = world.customer()
    card = world.issue(customer, series=world.series())
    equal(search(world, card["number"]), [customer["id"]], "the holder")
    world.owner.post(f"/v1/cards/{card['id']}/unlink", {"reason": "other"}).ok()
    equal(search(world, card["number"]), [], "nobody has it")


# What may be done with a card.

def card_of(world, status):
    """A new card of the status; expired ones come by date only."""
    if status == "not_issued":
        number = world.series(numbering={"generation": False, "length": 12})["numbering"]["prefix"] + "000001"
        world.remember(number)
        return world.owner.post("/v1/card-numbers", {"number": number}).ok(201)
    card = world.issue(world.customer(), series=world.series(), **({"status_label": "Issued"} if status == "inactive" else {}))
    if status in ("inactive", "active"):
        return card
    return world.owner.patch(f"/v1/cards/{card['id']}", {"status": status, "reason": "requested"}).ok()


@test
def next_statuses_are_those_that_are_accepted(world):
    labels = {status: world.label(status)["label"] for status in STATUSES}
    for role in ("owner", "agent", "operations", "auditor"):
        client = world.client(role)
        for status in STATUSES:
            if status == "expired":
                continue
            card = client.get(f"/v1/cards/{card_of(world, status)['id']}").ok()
            accepted = []
            for target in STATUSES:
                path = f"/v1/cards/{card_of(world, status)['id']}"
                reply = client.patch(path, {"status_label": labels[target], "reason": "other"})
                assert reply.status in (200, 403, 409), reply
                accepted += [target] if reply.status == 200 else []
            equal(card["next_statuses"], accepted, f"{role}, {status}")
            unlinked = client.post(f"/v1/cards/{card_of(world, status)['id']}/unlink", {"reason": "other"})
            assert unlinked.status in (200, 403, 409), unlinked
            equal(card["may_unlink"], unlinked.status == 200, f"{role}, {status}, unlink")


@test
def next_statuses_of_a_caller(world):
    series = world.series(name="Gold of the south")
    agent = world.client("agent")
    card = world.issue(world.customer(), series=series, client=agent)
    path = f"/v1/cards/{card['id']}"
    holds(card, next_statuses=["active", "suspended", "blocked", "closed"], may_unlink=True, series_name="Gold of the south")
    blocked = agent.patch(path, {"status": "blocked", "reason": "stolen"}).ok()
    holds(blocked, next_statuses=["blocked", "closed"], may_unlink=False)
    agent.patch(path, {"status": "active", "reason": "other"}).problem(403, "forbidden")
    for client, may in ((agent, ["blocked", "closed"]), (world.owner, ["active", "blocked", "closed"]), (world.client("auditor"), [])):
        read, = client.get("/v1/cards", {"customer_id": card["customer_id"]}).ok()["data"]
        holds(read, next_statuses=may, may_unlink=False, series_name="Gold of the south")
        equal(client.get(path).ok(), read, "one and in a list")
    holds(world.owner.patch(path, {"status": "active", "reason": "other"}).ok(), may_unlink=True)
    holds(agent.post(path + "/unlink", {"reason": "other"}).ok(), next_statuses=["not_issued"], may_unlink=False)


@test
def next_statuses_of_a_number_that_went_on(world):
    card = card_of(world, "active")
    with world.settings(resting_days=0):
        world.owner.post(f"/v1/cards/{card['id']}/unlink", {"reason": "other"}).ok()
    later = world.issue(world.customer(), number=card["number"])
    assert later["id"] != card["id"]
    holds(world.owner.get(f"/v1/cards/{card['id']}").ok(), current=False, next_statuses=[], may_unlink=False)


# All cards of a customer.

@test
def all_cards_of_a_customer(world):
    customer, other, series = world.customer(), world.customer(), world.series()
    cards = [world.issue(customer, series=series)["id"] for _ in range(203)]
    world.issue(other, series=series)
    world.owner.patch(f"/v1/cards/{cards[0]}", {"status": "closed", "reason": "lost"}).ok()
    world.owner.patch(f"/v1/cards/{cards[1]}", {"status": "blocked", "reason": "lost"}).ok()
    world.owner.post(f"/v1/cards/{cards[2]}/unlink", {"reason": "other"}).ok()
    query = {"customer_id": customer["id"], "limit": 200}
    first = world.client("agent").get("/v1/cards", query).ok()
    equal([card["id"] for card in first["data"]], cards[:2:-1], "the newest 200")
    rest = world.client("agent").get("/v1/cards", {**query, "after": first["next"]}).ok()
    equal([(card["id"], card["status"]) for card in rest["data"]], [(cards[1], "blocked"), (cards[0], "closed")], "of every status, no longer the unlinked one")
    equal(rest["next"], None, "the end")


# Tries left of a code.

@test
def agent_sees_the_tries_left(world):
    agent, series = world.client("agent"), world.series()
    customer = world.customer(email=world.unique("t") + "@example.com")
    with world.settings(otp={"enabled": True, "channel": "email"}):
        challenge = agent.post("/v1/otp-challenges", {"customer_id": customer["id"], "series_id": series["id"]}).ok(201)
        wrong = other_code(code_for(world, customer))
        order = {"customer_id": customer["id"], "series_id": series["id"], "otp": {"challenge_id": challenge["id"], "code": wrong}}
        for left in (4, 3):
            agent.post("/v1/cards", order).problem(422, "otp_wrong", ("otp", "otp_wrong"))
            holds(agent.get(f"/v1/otp-challenges/{challenge['id']}").ok(), attempts_left=left, used=False)
