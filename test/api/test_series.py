"""Card series: making, previewing, changing, and what their numbers may look like."""

import calendar
import datetime

from harness import equal, holds, luhn_sum, test


@test
def create_and_read(world):
    code, prefix = world.unique("GOLD-"), world.unique("G")
    sent = {"code": code, "name": "Gold card", "type": "digital", "kind": "loyalty",
            "numbering": {"prefix": prefix, "suffix": "X26", "length": 24, "method": "random", "check_digit": "luhn", "start": 0,
                          "generation": True},
            "max_cards_per_customer": 5, "max_active_cards_per_customer": 1, "expiry": {"after": 730, "unit": "days"}, "active": True}
    series = world.owner.post("/v1/series", sent).ok(201)
    holds(series, **sent, version=1)
    # 24 characters less 6 of prefix, 3 of suffix and the check digit leave 14 digits.
    equal(series["space"], {"total": "100000000000000", "drawn": "0", "left": "100000000000000", "nearly_full": False}, "space")
    equal(world.owner.get(f"/v1/series/{series['id']}").ok(), series, "read again")
    equal(world.owner.get("/v1/series", {"code": code}).ok(), {"data": [series], "next": None}, "found by code")


@test
def create_defaults(world):
    series = world.owner.post("/v1/series", {"code": world.unique("S"), "name": "Plain", "numbering": {"prefix": world.unique("D"), "length": 10}}).ok(201)
    holds(series, type="physical", kind="loyalty", max_cards_per_customer=None, max_active_cards_per_customer=None,
          verified_customers_only=False, active=True)
    holds(series["numbering"], suffix="", method="random", check_digit="none", start=0, generation=True)
    holds(series, expiry=None)


@test
def list_and_filter(world):
    made = [world.series() for _ in range(3)]
    newest = world.owner.get("/v1/series", {"limit": 2}).ok()
    equal([series["id"] for series in newest["data"]], [made[2]["id"], made[1]["id"]], "newest first")
    following = world.owner.get("/v1/series", {"limit": 1, "after": newest["next"]}).ok()
    equal(following["data"][0]["id"], made[0]["id"], "the next page")
    world.owner.patch(f"/v1/series/{made[0]['id']}", {"active": False}).ok()
    assert made[0]["id"] in [series["id"] for series in world.owner.pages("/v1/series", {"state": "inactive"})]
    assert made[0]["id"] not in [series["id"] for series in world.owner.pages("/v1/series", {"state": "active"})]
    equal(world.owner.get("/v1/series", {"code": "no such code"}).ok(), {"data": [], "next": None}, "nothing")


@test
def preview_random(world):
    prefix = world.unique("P")
    body = {"numbering": {"prefix": prefix, "suffix": "Z9", "length": 18, "check_digit": "luhn"}}
    shown = world.owner.post("/v1/series/preview", body).ok()
    equal(shown["space"], {"total": "1000000000", "drawn": "0", "left": "1000000000"}, "space")
    equal(len(set(shown["examples"])), 5, "five different ones")
    for number in shown["examples"]:
        assert len(number) == 18 and number.startswith(prefix) and number.endswith("Z9"), number
        equal(luhn_sum(number), 0, "Luhn sum")
    assert world.owner.post("/v1/series/preview", body).ok()["examples"] != shown["examples"], "the key is thrown away"
    equal(world.owner.get("/v1/series", {"code": prefix}).ok()["data"], [], "nothing is saved")


@test
def preview_sequential(world):
    prefix = world.unique("Q")
    shown = world.owner.post("/v1/series/preview", {"numbering": {"prefix": prefix, "length": 9, "method": "sequential", "start": 996}}).ok()
    equal(shown["examples"], [prefix + digits for digits in ("996", "997", "998", "999")], "to the end of the space")
    equal(shown["space"]["total"], "4", "total")
    # 7 times 142857 is 999999, so the remainders of 700..704 by 7 are 0 to 4, behind the digits of the prefix (R00000: none but zeros).
    shown = world.owner.post("/v1/series/preview", {"numbering": {"prefix": "R00000", "length": 10, "method": "sequential", "start": 700,
                                                                  "check_digit": "mod7"}}).ok()
    equal(shown["examples"], ["R00000" + digits for digits in ("7000", "7011", "7022", "7033", "7044")], "mod 7")


