"""Settings, status labels, sources; and who may change them."""

from harness import equal, holds, test

STATUSES = ["not_issued", "inactive", "active", "suspended", "blocked", "expired", "closed"]


@test
def settings_defaults(world):
    found = world.owner.get("/v1/settings").ok()
    holds(found, issuing_source_id=None, otp={"enabled": False, "channel": "sms"}, max_cards_per_customer=None,
          max_active_cards_per_customer=None, active_statuses=["inactive", "active", "suspended"], download_days=30,
          resting_days=90)


@test
def settings_change(world):
    before = world.owner.get("/v1/settings").ok()
    with world.settings(otp={"enabled": False, "channel": "both"}, max_cards_per_customer=100000,
                        max_active_cards_per_customer=1, active_statuses=["active"], download_days=3650,
                        resting_days=0) as changed:
        holds(changed, otp={"enabled": False, "channel": "both"}, max_cards_per_customer=100000,
              max_active_cards_per_customer=1, active_statuses=["active"], download_days=3650, resting_days=0,
              version=before["version"] + 1)
        equal(world.owner.get("/v1/settings").ok(), changed, "read again")
        # Only what is named changes, a part of an object too.
        holds(world.owner.patch("/v1/settings", {"otp": {"channel": "email"}}).ok(), otp={"enabled": False, "channel": "email"},
              active_statuses=["active"])
    after = world.owner.get("/v1/settings").ok()
    equal({**after, "version": 0}, {**before, "version": 0}, "changed back")


@test
def settings_issuing_source(world):
    source = world.owner.post("/v1/sources", {"name": world.unique("Desk ")}).ok(201)
    with world.settings(issuing_source_id=source["id"]) as changed:
        holds(changed, issuing_source_id=source["id"])
        card = world.issue(world.customer(), series=world.series())
        holds(card, source_id=source["id"])
    world.owner.patch("/v1/settings", {"issuing_source_id": world.other_id("source", world.customer())}).problem(
        422, "source_not_found", ("issuing_source_id", "source_not_found"))


@test
def settings_refused(world):
    cases = [
        ({"download_days": 0}, ("download_days", "out_of_range")),
        ({"download_days": 3651}, ("download_days", "out_of_range")),
        ({"download_days": None}, ("download_days", "wrong_type")),
        ({"resting_days": -1}, ("resting_days", "out_of_range")),
        ({"resting_days": 3651}, ("resting_days", "out_of_range")),
        ({"max_cards_per_customer": 0}, ("max_cards_per_customer", "out_of_range")),
        ({"max_active_cards_per_customer": 100001}, ("max_active_cards_per_customer", "out_of_range")),
        ({"otp": {"channel": "fax"}}, ("otp.channel", "not_allowed_value")),
        ({"otp": {"enabled": "yes"}}, ("otp.enabled", "wrong_type")),
        ({"otp": True}, ("otp", "wrong_type")),
        ({"otp": {"code": 1}}, ("otp.code", "unknown_field")),
        ({"active_statuses": ["active", "active"]}, ("active_statuses[1]", "duplicate_field")),
        ({"active_statuses": ["closed"]}, ("active_statuses[0]", "not_allowed_value")),
        ({"active_statuses": "active"}, ("active_statuses", "wrong_type")),
        ({"issuing_source_id": "card_0000000000001"}, ("issuing_source_id", "bad_format")),
        ({"colour": "red"}, ("colour", "unknown_field")),
    ]
    before = world.owner.get("/v1/settings").ok()
    for body, fault in cases:
        world.owner.patch("/v1/settings", body).problem(422, "invalid_input", fault)
    world.owner.patch("/v1/settings", {"download_days": 0, "resting_days": "1", "x": 1}).problem(
        422, "invalid_input", ("download_days", "out_of_range"), ("resting_days", "wrong_type"), ("x", "unknown_field"))
    none = world.owner.patch("/v1/settings", {"active_statuses": []})
    equal((none.status, none.json["errors"][0]["field"]), (422, "active_statuses"), "no status counts")
    equal(world.owner.get("/v1/settings").ok(), before, "nothing changed")


@test
def settings_version(world):
    version = world.owner.get("/v1/settings").ok()["version"]
    world.owner.patch("/v1/settings", {"version": version + 1, "resting_days": 1}).problem(409, "version_conflict")
    holds(world.owner.patch("/v1/settings", {"version": version, "resting_days": 90}).ok(), version=version + 1)


