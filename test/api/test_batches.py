"""Number batches: drawing, downloading, voiding; and that a repeated request draws once."""

from harness import Client, equal, holds, luhn_sum, test

COUNT_MAX = 100_000_000


@test
def draw_one(world):
    series = world.series(numbering={"check_digit": "luhn", "suffix": "9Z"})
    batch = world.batch(series, 1, purpose="Q4 print run")
    holds(batch, series_id=series["id"], series_code=series["code"], series_name=series["name"], count=1, issued_count=0,
          status_label="Not issued", purpose="Q4 print run", created_by="test-owner", downloads=0, voided_at=None)
    equal(world.owner.get(f"/v1/batches/{batch['id']}").ok(), batch, "read again")
    numbers = world.numbers(batch)
    equal(len(numbers), 1, "lines")
    assert len(numbers[0]) == 16 and numbers[0].startswith(series["numbering"]["prefix"]) and numbers[0].endswith("9Z")
    equal(luhn_sum(numbers[0]), 0, "Luhn sum")
    holds(world.owner.get(f"/v1/batches/{batch['id']}").ok(), downloads=1)
    holds(world.owner.get(f"/v1/series/{series['id']}").ok()["space"], drawn="1")


@test
def draw_100000(world):
    series = world.series(numbering={"length": 18, "check_digit": "luhn"})
    first, second = world.numbers(world.batch(series, 100_000)), world.numbers(world.batch(series, 100_000))
    for numbers in (first, second):
        equal(len(numbers), 100_000, "lines")
        assert all(len(number) == 18 and number.startswith(series["numbering"]["prefix"]) for number in numbers)
        assert not any(luhn_sum(number) for number in numbers[::97])
    equal(len(set(first) | set(second)), 200_000, "different ones")
    assert first != sorted(first), "random"
    equal(world.owner.get(f"/v1/series/{series['id']}").ok()["space"]["drawn"], "200000", "drawn")


@test
def draw_sequential(world):
    prefix = world.unique("B")
    series = world.series(numbering={"prefix": prefix, "length": 12, "method": "sequential", "start": 41})
    equal(world.numbers(world.batch(series, 2)), [prefix + "000041", prefix + "000042"], "the first two")
    equal(world.numbers(world.batch(series, 1)), [prefix + "000043"], "the next")


@test
def draw_refused(world):
    series = world.series()
    path = f"/v1/series/{series['id']}/batches"
    for count, code in ((0, "out_of_range"), (-1, "out_of_range"), (COUNT_MAX + 1, "out_of_range"), ("1", "wrong_type"), (1.0, "wrong_type"),
                        (2 ** 64, "out_of_range"), (None, "wrong_type")):
        world.owner.post(path, {"count": count}).problem(422, "invalid_input", ("count", code))
    world.owner.post(path, {}).problem(422, "invalid_input", ("count", "required"))
    world.owner.post(path, {"count": 1, "purpose": "p" * 201}).problem(422, "invalid_input", ("purpose", "too_long"))
    missing = world.other_id("series", world.customer())
    world.owner.post(f"/v1/series/{missing}/batches", {"count": 1}).problem(404, "series_not_found")
    world.owner.post(path, {"count": 1, "status_label": "No such"}).problem(422, "label_not_found", ("status_label", "label_not_found"))
    world.owner.post(path, {"count": 1, "status_label": "Active"}).problem(422, "label_not_for_status", ("status_label", "label_not_for_status"))
    retired = world.label("not_issued")
    world.owner.patch(f"/v1/status-labels/{retired['id']}", {"retired": True}).ok()
    world.owner.post(path, {"count": 1, "status_label": retired["label"]}).problem(422, "label_retired", ("status_label", "label_retired"))
    world.owner.patch(f"/v1/series/{series['id']}", {"active": False}).ok()
    world.owner.post(path, {"count": 1}).problem(409, "series_inactive", ("series_id", "series_inactive"))
    manual = world.series(numbering={"generation": False})
    world.owner.post(f"/v1/series/{manual['id']}/batches", {"count": 1}).problem(409, "series_no_generation", ("series_id", "series_no_generation"))
    holds(world.owner.get(f"/v1/series/{series['id']}").ok()["space"], drawn="0")


