"""Authenticator apps (RFC 6238): setting one up, signing in with it, losing it."""

import base64
import hashlib
import hmac
import http.client
import itertools
import struct
import time
import urllib.parse

from harness import equal, holds, test
from test_people import NEW_PASSWORD, PASSWORD, user_of

STEP_SECONDS = 30
MARGIN_SECONDS = 6  # from making an App to sending its earliest code
addresses = itertools.count(2)


class App:
    """What runs on the user's telephone."""

    def __init__(self, secret):
        self.key = base64.b32decode(secret)
        left = STEP_SECONDS - time.time() % STEP_SECONDS
        if left < MARGIN_SECONDS:
            time.sleep(left + 0.05)  # so that the steps before and after now stay the same
        self.step = int(time.time()) // STEP_SECONDS

    def code(self, steps=0):
        digest = hmac.digest(self.key, struct.pack(">Q", self.step + steps), hashlib.sha1)
        offset = digest[-1] & 15
        return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"

    def wrong_code(self):
        right = {self.code(steps) for steps in range(-3, 4)}
        return next(code for code in (f"{i:06d}" for i in itertools.count()) if code not in right)


class Desk:
    """A user's browser at an address of its own, since signing in is limited by address."""

    def __init__(self, world, user):
        self.user, self.client = user, world.anonymous()
        address = f"127.0.0.{next(addresses)}"
        self.client.connection = http.client.HTTPConnection("127.0.0.1", world.server.port, timeout=120, source_address=(address, 0))
        self.headers = {}

    def try_sign_in(self, password=NEW_PASSWORD, **more):
        return self.client.post("/v1/sessions", {"name": self.user["name"], "password": password, **more})

    def sign_in(self, password=NEW_PASSWORD, **more):
        reply = self.try_sign_in(password, **more)
        view = reply.ok(201)
        self.headers = {"Cookie": reply.headers["Set-Cookie"].partition(";")[0], "X-CSRF-Token": view["csrf_token"]}
        return view

    def view(self):
        return self.client.get("/v1/session", headers=self.headers)

    def post(self, path, body):
        return self.client.post(path, body, headers=self.headers)

    def begin(self, password=NEW_PASSWORD):
        return self.post("/v1/users/me/totp", {"password": password})

    def confirm(self, code):
        return self.post("/v1/users/me/totp/confirm", {"code": code})

    def remove(self, password=NEW_PASSWORD):
        return self.post("/v1/users/me/totp/remove", {"password": password})

    def set_up(self):
        """With the code of the step before now, so that two are left."""
        app = App(self.begin().ok(201)["secret"])
        self.confirm(app.code(-1)).ok(204)
        return app


