"""Imports and their jobs: files that are refused whole, rows that are refused alone, progress, results, cancelling."""

import csv
import io
import json
import time

from harness import equal, holds, test

CSV = {"Content-Type": "text/csv"}


def send(client, path, file, headers=None):
    return client.post(path, body=file, headers={**CSV, **(headers or {})})


def finished(world, job, seconds=60):
    until = time.monotonic() + seconds
    while True:
        now = world.owner.get(f"/v1/jobs/{job['id']}").ok()
        if now["finished_at"] is not None:
            return now
        assert time.monotonic() < until, f"the job does not end: {now}"
        time.sleep(0.05)


def results(world, job, **query):
    return world.owner.pages(f"/v1/jobs/{job['id']}/results", query)


@test
def customers(world):
    mobile, name = f"+9198{next(world.counter):08d}", world.unique("C")
    file = ("external_id,first_name,last_name,mobile,email,date_of_birth,nationality\r\n"
            f'{name},Asha,"Rao, ""Jr.""",{mobile},{name}@Example.com,1990-02-28,IN\r\n'
            f"{name},Ravi,,,,,\r\n"
            f"{name}-2,Ravi,,12345,,,\r\n")
    job = send(world.owner, "/v1/customers/import", file).ok(202)
    holds(job, kind="import_customers", state="queued", total=3, done=0, failed=0, rate=None, seconds_left=None, started_at=None,
          finished_at=None, created_by="test-owner")
    job = finished(world, job)
    holds(job, state="done", total=3, done=3, failed=2, seconds_left=None)
    first, second, third = results(world, job)
    holds(first, row=1, status="ok", code=None, card_id=None)
    holds(second, row=2, status="refused", code="customer_exists", field="external_id", customer_id=None)
    holds(third, row=3, status="refused", code="bad_format", field="mobile")
    made = world.owner.get(f"/v1/customers/{first['customer_id']}").ok()
    holds(made, external_id=name, last_name='Rao, "Jr."', mobile=mobile, email=f"{name}@example.com".lower(), date_of_birth="1990-02-28",
          nationality="IN", verification="verified")
    reply = world.owner.get(f"/v1/jobs/{job['id']}/results.csv")
    reply.ok()
    equal([row[:3] for row in csv.reader(io.StringIO(reply.body.decode()))],
          [["row", "code", "field"], ["2", "customer_exists", "external_id"], ["3", "bad_format", "mobile"]], "the file of refused rows")
    rest = world.owner.get(f"/v1/jobs/{job['id']}/results.csv", {"after_row": 2})
    equal(rest.body.decode().count("\r\n"), 2, "header and one row")


@test
def numbers_and_issue(world):
    series = world.series()
    prefix = series["numbering"]["prefix"]
    numbers = [prefix + str(index).zfill(16 - len(prefix)) for index in range(3)]
    world.remember(*numbers)
    customer = world.customer()
    with world.settings(otp={"enabled": False}):
        job = send(world.owner, "/v1/card-numbers/import",
                   "number,series_code,customer_external_id\n"
                   f"{numbers[0]},{series['code']},\n{numbers[1]},,{customer['external_id']}\n{numbers[2]},,nobody here\n").ok(202)
        job = finished(world, job)
    holds(job, kind="import_card_numbers", state="done", done=3, failed=1)
    waits, issued, refused = results(world, job)
    holds(waits, status="ok", customer_id=None)
    holds(issued, status="ok", customer_id=customer["id"])
    holds(refused, code="customer_not_found", field="customer_external_id")
    holds(world.owner.get(f"/v1/cards/{waits['card_id']}").ok(), status="not_issued")
    holds(world.owner.get(f"/v1/cards/{issued['card_id']}").ok(), status="active")
    shown = json.dumps(results(world, job)) + json.dumps(job)
    assert not [number for number in numbers if number in shown], "a number stands in the job"
    equal([row["row"] for row in results(world, job, failed_only="true")], [3], "refused rows")


@test
def code_asked(world):
    series = world.series()
    number = series["numbering"]["prefix"].ljust(16, "7")
    world.remember(number)
    customer = world.customer()
    with world.settings(otp={"enabled": True}):
        job = send(world.owner, "/v1/card-numbers/import", f"number,customer_external_id\n{number},{customer['external_id']}\n").ok(202)
        job = finished(world, job)
    holds(results(world, job)[0], status="refused", code="otp_required")