@test
def draw_the_largest(world):
    """100,000,000 numbers are an interval: as quick as one."""
    batch = world.batch(world.series(), COUNT_MAX)
    holds(batch, count=COUNT_MAX)
    path = f"/v1/batches/{batch['id']}/numbers"
    equal(world.owner.head(path).headers["Content-Length"], str(COUNT_MAX * 17), "its size")
    reply = world.owner.get(path, headers={"Range": f"bytes={(COUNT_MAX - 1) * 17}-"})
    equal((reply.status, len(reply.body), reply.body[-1:]), (206, 17, b"\n"), "its last line")


@test
def exhausted(world):
    prefix = world.unique("E")
    series = world.series(numbering={"prefix": prefix, "length": 8, "check_digit": "luhn"})
    path = f"/v1/series/{series['id']}/batches"
    equal(series["space"]["total"], "10", "total")
    world.owner.post(path, {"count": 11}).problem(409, "number_space_exhausted", ("count", "number_space_exhausted"))
    numbers = world.numbers(world.batch(series, 9)) + world.numbers(world.batch(series, 1))
    equal(sorted(number[:7] for number in numbers), [prefix + str(i) for i in range(10)], "every number of the space, once")
    world.owner.post(path, {"count": 1}).problem(409, "number_space_exhausted")
    holds(world.owner.get(f"/v1/series/{series['id']}").ok(), space={"total": "10", "drawn": "10", "left": "0", "nearly_full": True})
    world.owner.post("/v1/cards", {"customer_id": world.customer()["id"], "series_id": series["id"]}).problem(
        409, "number_space_exhausted", ("series_id", "number_space_exhausted"))


@test
def registered_numbers_are_passed_over(world):
    prefix = world.unique("J")
    series = world.series(numbering={"prefix": prefix, "length": 10, "method": "sequential"})
    for digits in ("0001", "0002", "0005"):
        world.owner.post("/v1/card-numbers", {"number": prefix + digits}).ok(201)
    equal(world.numbers(world.batch(series, 3)), [prefix + digits for digits in ("0000", "0003", "0004")], "three that are free")
    equal(world.numbers(world.batch(series, 1)), [prefix + "0006"], "the next")
    holds(world.owner.get(f"/v1/series/{series['id']}").ok()["space"], drawn="7")


@test
def list_and_filter(world):
    series, other = world.series(), world.series()
    made = [world.batch(series, i + 1) for i in range(3)]
    world.batch(other, 1)
    equal(world.owner.pages("/v1/batches", {"series_id": series["id"]}, limit=2), made[::-1], "newest first")
    equal(world.owner.get("/v1/batches", {"limit": 1}).ok()["data"][0]["series_id"], other["id"], "the newest of all")
    world.owner.get(f"/v1/batches/{world.other_id('batch', series)}").problem(404, "batch_not_found")


@test
def download_text_and_csv(world):
    series = world.series()
    batch = world.batch(series, 5000)
    path = f"/v1/batches/{batch['id']}/numbers"
    text = world.owner.get(path)
    equal((text.status, text.media_type), (200, "text/plain"), "text")
    assert "no-store" in text.headers["Cache-Control"], text.headers["Cache-Control"]
    assert series["code"] in text.headers["Content-Disposition"] and ".txt" in text.headers["Content-Disposition"]
    numbers = text.body.decode().splitlines()
    world.remember(*numbers[:100])
    equal(len(set(numbers)), 5000, "different ones")
    for csv in (world.owner.get(path, {"format": "csv"}), world.owner.get(path, headers={"Accept": "text/csv"})):
        equal((csv.status, csv.media_type), (200, "text/csv"), "csv")
        lines = csv.body.decode().split("\n")
        equal((lines[0], lines[-1]), ("number,series_code,batch_id", ""), "header and end")
        equal(lines[1:-1], [f"{number},{series['code']},{batch['id']}" for number in numbers], "the same numbers")
    world.owner.get(path, {"format": "xlsx"}).problem(422, "invalid_input", ("format", "not_allowed_value"))
    holds(world.owner.get(f"/v1/batches/{batch['id']}").ok(), downloads=3)


