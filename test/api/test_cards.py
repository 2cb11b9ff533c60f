"""Cards: whether a number is free, issuing, limits, status and label, unlinking, history, revealing, registering."""

import datetime

from harness import equal, holds, luhn_sum, test

STATUSES = ["not_issued", "inactive", "active", "suspended", "blocked", "expired", "closed"]


def order(world, client=None, **fields):
    """An issue that may be refused."""
    body = {"customer_id": fields.pop("customer", None) or world.customer()["id"], **fields}
    return (client or world.owner).post("/v1/cards", body)


def register(world, series, digits, **fields):
    """A number of a series of prefix and plain digits."""
    number = series["numbering"]["prefix"] + digits
    world.remember(number)
    return world.owner.post("/v1/card-numbers", {"number": number, **fields}).ok(201), number


def change(world, card, **fields):
    return world.owner.patch(f"/v1/cards/{card['id']}", fields)


def card_of(world, status, series=None):
    """A new card of the status; expired ones come by date only."""
    series = series or world.series()
    if status == "not_issued":
        return register(world, world.series(numbering={"generation": False, "length": 12}), "000001")[0]
    label = {"status_label": "Issued"} if status == "inactive" else {}
    card = world.issue(world.customer(), series=series, **label)
    if status not in ("inactive", "active"):
        card = change(world, card, status=status, reason="requested").ok()
    equal(card["status"], status, "made")
    return card


# Issue.

@test
def issue_from_a_series(world):
    customer, series = world.customer(), world.series(numbering={"check_digit": "luhn"})
    source = world.owner.post("/v1/sources", {"name": world.unique("Till ")}).ok(201)
    external_id = world.unique("E-")
    card = world.issue(customer, series=series, external_id=external_id, nickname="Groceries", source_id=source["id"])
    holds(card, series_id=series["id"], series_code=series["code"], batch_id=None, customer_id=customer["id"], status="active",
          status_label="Active", expires_on=None, resting_until=None, external_id=external_id, nickname="Groceries",
          source_id=source["id"], current=True, version=1)
    number = card["number"]
    assert len(number) == 16 and number.startswith(series["numbering"]["prefix"]) and luhn_sum(number) == 0
    equal((card["last4"], card["number_masked"]), (number[-4:], series["numbering"]["prefix"] + "••••" + number[-4:]), "masked")
    read = world.owner.get(f"/v1/cards/{card['id']}").ok()
    equal(read, {**card, "number": None}, "read again, without the number")
    assert all(world.issue(customer, series=series)["number"] != number for _ in range(20))


@test
def issue_by_number(world):
    customer, series = world.customer(), world.series()
    batch = world.batch(series, 3)
    numbers = world.numbers(batch)
    card = world.issue(customer, number=numbers[1], status_label="Issued")
    holds(card, number=numbers[1], batch_id=batch["id"], series_id=series["id"], status="inactive", status_label="Issued")
    holds(world.owner.get(f"/v1/batches/{batch['id']}").ok(), issued_count=1)
    order(world, number=numbers[1]).problem(409, "number_taken", ("number", "number_taken"))
    order(world, customer=customer["id"], number=numbers[1]).problem(409, "number_taken")


@test
def issue_a_registered_number(world):
    series = world.series(numbering={"generation": False, "length": 12})
    waiting, number = register(world, series, "123456", external_id=world.unique("E-"))
    holds(waiting, status="not_issued", customer_id=None, issued_at=None, batch_id=None, number=None)
    card = world.issue(world.customer(), number=number)
    holds(card, id=waiting["id"], status="active", external_id=waiting["external_id"], number=number, version=2)


