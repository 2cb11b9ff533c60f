"""Reports: what series and days have come to, batches whose downloads end soon, and the audit trail as a file."""

import csv
import datetime
import io
import json

from harness import Client, equal, holds, test

COLUMNS = "at,actor,actor_id,actor_kind,channel,peer,action,subject_id,result,detail,request_id,lane,sequence,hash"
COUNTS = ("not_issued", "inactive", "active", "suspended", "blocked", "expired", "closed")


def report_of(world, series):
    return next(report for report in world.owner.pages("/v1/reports/series") if report["series_id"] == series["id"])


def expect(world, series, issued, **counts):
    report = report_of(world, series)
    equal(report["issued"], issued, "issued")
    equal(report["counts"], {**dict.fromkeys(COUNTS, 0), **counts}, "counts")


def change(world, card, status, reason="requested"):
    return world.owner.patch(f"/v1/cards/{card['id']}", {"status": status, "reason": reason}).ok()


@test
def series_follow_their_cards(world):
    series = world.series(name="Report, with a comma")
    expect(world, series, 0)
    waiting = world.label("inactive")
    first = world.issue(world.customer(), series=series)
    second = world.issue(world.customer(), series=series, status_label=waiting["label"])
    expect(world, series, 2, active=1, inactive=1)
    change(world, second, "active")
    change(world, first, "suspended", "lost")
    expect(world, series, 2, active=1, suspended=1)
    change(world, first, "blocked", "fraud")
    expect(world, series, 2, active=1, blocked=1)
    change(world, first, "closed")
    expect(world, series, 2, active=1, closed=1)
    world.owner.post(f"/v1/cards/{second['id']}/unlink", {"reason": "requested"}).ok()
    expect(world, series, 2, closed=1)
    third = world.issue(world.customer(), series=series)
    world.owner.patch(f"/v1/cards/{third['id']}", {"status": "suspended"}).problem(422, "reason_required")
    world.owner.patch(f"/v1/cards/{first['id']}", {"status": "active", "reason": "other"}).problem(409, "transition_not_allowed")
    expect(world, series, 3, active=1, closed=1)  # what was refused is not counted
    report = report_of(world, series)
    stored = world.owner.get(f"/v1/series/{series['id']}").ok()
    holds(report, series_code=series["code"], series_name=series["name"], active=True)
    equal(report["space"], {name: stored["space"][name] for name in ("total", "drawn", "left")}, "space")


@test
def numbers_that_nobody_has(world):
    series = world.series()
    batch, voided = world.batch(series, 5), world.batch(series, 7)
    expect(world, series, 0, not_issued=12)
    world.issue(world.customer(), number=world.numbers(batch)[0])
    world.owner.post(f"/v1/batches/{voided['id']}/void", {"reason": "Lost"}).ok()
    expect(world, series, 1, not_issued=4, active=1)


@test
def series_page_by_page(world):
    made = [world.series()["id"] for _ in range(3)]
    first = world.owner.get("/v1/reports/series", {"limit": 2}).ok()
    equal([report["series_id"] for report in first["data"]], [made[2], made[1]], "newest first")
    second = world.owner.get("/v1/reports/series", {"limit": 1, "after": first["next"]}).ok()
    equal([report["series_id"] for report in second["data"]], [made[0]], "the next page")
    ids = [report["series_id"] for report in world.owner.pages("/v1/reports/series", limit=2)]
    equal(ids, [series["id"] for series in world.owner.pages("/v1/series")], "all of them")
    for role in ("agent", "operations", "auditor"):
        world.client(role).get("/v1/reports/series").ok()
    world.anonymous().get("/v1/reports/series").problem(401, "unauthenticated")


def today():
    return datetime.datetime.now(datetime.timezone.utc).date()


def days(world, **query):
    page = world.owner.get("/v1/reports/issued-per-day", query).ok()
    equal(page["next"], None, "one page")
    return page["data"]


def totals(found):
    return sum(day["issued"] for day in found), sum(day["closed"] for day in found)


@test
def issued_per_day(world):
    series, other = world.series(), world.series()
    before, all_before, asked = today(), totals(days(world)), {"series_id": series["id"]}
    equal(days(world, **asked), [], "nothing yet")
    cards = [world.issue(world.customer(), series=series) for _ in range(3)]
    world.issue(world.customer(), series=other)
    change(world, cards[0], "suspended")
    change(world, cards[1], "closed")
    world.owner.post(f"/v1/cards/{cards[2]['id']}/unlink", {"reason": "requested"}).ok()  # it was issued all the same
    found = days(world, **asked)
    equal(totals(found), (3, 1), "issued and closed")
    assert {day["date"] for day in found} <= {str(before), str(today())}, found
    equal(totals(days(world)), (all_before[0] + 4, all_before[1] + 1), "of all series")
    yesterday, tomorrow = str(before - datetime.timedelta(1)), str(today() + datetime.timedelta(1))
    equal(days(world, **asked, **{"from": yesterday, "to": tomorrow}), found, "both days included")
    equal(days(world, **asked, **{"from": str(before), "to": str(today())}), found, "a day is in its own bounds")
    equal(days(world, **asked, to=yesterday), [], "before")
    equal(days(world, **asked, **{"from": tomorrow, "to": tomorrow}), [], "after")
    equal(days(world, series_id=world.other_id("series", cards[0])), [], "a series that is not there")