@test
def preview_spaces(world):
    prefix = world.unique("U")
    for length, check, total in ((7, "none", "10"), (8, "none", "100"), (8, "mod7", "10"), (24, "none", "1" + "0" * 18),
                                 (25, "luhn", "1" + "0" * 18), (150, "luhn", "1" + "0" * 18)):
        shown = world.owner.post("/v1/series/preview", {"numbering": {"prefix": prefix, "length": length, "check_digit": check}}).ok()
        equal(shown["space"]["total"], total, f"{length} {check}")
        equal({len(number) for number in shown["examples"]}, {length}, "length")


@test
def code_taken(world):
    series = world.series()
    body = {"code": series["code"], "name": "Again", "numbering": {"prefix": world.unique("V"), "length": 16}}
    world.owner.post("/v1/series", body).problem(409, "series_exists", ("code", "series_exists"))


@test
def overlap(world):
    prefix = world.unique("W")
    series = world.series(numbering={"prefix": prefix + "1", "length": 14})

    def post(**numbering):
        return world.owner.post("/v1/series", {"code": world.unique("S"), "name": "Other", "numbering": numbering})

    for numbering in ({"prefix": prefix, "length": 14}, {"prefix": prefix + "12", "length": 14}, {"prefix": prefix, "suffix": "77", "length": 14},
                      {"prefix": prefix + "1", "length": 14, "check_digit": "luhn"}):
        problem = post(**numbering).problem(409, "series_overlaps", ("numbering", "series_overlaps"))
        assert series["code"] in problem["detail"] and series["code"] in problem["errors"][0]["message"], problem
        world.owner.post("/v1/series/preview", {"numbering": numbering}).problem(409, "series_overlaps")
        world.owner.post("/v1/series/preview", {"numbering": numbering, "series_id": series["id"]}).ok()
    for numbering in ({"prefix": prefix + "2", "length": 14}, {"prefix": prefix + "1", "length": 15},
                      {"prefix": prefix + "A", "length": 14}):
        post(**numbering).ok(201)
    # A change is judged as a new series is, and its own numbers do not stand in its way.
    other = world.series(numbering={"prefix": prefix + "B", "length": 14})
    world.owner.patch(f"/v1/series/{other['id']}", {"numbering": {"prefix": prefix}}).problem(409, "series_overlaps")
    world.owner.patch(f"/v1/series/{series['id']}", {"numbering": {"prefix": prefix + "12"}}).ok()


@test
def numbering_limits(world):
    p44 = world.unique("L" * 39)
    cases = [
        ({"length": 4, "prefix": ""}, ("numbering.length", "out_of_range")),
        ({"length": 151}, ("numbering.length", "out_of_range")),
        ({"length": 60, "prefix": "A" * 51}, ("numbering.prefix", "too_long")),
        ({"length": 60, "suffix": "A" * 51}, ("numbering.suffix", "too_long")),
        ({"length": 20, "prefix": "A-1"}, ("numbering.prefix", "bad_format")),
        ({"length": 20, "prefix": "É"}, ("numbering.prefix", "bad_format")),
        ({"length": 44, "prefix": p44}, ("numbering.length", "number_space_invalid")),
        ({"length": 45, "prefix": p44, "check_digit": "luhn"}, ("numbering.length", "number_space_invalid")),
        ({"length": 50, "prefix": "A" * 30, "suffix": "B" * 30}, ("numbering.length", "number_space_invalid")),
        ({"length": 10, "start": 5}, ("numbering.start", "out_of_range")),
        ({"length": 9, "prefix": "ABCDEF", "method": "sequential", "start": 1000}, ("numbering.start", "out_of_range")),
        ({"length": 9, "method": "sequential", "start": -1}, ("numbering.start", "out_of_range")),
        ({"length": 9, "method": "prime"}, ("numbering.method", "not_allowed_value")),
        ({"length": 9, "check_digit": "crc"}, ("numbering.check_digit", "not_allowed_value")),
        ({"length": "9"}, ("numbering.length", "wrong_type")),
        ({}, ("numbering.length", "required")),
    ]
    for numbering, fault in cases:
        body = {"code": world.unique("S"), "name": "Limits", "numbering": numbering}
        world.owner.post("/v1/series", body).problem(422, "invalid_input", fault)
        world.owner.post("/v1/series/preview", {"numbering": numbering}).problem(422, "invalid_input", fault)
    p50 = world.unique("M" * 45)
    for numbering in ({"prefix": "A5B" + world.unique("")[-1], "length": 5}, {"prefix": p50, "suffix": p50, "length": 101},
                      {"prefix": p50, "suffix": p50, "length": 150, "check_digit": "luhn"}):
        world.series(numbering=numbering)


