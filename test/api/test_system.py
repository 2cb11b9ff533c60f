"""What looks at the whole: the audit trail, events, health, metrics, the document."""

import json
import time

from harness import equal, holds, test


def audit(world, **query):
    return world.owner.get("/v1/audit", query).ok()["data"]


@test
def audit_of_a_success(world):
    series = world.series()
    batch = world.batch(series, 3, purpose="Audited")
    record = audit(world, subject_id=batch["id"])[0]
    holds(record, action="number_batch.drawn", actor="test-owner", actor_kind="api_key", channel="api", result="ok", subject_id=batch["id"])
    equal(record["detail"]["count"], 3, "detail")
    equal([record["action"] for record in audit(world, subject_id=series["id"])], ["series.created"], "of the series")


@test
def audit_of_a_refusal(world):
    series = world.series(active=False)
    reply = world.owner.post(f"/v1/series/{series['id']}/batches", {"count": 1})
    reply.problem(409, "series_inactive")
    record = next(record for record in audit(world, result="series_inactive") if record["request_id"] == reply.json["request_id"])
    holds(record, action="number_batch.drawn", result="series_inactive")


@test
def audit_of_downloads_and_reveals(world):
    batch = world.batch(world.series(), 1)
    number = world.numbers(batch)[0]
    card = world.issue(world.customer(), number=number)
    world.owner.post(f"/v1/cards/{card['id']}/reveal", {"reason": "A reason to look"}).ok()
    equal([record["action"] for record in audit(world, subject_id=batch["id"])], ["number_batch.downloaded", "number_batch.drawn"], "batch")
    records = audit(world, subject_id=card["id"])
    equal([record["action"] for record in records], ["card.revealed", "card.issued"], "card")
    equal(records[0]["detail"]["reason"], "A reason to look", "reason")
    assert number not in json.dumps(audit(world, limit=200)), "a number stands in the trail"


@test
def audit_filters(world):
    for query in ({"action": "card.issued"}, {"actor": "test-owner"}, {"result": "ok"}, {"from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}):
        page = world.owner.get("/v1/audit", {**query, "limit": 2}).ok()
        for record in page["data"]:
            for name in ("action", "actor", "result"):
                assert name not in query or record[name] == query[name], record
    page = world.owner.get("/v1/audit", {"limit": 2}).ok()
    following = world.owner.get("/v1/audit", {"limit": 2, "after": page["next"]}).ok()
    assert not {record["hash"] for record in page["data"]} & {record["hash"] for record in following["data"]}
    world.owner.get("/v1/audit", {"after": "x"}).problem(422, "invalid_input", ("after", "bad_format"))
    equal(world.owner.get("/v1/audit", {"to": "2020-01-01T00:00:00Z"}).ok()["data"], [], "nothing")
    for role in ("agent", "operations", "integration"):
        world.client(role).get("/v1/audit").problem(403, "forbidden")
    world.client("auditor").get("/v1/audit").ok()


@test
def events(world):
    customer = world.customer()
    card = world.issue(customer, series=world.series())
    found, after, until = [], 0, time.monotonic() + 10
    while card["id"] not in [event["subject_id"] for event in found]:  # they are published a little later
        page = world.owner.get("/v1/events", {"limit": 200, "after_number": after}).ok()
        found += page["data"]
        after = found[-1]["number"] if found else 0
        assert time.monotonic() < until, "the event is not published"
        time.sleep(0 if page["next"] else 0.1)
    numbers = [event["number"] for event in found]
    equal(numbers, sorted(set(numbers)), "they rise")
    kinds = {event["subject_id"]: event["type"] for event in found}
    equal((kinds[customer["id"]], kinds[card["id"]]), ("customer.created", "card.issued"), "both")
    assert card["number"] not in json.dumps(found), "a number stands in an event"
    world.client("agent").get("/v1/events").problem(403, "forbidden")


@test
def health(world):
    anonymous = world.anonymous()
    for path in ("/health/live", "/health/ready"):
        equal(anonymous.get(path).status // 100, 2, path)
    metrics = anonymous.get("/metrics")
    equal((metrics.status, metrics.media_type), (200, "text/plain"), "metrics")
    assert b"cardwright_" in metrics.body


@test
def in_clear_only_on_this_machine(world):
    """A request that came through a proxy nobody told the server about is a stranger's, and not over TLS."""
    forwarded = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    world.owner.get("/v1/series", headers=forwarded).problem(403, "tls_required")
    world.anonymous().get("/health/live", headers=forwarded).ok()
    world.anonymous().get("/openapi.json", headers=forwarded).ok()


@test
def a_typed_number_is_not_kept(world):
    """A number that somebody types as a reason or a note stands neither in the audit trail nor in the history."""
    series = world.series()
    card = world.issue(world.customer(), series=series)
    number = card["number"]
    world.owner.post(f"/v1/cards/{card['id']}/reveal", {"reason": f"caller reads {number}"}).ok()
    world.owner.patch(f"/v1/cards/{card['id']}", {"status": "suspended", "reason": "lost", "note": f"was {number}"}).ok()
    digits = number[-12:]
    trail = json.dumps(world.owner.get("/v1/audit", query={"limit": 20}).ok())
    history = json.dumps(world.owner.get(f"/v1/cards/{card['id']}/history").ok())
    assert "caller reads" in trail and digits not in trail, trail
    assert "was " in history and digits not in history, history


@test
def document_page(world):
    reply = world.anonymous().get("/docs")
    assert reply.status == 200 and reply.media_type == "text/html", reply
    page = reply.body.decode()
    for operation in ("number_batch_draw", "card_issue", "audit_list"):
        assert "<details id=%s>" % operation in page, operation
    assert "<script" not in page and "http://" not in page, "the page takes nothing from elsewhere"


@test
def document(world):
    reply = world.anonymous().get("/openapi.json")
    found = reply.ok()
    assert found["openapi"].startswith("3.1"), found["openapi"]
    names = [operation["operationId"] for item in found["paths"].values() for operation in item.values()]
    equal(len(names), len(set(names)), "operation ids")
    for item in found["paths"].values():
        for operation in item.values():
            assert operation["summary"].endswith("."), operation["operationId"]