@test
def label_defaults(world):
    labels = world.owner.pages("/v1/status-labels")
    for status in STATUSES:
        equal(sum(label["default"] for label in labels if label["status"] == status), 1, f"defaults of {status}")


@test
def label_create_and_read(world):
    label = world.label("active")
    holds(label, status="active", default=False, retired=False)
    equal(world.owner.get(f"/v1/status-labels/{label['id']}").ok(), label, "read again")
    of_status = world.owner.get("/v1/status-labels", {"status": "active", "limit": 1}).ok()
    equal(of_status["data"], [label], "the newest first")
    equal({found["status"] for found in world.owner.pages("/v1/status-labels", {"status": "closed"}, limit=1)}, {"closed"}, "filter")
    world.owner.post("/v1/status-labels", {"label": label["label"], "status": "closed"}).problem(
        409, "label_exists", ("label", "label_exists"))


@test
def label_refused(world):
    post = world.owner.post
    post("/v1/status-labels", {}).problem(422, "invalid_input", ("label", "required"), ("status", "required"))
    for label, code in ((" x", "bad_format"), ("", "too_short"), ("é" * 51, "too_long"), ("a\tb", "invalid_text"), (5, "wrong_type")):
        post("/v1/status-labels", {"label": label, "status": "active"}).problem(422, "invalid_input", ("label", code))
    post("/v1/status-labels", {"label": "x", "status": "lost"}).problem(422, "invalid_input", ("status", "not_allowed_value"))
    post("/v1/status-labels", {"label": world.unique("é" * 45), "status": "active"}).ok(201)
    missing = world.other_id("label", world.customer())
    world.owner.get(f"/v1/status-labels/{missing}").problem(404, "not_found")
    world.owner.patch(f"/v1/status-labels/{missing}", {"retired": True}).problem(404, "not_found")


@test
def label_default_moves(world):
    old = world.default_label("suspended")
    new = world.label("suspended")
    path = f"/v1/status-labels/{new['id']}"
    try:
        holds(world.owner.patch(path, {"default": True}).ok(), default=True, version=new["version"] + 1)
        equal([label["id"] for label in world.owner.pages("/v1/status-labels", {"status": "suspended"}) if label["default"]],
              [new["id"]], "one default")
        world.owner.patch(path, {"default": False}).problem(409, "label_is_default", ("default", "label_is_default"))
        world.owner.patch(path, {"retired": True}).problem(409, "label_is_default", ("retired", "label_is_default"))
    finally:
        world.owner.patch(f"/v1/status-labels/{old['id']}", {"default": True}).ok()


@test
def label_change(world):
    label, other = world.label("active"), world.label("active")
    path = f"/v1/status-labels/{label['id']}"
    renamed = world.unique("Renamed ")
    holds(world.owner.patch(path, {"label": renamed}).ok(), label=renamed, version=2)
    world.owner.patch(path, {"label": other["label"]}).problem(409, "label_exists", ("label", "label_exists"))
    world.owner.patch(path, {"status": "closed"}).problem(409, "immutable_field", ("status", "immutable_field"))
    world.owner.patch(path, {"version": 1, "label": "x"}).problem(409, "version_conflict")
    holds(world.owner.patch(path, {"retired": True}).ok(), retired=True)
    world.owner.patch(path, {"default": True}).problem(422, "label_retired", ("default", "label_retired"))
    holds(world.owner.patch(path, {"retired": False}).ok(), retired=False)


@test
def source_create_and_list(world):
    name = world.unique("Shop ")
    source = world.owner.post("/v1/sources", {"name": name, "account": "A-1"}).ok(201)
    holds(source, name=name, account="A-1")
    holds(world.owner.post("/v1/sources", {"name": name}).ok(201), account="")
    world.owner.post("/v1/sources", {"name": name, "account": "A-1"}).problem(409, "source_exists", ("name", "source_exists"))
    world.owner.post("/v1/sources", {"account": "A"}).problem(422, "invalid_input", ("name", "required"))
    assert source in world.owner.pages("/v1/sources", limit=1)


@test
def settings_permissions(world):
    for role in ("agent", "operations", "auditor", "integration"):
        client = world.client(role)
        for path in ("/v1/settings", "/v1/status-labels", "/v1/sources"):
            client.get(path).ok()
        client.patch("/v1/settings", {"resting_days": 90}).problem(403, "forbidden")
        client.post("/v1/status-labels", {"label": "No", "status": "active"}).problem(403, "forbidden")
        client.post("/v1/sources", {"name": "No"}).problem(403, "forbidden")
    world.client("administrator").patch("/v1/settings", {"resting_days": 90}).ok()