@test
def issue_for_whom_and_from_what(world):
    series, number = world.series(), "A" * 5
    both = ("number", "exclusive_fields"), ("series_id", "exclusive_fields")
    order(world, series_id=series["id"], number=number).problem(422, "invalid_input", *both)
    order(world).problem(422, "invalid_input", ("number", "required"), ("series_id", "required"))
    order(world, number=None, series_id=None).problem(422, "invalid_input", ("number", "required"), ("series_id", "required"))
    world.owner.post("/v1/cards", {"series_id": series["id"]}).problem(422, "invalid_input", ("customer_id", "required"))
    order(world, customer=world.other_id("cus", series), series_id=series["id"]).problem(
        404, "customer_not_found", ("customer_id", "customer_not_found"))
    order(world, series_id=world.other_id("series", world.customer())).problem(404, "series_not_found", ("series_id", "series_not_found"))
    for field, value, code in (("number", "1234", "too_short"), ("number", "1" * 151, "too_long"), ("number", "1234 5678", "bad_format"),
                               ("external_id", "", "too_short"), ("external_id", "e" * 151, "too_long"), ("nickname", "n" * 51, "too_long"),
                               ("customer_id", series["id"], "bad_format"), ("source_id", 5, "wrong_type"), ("otp", {"code": "12345"}, None)):
        reply = order(world, **{"series_id": series["id"], **({"series_id": None} if field == "number" else {}), field: value}
                      if field != "customer_id" else {"customer": value, "series_id": series["id"]})
        if code:
            reply.problem(422, "invalid_input", (field, code))
        else:
            equal(reply.status, 422, field)


@test
def issue_refused_by_the_series(world):
    inactive, manual, careful = world.series(active=False), world.series(numbering={"generation": False}), world.series(verified_customers_only=True)
    order(world, series_id=inactive["id"]).problem(409, "series_inactive", ("series_id", "series_inactive"))
    order(world, series_id=manual["id"]).problem(409, "series_no_generation", ("series_id", "series_no_generation"))
    pending = world.customer(external_id=world.unique("C"), verification="pending")
    order(world, customer=pending["id"], series_id=careful["id"]).problem(
        409, "customer_not_verified", ("customer_id", "customer_not_verified"))
    world.owner.patch(f"/v1/customers/{pending['id']}", {"verification": "verified"}).ok()
    order(world, customer=pending["id"], series_id=careful["id"]).ok(201)


@test
def issue_label_errors(world):
    series = world.series()
    retired = world.label("active")
    world.owner.patch(f"/v1/status-labels/{retired['id']}", {"retired": True}).ok()
    for label, code in (("No such label", "label_not_found"), ("Suspended", "label_not_for_status"), ("Not issued", "label_not_for_status"),
                        (retired["label"], "label_retired")):
        order(world, series_id=series["id"], status_label=label).problem(422, code, ("status_label", code))
    own = world.label("inactive")
    holds(order(world, series_id=series["id"], status_label=own["label"]).ok(201), status="inactive", status_label=own["label"])


@test
def issue_source_and_external_id(world):
    series = world.series()
    order(world, series_id=series["id"], source_id=world.other_id("source", series)).problem(
        422, "source_not_found", ("source_id", "source_not_found"))
    external_id = world.unique("E-")
    order(world, series_id=series["id"], external_id=external_id).ok(201)
    order(world, series_id=series["id"], external_id=external_id).problem(
        409, "external_id_taken", ("external_id", "external_id_taken"))


@test
def issue_all_faults_at_once(world):
    series = world.series(active=False)
    reply = order(world, customer=world.other_id("cus", series), series_id=series["id"], status_label="No such",
                  source_id=world.other_id("source", series))
    equal(sorted((fault["field"], fault["code"]) for fault in reply.json["errors"]),
          [("customer_id", "customer_not_found"), ("series_id", "series_inactive"), ("source_id", "source_not_found"),
           ("status_label", "label_not_found")], "all of them")


@test
def issue_replayed(world):
    customer, series = world.customer(), world.series()
    body, key = {"customer_id": customer["id"], "series_id": series["id"]}, {"Idempotency-Key": world.unique("key-")}
    first = world.owner.post("/v1/cards", body, headers=key)
    world.remember(first.ok(201)["number"])
    again = world.owner.post("/v1/cards", body, headers=key)
    equal(again.headers["Idempotent-Replayed"], "true", "header")
    equal(again.ok(201), {**first.json, "number": None}, "the same card, and its number is not shown twice")
    equal(world.owner.get(f"/v1/customers/{customer['id']}").ok()["card_counts"]["all"], 1, "one card")
    world.owner.post("/v1/cards", {**body, "nickname": "Other"}, headers=key).problem(422, "idempotency_key_reused")