@test
def download_ranges(world):
    batch = world.batch(world.series(), 10_000)
    path = f"/v1/batches/{batch['id']}/numbers"
    whole = world.owner.get(path).body
    size = len(whole)
    equal(size, 170_000, "17 bytes a line")
    for header, first, last in (("bytes=0-0", 0, 0), ("bytes=17-33", 17, 33), ("bytes=100-70000", 100, 70000), (f"bytes={size - 1}-", size - 1, size - 1),
                                ("bytes=169000-999999", 169000, size - 1), ("bytes=-20", size - 20, size - 1), ("bytes=-999999", 0, size - 1)):
        reply = world.owner.get(path, headers={"Range": header})
        equal((reply.status, reply.headers["Content-Range"]), (206, f"bytes {first}-{last}/{size}"), header)
        assert reply.body == whole[first:last + 1], header
    for header in ("bytes=0-1,5-6", "lines=0-1", "bytes=5-4", "bytes=x-"):  # RFC 9110, 14.2: as if there were none
        reply = world.owner.get(path, headers={"Range": header})
        equal((reply.status, len(reply.body)), (200, size), header)
    for header in (f"bytes={size}-", "bytes=-0"):
        world.owner.get(path, headers={"Range": header}).problem(416, "range_not_satisfiable")


@test
def download_head(world):
    batch = world.batch(world.series(), 100)
    path = f"/v1/batches/{batch['id']}/numbers"
    head = world.owner.head(path)
    equal((head.status, head.body, head.headers["Content-Length"], head.headers["Accept-Ranges"], head.media_type),
          (200, b"", "1700", "bytes", "text/plain"), "head")
    holds(world.owner.get(f"/v1/batches/{batch['id']}").ok(), downloads=0)
    missing = world.owner.head(f"/v1/batches/{world.other_id('batch', world.customer())}/numbers")
    equal((missing.status, missing.body), (404, b""), "none")


@test
def download_permissions(world):
    loyalty, payment = world.batch(world.series(), 1), world.batch(world.series(kind="debit"), 3)
    for role, of_loyalty, of_payment in (("owner", 200, 200), ("administrator", 200, 403), ("operations", 200, 403), ("agent", 403, 403),
                                         ("auditor", 403, 403), ("integration", 403, 403)):
        client = world.client(role)
        equal(client.get(f"/v1/batches/{loyalty['id']}/numbers").status, of_loyalty, role)
        equal(client.get(f"/v1/batches/{payment['id']}/numbers").status, of_payment, role)
        equal(client.head(f"/v1/batches/{payment['id']}/numbers").status, of_payment, role)
    for number in world.numbers(payment):
        assert number.isdigit() and len(number) == 16
        equal(luhn_sum(number), 0, "Luhn sum")


@test
def relabel(world):
    batch = world.batch(world.series(), 10)
    path = f"/v1/batches/{batch['id']}"
    printed = world.label("not_issued")["label"]
    holds(world.owner.patch(path, {"status_label": printed}).ok(), status_label=printed)
    world.owner.patch(path, {"status_label": "Active"}).problem(422, "label_not_for_status")
    world.owner.patch(path, {"status_label": "No such"}).problem(422, "label_not_found")
    world.owner.patch(f"/v1/batches/{world.other_id('batch', world.customer())}", {"status_label": printed}).problem(404, "batch_not_found")
    world.client("auditor").patch(path, {"status_label": printed}).problem(403, "forbidden")


@test
def relabel_takes_a_label(world):
    batch = world.batch(world.series(), 1)
    reply = world.owner.patch(f"/v1/batches/{batch['id']}", {})
    assert reply.status == 200 and reply.json["status_label"] == batch["status_label"] or reply.status == 422, reply