def signed_in(world, role="agent"):
    desk = Desk(world, user_of(world, role))
    desk.sign_in(PASSWORD)
    desk.post("/v1/users/me/password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD}).ok(204)
    return desk


def records_of(world, user):
    return world.owner.pages("/v1/audit", {"subject_id": user["id"]})


@test
def set_up(world):
    desk = signed_in(world)
    holds(desk.view().ok(), totp_enabled=False)
    holds(world.owner.get(f"/v1/users/{desk.user['id']}").ok(), totp_enabled=False)
    desk.confirm("123456").problem(409, "totp_not_begun")
    desk.remove().problem(409, "totp_not_enabled")
    desk.begin("wrong").problem(422, "invalid_input", ("password", "sign_in_failed"))
    desk.post("/v1/users/me/totp", {}).problem(422, "invalid_input", ("password", "required"))
    desk.confirm("12345").problem(422, "invalid_input", ("code", "too_short"))
    desk.confirm("12345a").problem(422, "invalid_input", ("code", "bad_format"))

    first, begun = desk.begin().ok(201), desk.begin().ok(201)
    assert first["secret"] != begun["secret"], "each begins with a secret of its own"
    equal(len(base64.b32decode(begun["secret"])), 20, "RFC 4226, 4, R6")
    uri = urllib.parse.urlsplit(begun["uri"])
    equal((uri.scheme, uri.netloc, urllib.parse.unquote(uri.path)), ("otpauth", "totp", "/Cardwright:" + desk.user["name"]), "uri")
    assert "@" not in begun["uri"], "the name is encoded"
    equal(dict(urllib.parse.parse_qsl(uri.query)), {"secret": begun["secret"], "issuer": "Cardwright", "algorithm": "SHA1",
                                                    "digits": "6", "period": "30"}, "parameters")
    # Begun is not in use.
    desk.sign_in()
    holds(desk.view().ok(), totp_enabled=False)
    app = App(begun["secret"])
    desk.confirm(App(first["secret"]).code()).problem(422, "invalid_input", ("code", "totp_wrong"))
    desk.confirm(app.code()).ok(204)
    holds(desk.view().ok(), totp_enabled=True)
    holds(world.owner.get(f"/v1/users/{desk.user['id']}").ok(), totp_enabled=True)
    holds(world.owner.get("/v1/users", {"name": desk.user["name"]}).ok()["data"][0], totp_enabled=True)
    desk.begin().problem(409, "totp_enabled")
    desk.confirm(app.code(1)).problem(409, "totp_enabled")

    desk.remove("wrong").problem(422, "invalid_input", ("password", "sign_in_failed"))
    desk.remove().ok(204)
    desk.sign_in()
    holds(desk.view().ok(), totp_enabled=False)
    actions = [record["action"] for record in records_of(world, desk.user) if record["result"] == "ok"]
    for action in ("user.totp_begun", "user.totp_confirmed", "user.totp_removed"):
        assert action in actions, f"{action} is not in {actions}"


@test
def sign_in(world):
    desk = signed_in(world)
    app = desk.set_up()
    before = desk.headers
    wrong = app.wrong_code()
    for body, code in (({}, "totp_required"), ({"totp": wrong}, "totp_wrong"), ({"totp": app.code(-1)}, "totp_wrong")):
        reply = desk.try_sign_in(**body)
        reply.problem(401, code)
        assert "Set-Cookie" not in reply.headers, "no session"
    # Only who knows the password hears of the code.
    desk.try_sign_in("wrong").problem(401, "sign_in_failed")
    desk.try_sign_in("wrong", totp=app.code()).problem(401, "sign_in_failed")
    desk.try_sign_in(totp="1234567").problem(422, "invalid_input", ("totp", "too_long"))
    holds(desk.sign_in(totp=app.code()), totp_enabled=True, role="agent")
    holds(desk.view().ok(), totp_enabled=True)
    desk.try_sign_in(totp=app.code()).problem(401, "totp_wrong")
    desk.sign_in(totp=app.code(1))
    desk.try_sign_in(totp=app.code(1)).problem(401, "totp_wrong")
    equal(desk.client.get("/v1/session", headers=before).status, 200, "an earlier session goes on")

    used = [app.code(steps) for steps in (-1, 0, 1)] + [wrong, base64.b32encode(app.key).decode(), app.key.hex()]
    said = [record["detail"] for record in records_of(world, desk.user)]
    results = {record["result"] for record in records_of(world, desk.user)}
    assert {"totp_required", "totp_wrong", "sign_in_failed", "ok"} <= results, results
    assert not [secret for secret in used if secret in str(said)], "a secret or code stands in the audit trail"
    assert used[-2] not in world.server.log(), "a secret stands in the log"


@test
def one_code_lets_in_once(world):
    desk = signed_in(world)
    app = desk.set_up()
    desks = [Desk(world, desk.user) for _ in range(4)]
    code = app.code()
    statuses = world.together([lambda _, desk=desk: desk.try_sign_in(totp=code).status for desk in desks])
    equal(sorted(statuses), [201, 401, 401, 401], "four at once")


@test
def wrong_codes_lock(world):
    desk = signed_in(world)
    app = desk.set_up()
    for _ in range(10):
        desk.try_sign_in(totp=app.wrong_code()).problem(401, "totp_wrong")
    desk.try_sign_in(totp=app.code()).problem(401, "sign_in_failed")
    desk.try_sign_in().problem(401, "sign_in_failed")
    assert world.owner.get(f"/v1/users/{desk.user['id']}").ok()["locked_until"] is not None, "locked"


@test
def wrong_confirmations(world):
    desk = signed_in(world)
    app = App(desk.begin().ok(201)["secret"])
    for _ in range(4):
        desk.confirm(app.wrong_code()).problem(422, "invalid_input", ("code", "totp_wrong"))
    desk.confirm(app.wrong_code()).problem(409, "totp_not_begun")
    desk.confirm(app.code()).problem(409, "totp_not_begun")
    desk.set_up()


@test
def reset(world):
    desk = signed_in(world)
    desk.set_up()
    path = f"/v1/users/{desk.user['id']}/totp"
    for role in ("agent", "auditor", "operations"):
        world.client(role).delete(path).problem(403, "forbidden")
    desk.view().ok()
    world.client("administrator").delete(path).ok(204)
    desk.view().problem(401, "unauthenticated")
    holds(desk.sign_in(), totp_enabled=False)
    world.owner.delete(path).problem(409, "totp_not_enabled")
    desk.view().ok()
    world.owner.delete(f"/v1/users/{world.other_id('user', world.customer())}/totp").problem(404, "user_not_found")
    assert "user.totp_reset" in [record["action"] for record in records_of(world, desk.user)], "in the audit trail"


@test
def reset_needs_reach(world):
    owner, administrator = signed_in(world, "owner"), signed_in(world, "administrator")
    owner.set_up()
    administrator.set_up()
    world.client("administrator").delete(f"/v1/users/{owner.user['id']}/totp").problem(403, "role_too_high")
    # One's own goes by the password.
    own = f"/v1/users/{administrator.user['id']}/totp"
    administrator.client.delete(own, headers=administrator.headers).problem(403, "forbidden", ("user_id", "forbidden"))
    holds(administrator.view().ok(), totp_enabled=True)
    owner.client.delete(own, headers=owner.headers).ok(204)
    administrator.view().problem(401, "unauthenticated")


@test
def only_people_have_one(world):
    for path, body in (("", {"password": PASSWORD}), ("/confirm", {"code": "123456"}), ("/remove", {"password": PASSWORD})):
        world.owner.post("/v1/users/me/totp" + path, body).problem(403, "forbidden")
    world.owner.delete("/v1/users/me/totp").problem(404, "not_found")
    holds(world.owner.get("/v1/session").ok(), totp_enabled=False)
    # Who has to change the password does nothing else before.
    desk = Desk(world, user_of(world))
    desk.sign_in(PASSWORD)
    desk.begin(PASSWORD).problem(403, "forbidden")
    desk.confirm("123456").problem(403, "forbidden")
    desk.remove(PASSWORD).problem(403, "forbidden")


@test
def lost_with_the_password_too(world):
    desk = signed_in(world, "administrator")
    desk.set_up()
    unknown = world.server.command("user", "reset", "nobody@example.com", check=False)
    equal((unknown.returncode, unknown.stdout), (1, ""), "a name that is nobody's")
    reset = world.server.command("user", "reset", desk.user["name"].upper())
    password = reset.stdout.strip()
    assert password not in reset.stderr and password not in world.server.log(), "the password stands where it is not asked for"
    desk.view().problem(401, "unauthenticated")
    desk.try_sign_in().problem(401, "sign_in_failed")
    holds(desk.sign_in(password), must_change_password=True, totp_enabled=False)