@test
def refused(world):
    post = world.owner.post
    post("/v1/series", {}).problem(422, "invalid_input", ("code", "required"), ("name", "required"), ("numbering.length", "required"))
    good = {"code": world.unique("S"), "name": "Good", "numbering": {"prefix": world.unique("R"), "length": 12}}
    cases = [
        ({"code": "A B"}, ("code", "bad_format")), ({"code": "A" * 51}, ("code", "too_long")), ({"code": ""}, ("code", "too_short")),
        ({"name": " "}, ("name", "bad_format")), ({"name": "n" * 101}, ("name", "too_long")),
        ({"type": "paper"}, ("type", "not_allowed_value")), ({"kind": "gift"}, ("kind", "not_allowed_value")),
        ({"max_cards_per_customer": 0}, ("max_cards_per_customer", "out_of_range")),
        ({"max_active_cards_per_customer": 100001}, ("max_active_cards_per_customer", "out_of_range")),
        ({"expiry": {"after": 0}}, ("expiry.after", "out_of_range")), ({"expiry": {"after": 36501}}, ("expiry.after", "out_of_range")),
        ({"expiry": {"after": 1, "unit": "weeks"}}, ("expiry.unit", "not_allowed_value")),
        ({"active": 1}, ("active", "wrong_type")), ({"id": "series_0000000000001"}, ("id", "unknown_field")),
        ({"space": {"total": "1"}}, ("space", "unknown_field")), ({"created_at": "2026-01-01T00:00:00Z"}, ("created_at", "unknown_field")),
    ]
    for change, fault in cases:
        post("/v1/series", {**good, **change}).problem(422, "invalid_input", fault)
    world.owner.get(f"/v1/series/{world.other_id('series', world.customer())}").problem(404, "series_not_found")
    world.owner.get("/v1/series/series_1").problem(404, "not_found")
    world.owner.get("/v1/series/card_0000000000001").problem(404, "not_found")
    world.owner.patch(f"/v1/series/{world.other_id('series', world.customer())}", {"name": "x"}).problem(404, "series_not_found")


@test
def payment_rules(world):
    def post(kind="prepaid", **numbering):
        numbering = {"prefix": f"5{next(world.counter):05d}", "length": 16, "check_digit": "luhn", **numbering}
        return world.owner.post("/v1/series", {"code": world.unique("S"), "name": "Payment", "kind": kind, "numbering": numbering})

    for kind in ("prepaid", "debit", "credit"):
        holds(post(kind).ok(201), kind=kind)
    post(length=8).ok(201)
    post(length=19).ok(201)
    post(length=20).problem(422, "invalid_input", ("numbering.length", "out_of_range"))
    post(length=7, prefix="5").problem(422, "invalid_input", ("numbering.length", "out_of_range"))
    post(check_digit="mod7").problem(422, "invalid_input", ("numbering.check_digit", "not_allowed_value"))
    post(check_digit="none").problem(422, "invalid_input", ("numbering.check_digit", "not_allowed_value"))
    post(method="sequential").problem(422, "invalid_input", ("numbering.method", "not_allowed_value"))
    post(prefix="A5").problem(422, "invalid_input", ("numbering.prefix", "number_space_invalid"))
    post(suffix="1").problem(422, "invalid_input", ("numbering.prefix", "number_space_invalid"))
    post(length=24, prefix="A", method="sequential", check_digit="none").problem(
        422, "invalid_input", ("numbering.length", "out_of_range"), ("numbering.prefix", "number_space_invalid"),
        ("numbering.method", "not_allowed_value"), ("numbering.check_digit", "not_allowed_value"))