@test
def issue_without_an_otp(world):
    series = world.series()
    with world.settings(otp={"enabled": True, "channel": "sms"}):
        order(world, series_id=series["id"]).problem(422, "otp_required", ("otp", "otp_required"))
    order(world, series_id=series["id"], otp={"challenge_id": world.other_id("otp", series)}).problem(422, "invalid_input", ("otp.code", "required"))
    order(world, series_id=series["id"], otp={"code": "123456"}).problem(422, "invalid_input", ("otp.challenge_id", "required"))
    order(world, series_id=series["id"], otp={"challenge_id": world.other_id("otp", series), "code": "123456"}).problem(
        422, "otp_not_found", ("otp", "otp_not_found"))


# Availability.

@test
def availability(world):
    series = world.series(numbering={"check_digit": "luhn", "method": "sequential", "length": 14})
    prefix = series["numbering"]["prefix"]
    batch = world.batch(series, 2)
    free, taken = world.numbers(batch)
    card = world.issue(world.customer(), number=taken)
    holds(world.check(free), available=True, reason="available", series_id=series["id"], batch_id=batch["id"], card_id=None, resting_until=None)
    holds(world.check(taken), available=False, reason="taken", series_id=series["id"], card_id=card["id"])
    body = prefix + "9999999"
    unseen = next(body + digit for digit in "0123456789" if luhn_sum(body + digit) == 0)
    holds(world.check(unseen), available=False, reason="not_generated", series_id=series["id"], card_id=None, batch_id=None)
    wrong = free[:-1] + str((int(free[-1]) + 1) % 10)
    holds(world.check(wrong), available=False, reason="wrong_check_digit", series_id=series["id"])
    holds(world.check("NOSUCHSERIES123"), available=False, reason="no_series", series_id=None)
    for number, code, status in ((unseen, "number_not_generated", 409), (wrong, "wrong_check_digit", 422), ("NOSUCHSERIES123", "no_series_for_number", 422)):
        order(world, number=number).problem(status, code, ("number", code))
    world.owner.patch(f"/v1/series/{series['id']}", {"active": False}).ok()
    holds(world.check(free), available=False, reason="series_inactive")
    holds(world.check(taken), available=False, reason="taken")
    order(world, number=free).problem(409, "series_inactive", ("number", "series_inactive"))


@test
def availability_of_registered_and_of_letters(world):
    series = world.series(numbering={"generation": False, "length": 12})
    _, number = register(world, series, "777777")
    holds(world.check(number), available=True, reason="available", series_id=series["id"])
    holds(world.check(series["numbering"]["prefix"] + "777778"), available=False, reason="not_generated")
    holds(world.check(number.lower()), available=False, reason="no_series")
    world.owner.post("/v1/card-numbers/check", {"number": "12 34"}).problem(422, "invalid_input", ("number", "bad_format"))
    world.owner.post("/v1/card-numbers/check", {}).problem(422, "invalid_input", ("number", "required"))


# Limits.

@test
def limits_of_a_series(world):
    customer, series = world.customer(), world.series(max_cards_per_customer=2, max_active_cards_per_customer=1)
    other = world.series()
    first = world.issue(customer, series=series)
    order(world, customer=customer["id"], series_id=series["id"]).problem(
        409, "card_limit_reached", ("series_id", "max_active_cards_per_customer"))
    change(world, first, status="blocked", reason="lost").ok()
    world.issue(customer, series=series)
    order(world, customer=customer["id"], series_id=series["id"]).problem(
        409, "card_limit_reached", ("series_id", "max_cards_per_customer"), ("series_id", "max_active_cards_per_customer"))
    world.issue(customer, series=other)
    world.issue(world.customer(), series=series)
    # Lifting the block would make it two that are active; closing it makes room.
    change(world, first, status="active", reason="other").problem(409, "card_limit_reached", ("status", "max_active_cards_per_customer"))
    change(world, first, status="closed", reason="lost").ok()
    order(world, customer=customer["id"], series_id=series["id"]).problem(
        409, "card_limit_reached", ("series_id", "max_active_cards_per_customer"))