@test
def refused_whole(world):
    path = "/v1/card-numbers/import"
    for file in ["", "number\n", "A12345\n", "series_code\nX\n", "number,number\n1,2\n", 'number\na"b\n', 'number\n"ab\n',
                 "number\n" + "x" * 1025 + "\n"]:
        send(world.owner, path, file).problem(422, "csv_malformed")
    world.owner.post(path, {"number": "x"}).problem(415, "unsupported_media_type")
    world.owner.post(path, body="number\nA12345\n", headers={"Content-Type": None}).problem(415, "unsupported_media_type")
    send(world.client("auditor"), path, "number\nA12345\n").problem(403, "forbidden")
    send(world.client("operations"), path, "number,customer_email\nA12345,\n").problem(403, "forbidden", ("customer_email", "forbidden"))
    send(world.owner, "/v1/customers/import", "email\n" + "a\n" * 1000001).problem(422, "csv_malformed")


@test
def repeated(world):
    key = {"Idempotency-Key": world.unique("import-")}
    file = f"external_id\n{world.unique('C')}\n"
    job = send(world.owner, "/v1/customers/import", file, key).ok(202)
    again = send(world.owner, "/v1/customers/import", file, key)
    equal(again.ok(202)["id"], job["id"], "the same job")
    send(world.owner, "/v1/customers/import", file + "more\n", key).problem(422, "idempotency_key_reused")
    holds(finished(world, job), done=1, failed=0)


@test
def many_rows_and_pages(world):
    word, count = world.unique("C"), 700
    # Every tenth row repeats the one before.
    file = "external_id\n" + "".join(f"{word}-{index - (index % 10 == 0)}\n" for index in range(1, count + 1))
    job = finished(world, send(world.owner, "/v1/customers/import", file).ok(202))
    holds(job, done=count, failed=count // 10)
    equal([row["row"] for row in world.owner.pages(f"/v1/jobs/{job['id']}/results", limit=150)], list(range(1, count + 1)), "all rows")
    equal([row["row"] for row in world.owner.pages(f"/v1/jobs/{job['id']}/results", {"failed_only": "true"}, limit=30)],
          list(range(10, count + 1, 10)), "refused rows")
    assert job["rate"] > 0, job
    assert job["id"] in [listed["id"] for listed in world.owner.pages("/v1/jobs", {"state": "done"})]
    assert job["id"] not in [listed["id"] for listed in world.owner.pages("/v1/jobs", {"state": "failed"})]


@test
def events(world):
    job = finished(world, send(world.owner, "/v1/customers/import", f"external_id\n{world.unique('C')}\n").ok(202))
    reply = world.owner.get(f"/v1/jobs/{job['id']}/events")
    reply.ok()
    equal(reply.media_type, "text/event-stream", "type")
    lines = reply.body.decode().split("\n")
    equal(lines[:2], ["retry: 1000", "event: finished"], "fields")
    equal(json.loads(lines[2].removeprefix("data: ")), job, "the job")


@test
def cancel(world):
    word = world.unique("C")
    job = send(world.owner, "/v1/customers/import", "external_id\n" + "".join(f"{word}-{index}\n" for index in range(60000))).ok(202)
    cancelled = world.owner.post(f"/v1/jobs/{job['id']}/cancel").ok()
    holds(cancelled, state="cancelled", total=60000, seconds_left=None)
    assert cancelled["done"] < 60000, cancelled
    time.sleep(0.2)
    equal(world.owner.get(f"/v1/jobs/{job['id']}").ok()["done"], cancelled["done"], "rows done after the end")
    world.owner.post(f"/v1/jobs/{job['id']}/cancel").problem(409, "job_finished")
    world.client("auditor").post(f"/v1/jobs/{job['id']}/cancel").problem(403, "forbidden")
    nothing = world.other_id("job", world.customer())
    world.owner.post(f"/v1/jobs/{nothing}/cancel").problem(404, "job_not_found")
    for path in ["", "/results", "/results.csv", "/events"]:
        world.owner.get(f"/v1/jobs/{nothing}{path}").problem(404, "job_not_found")