@test
def void(world):
    series = world.series()
    batch = world.batch(series, 3)
    path = f"/v1/batches/{batch['id']}"
    numbers = world.numbers(batch)
    issued = world.issue(world.customer(), number=numbers[0])
    world.owner.post(path + "/void", {}).problem(422, "invalid_input", ("reason", "required"))
    world.owner.post(path + "/void", {"reason": " "}).problem(422, "invalid_input", ("reason", "bad_format"))
    world.client("agent").post(path + "/void", {"reason": "No"}).problem(403, "forbidden")
    voided = world.owner.post(path + "/void", {"reason": "Misprinted"}).ok()
    assert voided["voided_at"] is not None
    holds(voided, issued_count=1)
    world.owner.post(path + "/void", {"reason": "Again"}).problem(409, "batch_voided")
    world.owner.patch(path, {"status_label": "Not issued"}).problem(409, "batch_voided")
    world.owner.get(path + "/numbers").problem(409, "batch_voided")
    holds(world.check(numbers[1]), available=False, reason="batch_voided", batch_id=batch["id"])
    world.owner.post("/v1/cards", {"customer_id": world.customer()["id"], "number": numbers[1]}).problem(
        409, "batch_voided", ("number", "batch_voided"))
    holds(world.owner.get(f"/v1/cards/{issued['id']}").ok(), status="active")
    world.owner.post(f"/v1/batches/{world.other_id('batch', series)}/void", {"reason": "x"}).problem(404, "batch_not_found")


@test
def idempotency(world):
    series = world.series()
    path, key = f"/v1/series/{series['id']}/batches", {"Idempotency-Key": world.unique("key-")}
    first = world.owner.post(path, {"count": 5}, headers=key)
    again = world.owner.post(path, {"count": 5}, headers=key)
    equal(again.ok(201), first.ok(201), "the same reply")
    equal((first.headers["Idempotent-Replayed"], again.headers["Idempotent-Replayed"]), (None, "true"), "header")
    equal(world.owner.get(f"/v1/series/{series['id']}").ok()["space"]["drawn"], "5", "drawn once")
    world.owner.post(path, {"count": 6}, headers=key).problem(422, "idempotency_key_reused")
    # Another path, or another caller, has keys of its own.
    other = world.series()
    world.owner.post(f"/v1/series/{other['id']}/batches", {"count": 5}, headers=key).ok(201)
    mine = world.client("operations").post(path, {"count": 5}, headers=key).ok(201)
    assert mine["id"] != first.json["id"]


@test
def idempotency_keys(world):
    path = f"/v1/series/{world.series()['id']}/batches"
    for key in ("k" * 256, "", "a\tb"):
        world.owner.post(path, {"count": 1}, headers={"Idempotency-Key": key}).problem(400, "idempotency_key_invalid")
    world.owner.post(path, {"count": 1}, headers={"Idempotency-Key": "k" * 255}).ok(201)


@test
def idempotency_of_a_refusal(world):
    """Only a success is kept: after a refusal the same key may be used for the same request."""
    series = world.series(active=False)
    path, key = f"/v1/series/{series['id']}/batches", {"Idempotency-Key": world.unique("key-")}
    world.owner.post(path, {"count": 1}, headers=key).problem(409, "series_inactive")
    world.owner.patch(f"/v1/series/{series['id']}", {"active": True}).ok()
    world.owner.post(path, {"count": 1}, headers=key).ok(201)


@test
def idempotency_at_once(world):
    series = world.series()
    path, key = f"/v1/series/{series['id']}/batches", {"Idempotency-Key": world.unique("key-")}
    replies = world.together([lambda client: client.post(path, {"count": 7}, headers=key)] * 8)
    equal({reply.status for reply in replies}, {201}, "all succeed")
    equal(len({reply.json["id"] for reply in replies}), 1, "one batch")
    equal(sum(reply.headers["Idempotent-Replayed"] == "true" for reply in replies), 7, "replays")
    equal(world.owner.get(f"/v1/series/{series['id']}").ok()["space"]["drawn"], "7", "drawn once")


@test
def draws_at_once(world):
    series = world.series(numbering={"length": 10, "method": "sequential"})
    replies = world.together([lambda client: client.post(f"/v1/series/{series['id']}/batches", {"count": 10})] * 8)
    numbers = [number for reply in replies for number in world.numbers(reply.ok(201))]
    equal(len(set(numbers)), 80, "no number twice")
    equal(world.owner.get(f"/v1/series/{series['id']}").ok()["space"]["drawn"], "80", "none left out")


@test
def permissions(world):
    series = world.series()
    for role, status in (("owner", 201), ("administrator", 201), ("operations", 201), ("integration", 201), ("agent", 403), ("auditor", 403)):
        equal(world.client(role).post(f"/v1/series/{series['id']}/batches", {"count": 1}).status, status, role)
    Client(world.server).post(f"/v1/series/{series['id']}/batches", {"count": 1}).problem(401, "unauthenticated")