@test
def limits_of_the_organisation(world):
    customer, one, two = world.customer(), world.series(), world.series()
    world.issue(customer, series=one)
    with world.settings(max_active_cards_per_customer=1):
        order(world, customer=customer["id"], series_id=two["id"]).problem(
            409, "card_limit_reached", ("customer_id", "max_active_cards_per_customer"))
    with world.settings(max_cards_per_customer=1, max_active_cards_per_customer=1, active_statuses=["active"]):
        order(world, customer=customer["id"], series_id=two["id"], status_label="Issued").problem(
            409, "card_limit_reached", ("customer_id", "max_cards_per_customer"))
    with world.settings(max_active_cards_per_customer=1, active_statuses=["active"]):
        card = world.issue(customer, series=two, status_label="Issued")
        change(world, card, status="active", reason="requested").problem(
            409, "card_limit_reached", ("status", "max_active_cards_per_customer"))
    change(world, card, status="active", reason="requested").ok()


@test
def limits_at_once(world):
    """Many issue the last card a customer may have: one gets it."""
    for limits in ({"max_cards_per_customer": 3}, {"max_active_cards_per_customer": 3}):
        customer, series = world.customer(), world.series(**limits)
        for _ in range(2):
            world.issue(customer, series=series)
        body = {"customer_id": customer["id"], "series_id": series["id"]}
        replies = world.together([lambda client: client.post("/v1/cards", body)] * 8)
        equal(sorted(reply.status for reply in replies), [201] + [409] * 7, str(limits))
        for reply in replies:
            if reply.status == 409:
                reply.problem(409, "card_limit_reached", ("series_id", next(iter(limits))))
        equal(world.owner.get(f"/v1/customers/{customer['id']}").ok()["card_counts"], {"all": 3, "active": 3}, "counted")


@test
def one_number_at_once(world):
    """Many link the same number to different customers: one gets it."""
    number = world.numbers(world.batch(world.series(), 1))[0]
    customers = [world.customer()["id"] for _ in range(8)]
    replies = world.together([lambda client, customer=customer: client.post("/v1/cards", {"customer_id": customer, "number": number})
                              for customer in customers])
    equal(sorted(reply.status for reply in replies), [201] + [409] * 7, "one gets it")
    for customer, reply in zip(customers, replies):
        if reply.status == 409:
            reply.problem(409, "number_taken", ("number", "number_taken"))
        counts = world.owner.get(f"/v1/customers/{customer}").ok()["card_counts"]
        equal(counts["all"], 1 if reply.status == 201 else 0, "counted")


@test
def issues_at_once(world):
    series = world.series()
    replies = world.together([lambda client: [order(world, client, customer=customer, series_id=series["id"]) for _ in range(25)]
                              for customer in [world.customer()["id"] for _ in range(4)]])
    numbers = [reply.ok(201)["number"] for replies_of_one in replies for reply in replies_of_one]
    world.remember(*numbers)
    equal(len(set(numbers)), 100, "no number twice")


# Status and label. domain.md, "Card status": what may be done by hand.

BY_HAND = {
    "not_issued": {"closed"},
    "inactive": {"active", "suspended", "blocked", "closed"},
    "active": {"suspended", "blocked", "closed"},
    "suspended": {"active", "blocked", "closed"},
    "blocked": {"active", "closed"},
    "closed": set(),
}


