"""Users, their sessions and passwords, and API keys."""

import datetime

from harness import Client, equal, holds, test

PASSWORD, NEW_PASSWORD = "correct horse 1 battery", "correct horse 2 battery"


class Browser:
    """A session: the cookie of its sign-in and the CSRF token that goes with it."""

    def __init__(self, world, name, password):
        self.client = world.anonymous()
        reply = self.client.post("/v1/sessions", {"name": name, "password": password})
        self.view = reply.ok(201)
        cookie = reply.headers["Set-Cookie"]
        assert "HttpOnly" in cookie and "SameSite=" in cookie, cookie.partition("=")[0]
        self.cookie = {"Cookie": cookie.partition(";")[0]}
        self.headers = {**self.cookie, "X-CSRF-Token": self.view["csrf_token"]}

    def get(self, path):
        return self.client.get(path, headers=self.cookie)

    def post(self, path, body):
        return self.client.post(path, body, headers=self.headers)

    def delete(self, path):
        return self.client.delete(path, headers=self.headers)


def user_of(world, role="agent", **fields):
    body = {"name": world.unique("user") + "@example.com", "role": role, "password": PASSWORD, **fields}
    return world.owner.post("/v1/users", body).ok(201)


def signed_in(world, role="agent"):
    """A user who has changed the first password, and a session."""
    user = user_of(world, role)
    Browser(world, user["name"], PASSWORD).post("/v1/users/me/password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD}).ok(204)
    return user, Browser(world, user["name"], NEW_PASSWORD)


@test
def the_owner_signs_in(world):
    browser = Browser(world, "owner@example.com", world.server.password)
    holds(browser.view, kind="user", name="owner@example.com", organization_name="Test", role="owner")
    browser.delete("/v1/session").ok(204)
    browser.get("/v1/session").problem(401, "unauthenticated")


@test
def sign_in_refused(world):
    user, _ = signed_in(world)
    for name, password in ((user["name"], "wrong"), (user["name"], ""), ("nobody@example.com", PASSWORD), (user["name"], NEW_PASSWORD + " ")):
        world.anonymous().post("/v1/sessions", {"name": name, "password": password}).problem(401, "sign_in_failed")
    world.anonymous().post("/v1/sessions", {}).problem(422, "invalid_input", ("name", "required"), ("password", "required"))
    assert NEW_PASSWORD not in world.server.log(), "a password stands in the log"


@test
def first_password_must_change(world):
    user = user_of(world, "administrator")
    holds(user, must_change_password=True, disabled=False, role="administrator")
    browser = Browser(world, user["name"], PASSWORD)
    holds(browser.view, must_change_password=True, permissions=["be_signed_in"])
    browser.get("/v1/settings").problem(403, "forbidden")
    for new, code in (("short1", "password_too_weak"), ("onlyletterslong", "password_too_weak"), (PASSWORD, "password_reused")):
        reply = browser.post("/v1/users/me/password", {"current_password": PASSWORD, "new_password": new})
        equal((reply.status, reply.json["errors"][0]["field"], reply.json["errors"][0]["code"]), (422, "new_password", code), new)
    browser.post("/v1/users/me/password", {"current_password": "wrong", "new_password": NEW_PASSWORD}).problem(
        422, "invalid_input", ("current_password", "sign_in_failed"))
    browser.post("/v1/users/me/password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD}).ok(204)
    browser.get("/v1/settings").ok()
    Browser(world, user["name"], NEW_PASSWORD).get("/v1/settings").ok()


@test
def csrf(world):
    _, browser = signed_in(world)
    body = {"external_id": world.unique("C")}
    for token in (None, "", "x" * 43, browser.view["csrf_token"][::-1]):
        browser.client.post("/v1/customers", body, headers={**browser.cookie, "X-CSRF-Token": token}).problem(403, "csrf_failed")
    browser.post("/v1/customers", body).ok(201)
    view = browser.get("/v1/session").ok()
    holds(view, role="agent", csrf_token=browser.view["csrf_token"])


@test
def an_agent_needs_a_source(world):
    _, browser = signed_in(world)
    series, customer = world.series(), world.customer()
    browser.post("/v1/cards", {"customer_id": customer["id"], "series_id": series["id"]}).problem(422, "source_required", ("source_id", "source_required"))
    source = world.owner.post("/v1/sources", {"name": world.unique("Desk ")}).ok(201)
    with world.settings(issuing_source_id=source["id"]):
        card = browser.post("/v1/cards", {"customer_id": customer["id"], "series_id": series["id"]}).ok(201)
    holds(card, source_id=source["id"])
    world.remember(card["number"])
    holds(world.owner.get(f"/v1/cards/{card['id']}/history").ok()["data"][0], actor_kind="user", channel="console")


@test
def signing_out(world):
    user, one = signed_in(world)
    two, three = Browser(world, user["name"], NEW_PASSWORD), Browser(world, user["name"], NEW_PASSWORD)
    one.delete("/v1/session").ok(204)
    one.get("/v1/session").problem(401, "unauthenticated")
    two.get("/v1/session").ok()
    two.delete("/v1/sessions").ok(204)
    three.get("/v1/session").problem(401, "unauthenticated")
    world.owner.delete("/v1/session").problem(403, "forbidden")
    holds(world.owner.get("/v1/session").ok(), kind="api_key", name="test-owner")


@test
def users(world):
    user, browser = signed_in(world)
    path = f"/v1/users/{user['id']}"
    holds(world.owner.get(path).ok(), must_change_password=False, name=user["name"])
    equal([found["id"] for found in world.owner.get("/v1/users", {"name": user["name"]}).ok()["data"]], [user["id"]], "found by name")
    world.owner.post("/v1/users", {"name": user["name"], "role": "agent", "password": PASSWORD}).problem(409, "user_exists", ("name", "user_exists"))
    world.owner.post("/v1/users", {"name": "x", "role": "king"}).problem(
        422, "invalid_input", ("name", "too_short"), ("role", "not_allowed_value"), ("password", "required"))
    holds(world.owner.patch(path, {"role": "auditor"}).ok(), role="auditor")
    browser.get("/v1/session").problem(401, "unauthenticated")
    world.owner.patch(path, {"disabled": True}).ok()
    world.anonymous().post("/v1/sessions", {"name": user["name"], "password": NEW_PASSWORD}).problem(401, "sign_in_failed")
    world.owner.patch(path, {"version": 1, "disabled": False}).problem(409, "version_conflict")
    world.owner.patch(path, {"name": "other@example.com"}).problem(409, "immutable_field", ("name", "immutable_field"))
    world.owner.get(f"/v1/users/{world.other_id('user', world.customer())}").problem(404, "user_not_found")


@test
def nobody_gives_more_than_he_has(world):
    administrator = world.client("administrator")
    administrator.post("/v1/users", {"name": world.unique("u") + "@example.com", "role": "owner", "password": PASSWORD}).problem(
        403, "role_too_high", ("role", "role_too_high"))
    administrator.post("/v1/api-keys", {"name": "x", "role": "owner"}).problem(403, "role_too_high", ("role", "role_too_high"))
    owner = world.owner.get("/v1/users", {"name": "owner@example.com"}).ok()["data"][0]
    world.owner.patch(f"/v1/users/{owner['id']}", {"disabled": True}).problem(409, "last_owner")
    world.owner.patch(f"/v1/users/{owner['id']}", {"role": "agent"}).problem(409, "last_owner")
    for role in ("agent", "operations", "integration"):
        world.client(role).get("/v1/users").problem(403, "forbidden")
        world.client(role).post("/v1/api-keys", {"name": "x", "role": role}).problem(403, "forbidden")
    world.client("auditor").get("/v1/users").ok()


@test
def api_keys(world):
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    made = world.owner.post("/v1/api-keys", {"name": "till", "role": "auditor", "expires_at": until.strftime("%Y-%m-%dT%H:%M:%SZ")}).ok(201)
    holds(made, name="till", role="auditor", revoked_at=None)
    assert made["key"].startswith(made["prefix"]) and len(made["key"]) > len(made["prefix"]) + 20
    client = Client(world.server, made["key"])
    client.get("/v1/settings").ok()
    listed = next(key for key in world.owner.pages("/v1/api-keys", limit=3) if key["id"] == made["id"])
    equal(listed["key"], None, "shown once")
    world.owner.delete(f"/v1/api-keys/{made['id']}").ok(204)
    client.get("/v1/settings").problem(401, "unauthenticated")
    world.owner.delete(f"/v1/api-keys/{world.other_id('key', world.customer())}").problem(404, "api_key_not_found")
    past = world.owner.post("/v1/api-keys", {"name": "late", "role": "auditor", "expires_at": "2020-01-01T00:00:00Z"})
    equal(past.status, 422, "expired before it is made")
    assert made["key"] not in world.server.log(), "a key stands in the log"