@test
def issued_per_day_bounds(world):
    path = "/v1/reports/issued-per-day"
    world.owner.get(path, {"from": "2024-01-01", "to": "2024-12-31"}).ok()  # a leap year
    world.owner.get(path, {"to": "1900-01-20"}).ok()
    for query in ({"from": "2024-01-01", "to": "2025-01-01"}, {"from": "2024-01-02", "to": "2024-01-01"}, {"from": "2024-01-01"}):
        world.owner.get(path, query).problem(422, "invalid_input", ("from", "out_of_range"))
    world.owner.get(path, {"from": "2024-02-30"}).problem(422, "invalid_input")
    world.client("agent").get(path).ok()


@test
def batches_that_close_soon(world):
    series = world.series()
    with world.settings(download_days=5):
        soon, voided = world.batch(series, 1), world.batch(series, 1)
    with world.settings(download_days=40):
        later = world.batch(series, 1)
    world.owner.post(f"/v1/batches/{voided['id']}/void", {"reason": "Lost"}).ok()
    for within, expected in ((4, []), (5, [soon]), (39, [soon]), (40, [later, soon]), (3650, [later, soon])):
        found = world.owner.pages("/v1/batches", {"series_id": series["id"], "closing_within_days": within})
        equal([batch["id"] for batch in found], [batch["id"] for batch in expected], f"within {within} days")
    equal(len(world.owner.pages("/v1/batches", {"series_id": series["id"]})), 3, "without the filter")
    for within in (0, 3651):
        world.owner.get("/v1/batches", {"closing_within_days": within}).problem(422, "invalid_input", ("closing_within_days", "out_of_range"))


def read_file(reply):
    reply.ok()
    equal(reply.headers["Content-Type"], "text/csv; charset=utf-8", "media type")
    text = reply.body.decode("utf-8")
    assert text.startswith(COLUMNS + "\r\n"), text[:200]
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", ""), "lines end with CRLF"
    return list(csv.DictReader(io.StringIO(text, newline="")))


def as_cells(record):
    """A record of the JSON list as the file has it, its detail read."""
    return {name: value if name == "detail" else "" if value is None else str(value) for name, value in record.items()}


@test
def audit_file_is_the_list(world):
    series = world.series()
    world.batch(series, 3, purpose="Audited")
    world.owner.post(f"/v1/series/{series['id']}/batches", {"count": 0}).problem(422, "invalid_input")
    for query in ({"subject_id": series["id"]}, {"action": "number_batch.drawn"}, {"actor": "test-owner"}, {"result": "ok"},
                  {"from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}):
        listed = world.owner.get("/v1/audit", {**query, "limit": 60}).ok()["data"]
        rows = read_file(world.owner.get("/v1/audit.csv", {**query, "limit": 200}))
        start = [row["hash"] for row in rows].index(listed[0]["hash"])  # the reading of the list is a record itself
        rows = [{**row, "detail": json.loads(row["detail"])} for row in rows[start:start + len(listed)]]
        equal(rows, [as_cells(record) for record in listed], f"{query}")
    equal(read_file(world.owner.get("/v1/audit.csv", {"to": "2020-01-01T00:00:00Z"})), [], "nothing")


@test
def audit_file_goes_on(world):
    query = {"action": "series.created"}
    for _ in range(3):
        world.series()
    whole = world.owner.get("/v1/audit.csv", query)
    assert "Cardwright-Next" not in whole.headers and "attachment" in whole.headers["Content-Disposition"]
    rows, after = [], None
    while True:
        reply = world.owner.get("/v1/audit.csv", {**query, "limit": 2, **({"after": after} if after else {})})
        part = read_file(reply)
        assert 0 < len(part) <= 2
        rows += part
        after = reply.headers.get("Cardwright-Next")
        if after is None:
            break
    equal(rows, read_file(whole), "the parts make the whole")
    first = world.owner.get("/v1/audit.csv", {**query, "limit": 1})
    following = world.owner.get("/v1/audit", {**query, "limit": 1, "after": first.headers["Cardwright-Next"]}).ok()["data"][0]
    equal(following["hash"], rows[1]["hash"], "a cursor of the list too")


@test
def audit_file_is_audited(world):
    rows = read_file(world.owner.get("/v1/audit.csv", {"action": "series.created", "limit": 3}))
    record = world.owner.get("/v1/audit", {"action": "audit.exported"}).ok()["data"][0]
    holds(record, actor="test-owner", result="ok", detail={"rows": len(rows)})
    world.owner.get("/v1/audit.csv", {"after": "x"}).problem(422, "invalid_input", ("after", "bad_format"))
    for limit in (0, 10001):
        world.owner.get("/v1/audit.csv", {"limit": limit}).problem(422, "invalid_input", ("limit", "out_of_range"))
    for role in ("agent", "operations", "integration"):
        world.client(role).get("/v1/audit.csv").problem(403, "forbidden")
    world.client("auditor").get("/v1/audit.csv", {"limit": 1}).ok()


@test
def audit_file_is_safe_to_open(world):
    """What people chose as names and reasons comes through quotes, commas and spreadsheets as it was."""
    for name in ('=HYPERLINK("http://x","y")', "+1", "-1", "@x", 'a "quoted", name'):
        client = Client(world.server, world.server.api_key("owner", name))
        batch = world.batch(world.series(), 1)
        client.post(f"/v1/batches/{batch['id']}/void", {"reason": 'torn, "wet"'}).ok()
        query = {"action": "number_batch.voided", "subject_id": batch["id"]}
        row = read_file(world.owner.get("/v1/audit.csv", query))[0]
        equal(world.owner.get("/v1/audit", query).ok()["data"][0]["actor"], name, "in JSON")
        equal(row["actor"], "'" + name if name[0] in "=+-@" else name, "in CSV")
        equal(json.loads(row["detail"])["reason"], 'torn, "wet"', "a reason")