@test
def transition_table(world):
    series = world.series()
    for start, allowed in BY_HAND.items():
        for target in STATUSES:
            card = card_of(world, start, series)
            reply = change(world, card, status=target, reason="requested")
            if target in allowed:
                holds(reply.ok(), status=target, status_label=world.default_label(target)["label"], version=card["version"] + 1)
            elif target == start and start in ("not_issued", "active", "suspended", "blocked"):
                reply.problem(409, "status_unchanged", ("status_label", "status_unchanged"))
            else:
                reply.problem(409, "transition_not_allowed", ("status", "transition_not_allowed"))
                holds(world.owner.get(f"/v1/cards/{card['id']}").ok(), status=start, version=card["version"])


@test
def labels(world):
    card, own, other = card_of(world, "active"), world.label("active"), world.label("suspended")
    holds(change(world, card, status_label=own["label"], reason="fulfilment").ok(), status="active", status_label=own["label"])
    change(world, card, status_label=own["label"], reason="fulfilment").problem(409, "status_unchanged", ("status_label", "status_unchanged"))
    change(world, card, status_label="No such", reason="other").problem(422, "label_not_found", ("status_label", "label_not_found"))
    change(world, card, status="blocked", status_label=other["label"], reason="lost").problem(
        422, "label_not_for_status", ("status_label", "label_not_for_status"))
    holds(change(world, card, status_label=other["label"], reason="requested").ok(), status="suspended", status_label=other["label"])
    change(world, card, status="active").problem(422, "reason_required", ("reason", "reason_required"))
    change(world, card, status="active", reason="bored").problem(422, "invalid_input", ("reason", "not_allowed_value"))
    world.owner.patch(f"/v1/status-labels/{own['id']}", {"retired": True}).ok()
    change(world, card, status_label=own["label"], reason="other").problem(422, "label_retired", ("status_label", "label_retired"))
    holds(change(world, card, status="active", reason="requested").ok(), status_label="Active")


@test
def nickname_and_external_id(world):
    for status in ("inactive", "active", "suspended", "blocked"):
        card, external_id = card_of(world, status), world.unique("E-")
        holds(change(world, card, nickname="Holidays", external_id=external_id).ok(), nickname="Holidays", external_id=external_id,
              status=status, version=card["version"] + 1)
        holds(change(world, card, nickname=None).ok(), nickname=None, external_id=external_id)
    other = card_of(world, "active")
    change(world, other, external_id=external_id).problem(409, "external_id_taken", ("external_id", "external_id_taken"))
    change(world, other, nickname="x", version=other["version"] + 1).problem(409, "version_conflict")
    change(world, card_of(world, "closed"), nickname="x").problem(409, "transition_not_allowed")


@test
def change_refused(world):
    card = card_of(world, "active")
    reply = change(world, card)
    assert reply.status in (409, 422), reply
    change(world, card, number="1").problem(422, "invalid_input", ("number", "unknown_field"))
    change(world, card, status="lost").problem(422, "invalid_input", ("status", "not_allowed_value"))
    change(world, {"id": world.other_id("card", world.customer())}, nickname="x").problem(404, "card_not_found")
    world.owner.get(f"/v1/cards/{world.other_id('card', world.customer())}").problem(404, "card_not_found")


@test
def change_at_once(world):
    card = card_of(world, "active")
    replies = world.together([lambda client, target=target: client.patch(f"/v1/cards/{card['id']}", {
        "status": target, "reason": "requested", "version": card["version"]}) for target in ("suspended", "blocked", "closed", "suspended")])
    equal(sorted(reply.status for reply in replies), [200, 409, 409, 409], "one version, one change")
    for reply in replies:
        if reply.status == 409:
            reply.problem(409, "version_conflict")