@test
def change(world):
    series = world.series()
    path = f"/v1/series/{series['id']}"
    changed = world.owner.patch(path, {"name": "New name", "type": "digital", "max_cards_per_customer": 3, "max_active_cards_per_customer": 2,
                                       "expiry": {"after": 6, "unit": "months"}, "verified_customers_only": True, "active": False,
                                       "numbering": {"length": 12, "method": "sequential", "start": 5, "generation": False}}).ok()
    holds(changed, name="New name", type="digital", max_cards_per_customer=3, max_active_cards_per_customer=2,
          expiry={"after": 6, "unit": "months"}, verified_customers_only=True, active=False, version=series["version"] + 1)
    holds(changed["numbering"], prefix=series["numbering"]["prefix"], length=12, method="sequential", start=5, generation=False)
    equal(changed["space"]["total"], "999995", "space")
    equal(world.owner.get(path).ok(), changed, "read again")
    holds(world.owner.patch(path, {"max_cards_per_customer": None, "expiry": {"after": None}}).ok(), max_cards_per_customer=None,
          max_active_cards_per_customer=2)
    world.owner.patch(path, {"version": 1, "name": "x"}).problem(409, "version_conflict")
    world.owner.patch(path, {"version": series["version"] + 2, "name": "x"}).ok()
    world.owner.patch(path, {"code": "OTHER", "kind": "debit"}).problem(409, "immutable_field", ("code", "immutable_field"), ("kind", "immutable_field"))
    world.owner.patch(path, {"code": series["code"], "kind": "loyalty"}).ok()


@test
def numbering_is_fixed_once_drawn(world):
    series = world.series(numbering={"length": 14})
    path = f"/v1/series/{series['id']}"
    world.batch(series, 1)
    for numbering in ({"prefix": world.unique("N")}, {"suffix": "1"}, {"length": 15}, {"method": "sequential"}, {"check_digit": "luhn"}):
        world.owner.patch(path, {"numbering": numbering}).problem(409, "immutable_field", ("numbering", "immutable_field"))
    holds(world.owner.patch(path, {"name": "Still", "numbering": {"length": 14, "generation": False}}).ok(), name="Still")
    # A registered number fixes it too.
    manual = world.series(numbering={"length": 14, "generation": False})
    number = manual["numbering"]["prefix"] + "00000001"
    world.remember(number)
    world.owner.post("/v1/card-numbers", {"number": number}).ok(201)
    world.owner.patch(f"/v1/series/{manual['id']}", {"numbering": {"length": 15}}).problem(409, "immutable_field")


@test
def expiry(world):
    def expires(**expiry):
        card = world.issue(world.customer(), series=world.series(expiry=expiry))
        return datetime.date.fromisoformat(card["issued_at"][:10]), card["expires_on"]

    issued, until = expires(after=730)
    equal(until, (issued + datetime.timedelta(days=730)).isoformat(), "days")
    for months in (1, 12, 49):
        issued, until = expires(after=months, unit="months")
        year, month = divmod(issued.year * 12 + issued.month - 1 + months, 12)
        equal(until, f"{year:04d}-{month + 1:02d}-{calendar.monthrange(year, month + 1)[1]:02d}", f"{months} months")
    equal(expires(after=None)[1], None, "never")


@test
def permissions(world):
    series = world.series()
    body = {"code": world.unique("S"), "name": "No", "numbering": {"prefix": world.unique("N"), "length": 12}}
    for role in ("agent", "auditor", "integration"):
        client = world.client(role)
        equal(client.get(f"/v1/series/{series['id']}").ok(), series, role)
        client.post("/v1/series/preview", {"numbering": body["numbering"]}).ok()
        client.post("/v1/series", body).problem(403, "forbidden")
        client.patch(f"/v1/series/{series['id']}", {"name": "No"}).problem(403, "forbidden")
    for client in (world.anonymous(),):
        client.get("/v1/series").problem(401, "unauthenticated")
        client.post("/v1/series", body).problem(401, "unauthenticated")
    world.client("operations").post("/v1/series", body).ok(201)
