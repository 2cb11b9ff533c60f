"""One-time codes: sent to the customer, good for one request, used once. Read from the demo's outbox."""

import re

from harness import equal, holds, test


def customer_of(world):
    number = next(world.counter)
    return world.customer(mobile=f"+9197{number:08d}", email=f"otp{number}@example.com")


def send(world, customer, **what):
    return world.owner.post("/v1/otp-challenges", {"customer_id": customer["id"], **what})


def code_for(world, customer):
    for message in world.owner.get("/v1/outbox").ok()["data"]:
        if message["to"] in (customer["mobile"], customer["email"]):
            return re.search(r"\b(\d{6})\b", message["body"]).group(1)
    raise AssertionError("no message to the customer")


def other_code(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


def issue(world, customer, challenge, code, **what):
    return world.owner.post("/v1/cards", {"customer_id": customer["id"], "otp": {"challenge_id": challenge["id"], "code": code}, **what})


@test
def send_and_issue(world):
    customer, series = customer_of(world), world.series()
    with world.settings(otp={"enabled": True, "channel": "both"}):
        challenge = send(world, customer, series_id=series["id"]).ok(201)
        holds(challenge, customer_id=customer["id"], purpose="issue_card", channels=["sms", "email"], attempts_left=5, used=False,
              sent_to=["•••••••" + customer["mobile"][-3:], "o•••@example.com"])
        code = code_for(world, customer)
        issue(world, customer, challenge, other_code(code), series_id=series["id"]).problem(422, "otp_wrong", ("otp", "otp_wrong"))
        holds(world.owner.get(f"/v1/otp-challenges/{challenge['id']}").ok(), attempts_left=4, used=False)
        card = issue(world, customer, challenge, code, series_id=series["id"]).ok(201)
        holds(card, customer_id=customer["id"], status="active")
        holds(world.owner.get(f"/v1/otp-challenges/{challenge['id']}").ok(), used=True)
        issue(world, customer, challenge, code, series_id=series["id"]).problem(422, "otp_used", ("otp", "otp_used"))
        assert code not in world.server.log(), "a code stands in the log"


@test
def other_request(world):
    customer, series, other = customer_of(world), world.series(), world.series()
    number = world.numbers(world.batch(series, 1))[0]
    challenge = send(world, customer, series_id=series["id"], status_label="Issued").ok(201)
    code = code_for(world, customer)
    for what in ({"series_id": other["id"]}, {"number": number}, {"series_id": series["id"], "status_label": "Active"}, {"series_id": series["id"]}):
        issue(world, customer, challenge, code, **what).problem(422, "otp_other_request", ("otp", "otp_other_request"))
    issue(world, customer_of(world), challenge, code, series_id=series["id"]).problem(422, "otp_other_request")
    holds(world.owner.get(f"/v1/otp-challenges/{challenge['id']}").ok(), attempts_left=0)
    issue(world, customer, challenge, code, series_id=series["id"], status_label="Issued").problem(422, "otp_exhausted", ("otp", "otp_exhausted"))


@test
def a_right_code_of_a_refused_issue_stays_good(world):
    customer, series = customer_of(world), world.series()
    challenge = send(world, customer, series_id=series["id"]).ok(201)
    code = code_for(world, customer)
    for _ in range(6):
        issue(world, customer, challenge, code, series_id=series["id"], source_id=world.other_id("source", series)).problem(422, "source_not_found")
    holds(world.owner.get(f"/v1/otp-challenges/{challenge['id']}").ok(), attempts_left=5, used=False)
    issue(world, customer, challenge, code, series_id=series["id"]).ok(201)


@test
def one_code_at_once(world):
    customer, series = customer_of(world), world.series()
    challenge = send(world, customer, series_id=series["id"]).ok(201)
    body = {"customer_id": customer["id"], "series_id": series["id"], "otp": {"challenge_id": challenge["id"], "code": code_for(world, customer)}}
    replies = world.together([lambda client: client.post("/v1/cards", body)] * 6)
    equal(sorted(reply.status for reply in replies), [201] + [422] * 5, "used once")


@test
def wrong_codes_at_once(world):
    customer, series = customer_of(world), world.series()
    challenge = send(world, customer, series_id=series["id"]).ok(201)
    code = code_for(world, customer)
    body = {"customer_id": customer["id"], "series_id": series["id"], "otp": {"challenge_id": challenge["id"], "code": other_code(code)}}
    replies = world.together([lambda client: client.post("/v1/cards", body)] * 8)
    equal(sorted(reply.json["code"] for reply in replies), ["otp_exhausted"] * 3 + ["otp_wrong"] * 5, "five tries")
    issue(world, customer, challenge, code, series_id=series["id"]).problem(422, "otp_exhausted")


@test
def refused(world):
    customer, series = customer_of(world), world.series()
    silent = world.customer()
    send(world, silent, series_id=series["id"]).problem(422, "no_channel")
    send(world, {"id": world.other_id("cus", series)}, series_id=series["id"]).problem(404, "customer_not_found")
    send(world, customer).problem(422, "invalid_input", ("number", "required"), ("series_id", "required"))
    send(world, customer, series_id=series["id"], number="AAAAA").problem(
        422, "invalid_input", ("number", "exclusive_fields"), ("series_id", "exclusive_fields"))
    send(world, customer, series_id=series["id"], status_label="No such").problem(422, "label_not_found", ("status_label", "label_not_found"))
    send(world, customer, series_id=series["id"]).ok(201)
    limited = send(world, customer, series_id=series["id"])
    limited.problem(429, "rate_limited")
    assert 0 < int(limited.headers["Retry-After"]) <= 30, limited.headers["Retry-After"]
    world.owner.get(f"/v1/otp-challenges/{world.other_id('otp', series)}").problem(404, "not_found")
    with world.settings(otp={"enabled": False, "channel": "email"}):
        holds(send(world, customer_of(world), series_id=series["id"]).ok(201), channels=["email"])
        send(world, world.customer(mobile=f"+9196{next(world.counter):08d}"), series_id=series["id"]).problem(422, "no_channel")


@test
def outbox_page(world):
    page = world.owner.get("/demo/outbox")
    equal((page.status, page.media_type), (200, "text/html"), "page")
    world.client("agent").get("/v1/outbox").problem(403, "forbidden")