@test
def permissions(world):
    series = world.series()
    card, blocked = card_of(world, "active", series), card_of(world, "blocked", series)
    path, blocked_path = f"/v1/cards/{card['id']}", f"/v1/cards/{blocked['id']}"
    for role in ("agent", "integration"):
        client = world.client(role)
        order(world, client, series_id=series["id"]).ok(201)
        client.patch(path, {"status": "suspended", "reason": "requested"}).ok()
        client.patch(path, {"status": "active", "reason": "requested"}).ok()
        client.patch(blocked_path, {"status": "active", "reason": "other"}).problem(403, "forbidden")
    for role in ("operations", "auditor"):
        client = world.client(role)
        client.get(path).ok()
        client.get(path + "/history").ok()
        order(world, client, series_id=series["id"]).problem(403, "forbidden")
        client.patch(path, {"nickname": "x"}).problem(403, "forbidden")
        client.post(path + "/unlink", {"reason": "other"}).problem(403, "forbidden")
        client.post(path + "/reveal", {"reason": "Curious"}).problem(403, "forbidden")
    world.client("administrator").patch(blocked_path, {"status": "active", "reason": "other"}).ok()
    world.client("agent").patch(f"/v1/cards/{card_of(world, 'not_issued')['id']}", {"status": "closed", "reason": "other"}).problem(403, "forbidden")


# Unlinking.

@test
def a_refused_change_names_the_card_in_the_trail(world):
    card = card_of(world, "closed")
    change(world, card, status="active", reason="requested").problem(409, "transition_not_allowed")
    world.owner.post(f"/v1/cards/{card['id']}/unlink", {"reason": "other"}).problem(409, "transition_not_allowed")
    refused = world.owner.get("/v1/audit", {"subject_id": card["id"], "result": "refused"}).ok()["data"]
    equal([record["action"] for record in refused], ["card.unlinked", "card.changed"])


@test
def unlink_and_rest(world):
    series, customer = world.series(), world.customer()
    external_id = world.unique("E-")
    card = world.issue(customer, series=series, external_id=external_id, nickname="Mine")
    path = f"/v1/cards/{card['id']}"
    world.owner.post(path + "/unlink", {}).problem(422, "invalid_input", ("reason", "required"))
    unlinked = world.owner.post(path + "/unlink", {"reason": "requested", "note": "moved abroad"}).ok()
    holds(unlinked, status="not_issued", customer_id=None, external_id=None, nickname=None, current=True)
    until = datetime.datetime.fromisoformat(unlinked["resting_until"].replace("Z", "+00:00"))
    rest = until - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(days=89, hours=23) < rest <= datetime.timedelta(days=90), rest
    holds(world.check(card["number"]), available=False, reason="resting", resting_until=unlinked["resting_until"])
    order(world, number=card["number"]).problem(409, "number_resting", ("number", "number_resting"))
    world.owner.post(path + "/unlink", {"reason": "requested"}).problem(409, "card_not_linked")
    order(world, series_id=series["id"], external_id=external_id).ok(201)
    world.owner.post(f"/v1/cards/{world.other_id('card', series)}/unlink", {"reason": "other"}).problem(404, "card_not_found")


@test
def a_number_given_again_counts_once_in_its_batch(world):
    series = world.series()
    batch = world.batch(series, 2)
    number = world.numbers(batch)[0]
    with world.settings(resting_days=0):
        card = world.issue(world.customer(), number=number)
        world.owner.post(f"/v1/cards/{card['id']}/unlink", {"reason": "other"}).ok()
        world.issue(world.customer(), number=number)
    holds(world.owner.get(f"/v1/batches/{batch['id']}").ok(), issued_count=1, count=2)


@test
def unlink_and_give_again(world):
    series, second = world.series(), world.customer()
    with world.settings(resting_days=0):
        card = world.issue(world.customer(), series=series, nickname="Old")
        world.owner.post(f"/v1/cards/{card['id']}/unlink", {"reason": "other"}).ok()
        holds(world.check(card["number"]), available=True, reason="available")
        new = world.issue(second, number=card["number"])
    assert new["id"] != card["id"]
    holds(new, number=card["number"], nickname=None, status="active", current=True, version=1)
    equal([event["action"] for event in world.owner.pages(f"/v1/cards/{new['id']}/history")], ["link"], "it starts clean")
    holds(world.owner.get(f"/v1/cards/{card['id']}").ok(), current=False, status="not_issued", customer_id=None)
    change(world, card, nickname="x").problem(404, "card_not_found")
    world.owner.post(f"/v1/cards/{card['id']}/unlink", {"reason": "other"}).problem(409, "card_not_linked")
    holds(world.check(card["number"]), reason="taken", card_id=new["id"])


@test
def unlink_a_payment_card(world):
    """Its number is never given to a second customer."""
    with world.settings(resting_days=0):
        card = world.issue(world.customer(), series=world.series(kind="prepaid"))
        world.owner.post(f"/v1/cards/{card['id']}/unlink", {"reason": "other"}).ok()
        holds(world.check(card["number"]), available=False, reason="taken")
        order(world, number=card["number"]).problem(409, "number_taken", ("number", "number_taken"))


@test
def unlink_by_status(world):
    for status, allowed in (("inactive", True), ("active", True), ("suspended", True), ("blocked", False), ("closed", False)):
        card = card_of(world, status)
        reply = world.owner.post(f"/v1/cards/{card['id']}/unlink", {"reason": "other"})
        if allowed:
            holds(reply.ok(), status="not_issued")
        else:
            reply.problem(409, "transition_not_allowed")
    world.owner.post(f"/v1/cards/{card_of(world, 'not_issued')['id']}/unlink", {"reason": "other"}).problem(409, "card_not_linked")


# History, lists, the number in clear.

@test
def history(world):
    customer = world.customer()
    card = world.issue(customer, series=world.series(), status_label="Issued")
    own = world.label("active")
    change(world, card, status="active", reason="requested").ok()
    change(world, card, status_label=own["label"], reason="fulfilment", note="printed").ok()
    change(world, card, nickname="no event of its own").ok()
    world.client("agent").patch(f"/v1/cards/{card['id']}", {"status": "suspended", "reason": "lost"}).ok()
    world.owner.post(f"/v1/cards/{card['id']}/unlink", {"reason": "damaged"}).ok()
    events = world.owner.pages(f"/v1/cards/{card['id']}/history", limit=2)
    shown = [(event["action"], event["old_status"], event["new_status"], event["old_label"], event["new_label"], event["reason"], event["note"],
              event["actor"]) for event in events]
    equal(shown, [
        ("unlink", "suspended", "not_issued", "Suspended", "Not issued", "damaged", None, "test-owner"),
        ("freeze", "active", "suspended", own["label"], "Suspended", "lost", None, "test-agent"),
        ("label", "active", "active", "Active", own["label"], "fulfilment", "printed", "test-owner"),
        ("activate", "inactive", "active", "Issued", "Active", "requested", None, "test-owner"),
        ("link", None, "inactive", None, "Issued", "requested", None, "test-owner"),
    ], "newest first")
    for event in events:
        holds(event, actor_kind="api_key", channel="api", customer_id=customer["id"])
    world.owner.get(f"/v1/cards/{world.other_id('card', customer)}/history").problem(404, "card_not_found")


@test
def listing(world):
    customer, series = world.customer(), world.series()
    batch = world.batch(series, 1)
    linked = world.issue(customer, number=world.numbers(batch)[0], external_id=world.unique("E-"))
    plain = [world.issue(customer, series=series) for _ in range(3)]
    change(world, plain[0], status="blocked", reason="fraud").ok()

    def found(**query):
        cards = world.owner.pages("/v1/cards", query, limit=2)
        assert all(card["number"] is None for card in cards)
        return [card["id"] for card in cards]

    newest_first = [card["id"] for card in plain[::-1]] + [linked["id"]]
    equal(found(customer_id=customer["id"]), newest_first, "by customer")
    equal(found(series_id=series["id"]), newest_first, "by series")
    equal(found(batch_id=batch["id"]), [linked["id"]], "by batch")
    equal(found(customer_id=customer["id"], status="blocked"), [plain[0]["id"]], "by status")
    equal(found(external_id=linked["external_id"]), [linked["id"]], "by external id")
    equal(found(customer_id=world.customer()["id"]), [], "none")


@test
def reveal(world):
    series = world.series()
    card = world.issue(world.customer(), series=series)
    path = f"/v1/cards/{card['id']}/reveal"
    for client in (world.owner, world.client("agent"), world.client("integration")):
        equal(client.post(path, {"reason": "Customer lost the plastic"}).ok(), {"id": card["id"], "number": card["number"]}, "revealed")
    _, number = register(world, world.series(numbering={"generation": False, "length": 12}), "424242")
    registered = world.issue(world.customer(), number=number)
    equal(world.owner.post(f"/v1/cards/{registered['id']}/reveal", {"reason": "Check"}).ok()["number"], number, "a registered one")
    for reason, code in (("", "too_short"), (" ", "bad_format"), ("r" * 201, "too_long"), (None, "wrong_type")):
        world.owner.post(path, {"reason": reason}).problem(422, "invalid_input", ("reason", code))
    world.owner.post(path, {}).problem(422, "invalid_input", ("reason", "required"))
    world.owner.post(f"/v1/cards/{world.other_id('card', series)}/reveal", {"reason": "x"}).problem(404, "card_not_found")


# Registering.

@test
def register_refused(world):
    series = world.series(numbering={"generation": False, "length": 16, "check_digit": "luhn"})
    body = series["numbering"]["prefix"] + "123456789"
    check = next(digit for digit in "0123456789" if luhn_sum(body + digit) == 0)
    number, wrong = body + check, body + str((int(check) + 1) % 10)

    def post(**fields):
        return world.owner.post("/v1/card-numbers", fields)

    external_id = world.unique("E-")
    post(number=wrong).problem(422, "wrong_check_digit", ("number", "wrong_check_digit"))
    post(number="NOSUCHSERIES1").problem(422, "no_series_for_number", ("number", "no_series_for_number"))
    post(number=number, series_id=world.series()["id"]).problem(422, "no_series_for_number", ("number", "no_series_for_number"))
    post(number=number, status_label="Active").problem(422, "label_not_for_status", ("status_label", "label_not_for_status"))
    post(number=number, status_label="No such").problem(422, "label_not_found", ("status_label", "label_not_found"))
    card = post(number=number, series_id=series["id"], external_id=external_id).ok(201)
    world.remember(number)
    holds(card, status="not_issued", status_label="Not issued", series_id=series["id"], last4=number[-4:], external_id=external_id)
    post(number=number).problem(409, "number_already_registered", ("number", "number_already_registered"))
    second = body[:-1] + "8"
    second += next(digit for digit in "0123456789" if luhn_sum(second + digit) == 0)
    post(number=second, external_id=external_id).problem(409, "external_id_taken", ("external_id", "external_id_taken"))
    holds(world.check(second), reason="not_generated")
    world.owner.patch(f"/v1/series/{series['id']}", {"active": False}).ok()
    post(number=second).problem(409, "series_inactive", ("number", "series_inactive"))
    post().problem(422, "invalid_input", ("number", "required"))
    for role in ("agent", "auditor"):
        world.client(role).post("/v1/card-numbers", {"number": number}).problem(403, "forbidden")


@test
def register_in_a_generating_series(world):
    series = world.series(numbering={"length": 8, "prefix": world.unique("K")})  # a space of 100
    drawn = world.numbers(world.batch(series, 40))
    world.owner.post("/v1/card-numbers", {"number": drawn[0]}).problem(
        409, "number_already_generated", ("number", "number_already_generated"))
    free = [series["numbering"]["prefix"] + f"{i:02d}" for i in range(100)]
    free = [number for number in free if number not in drawn]
    for number in free[:10]:
        world.owner.post("/v1/card-numbers", {"number": number}).ok(201)
    rest = world.numbers(world.batch(series, 50))
    equal(sorted(drawn + rest + free[:10]), sorted(set(drawn) | set(free)), "every number once")
    world.owner.post(f"/v1/series/{series['id']}/batches", {"count": 1}).problem(409, "number_space_exhausted")
