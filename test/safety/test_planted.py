"""Planted values: known numbers, codes, passwords and keys go through every route that takes them, and through places
where a caller puts them by mistake. Afterwards nothing at rest holds one, in any of the usual codings, and a core dump of
the running server holds no key and no password."""
import base64
import glob
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import time

import harness
from harness import equal
from support import Skipped, luhn_digit, running_server, shared, test

CSV = {"Content-Type": "text/csv"}
PLANTED = {}  # what it is: its bytes
scene = {}


def codings(value):
    """The value as it may lie in a file: plain, UTF-16, hex, and base64 wherever it began in a longer text."""
    yield "plain", value
    yield "UTF-16LE", value.decode("latin-1").encode("utf-16-le")
    yield "UTF-16BE", value.decode("latin-1").encode("utf-16-be")
    yield "hex", value.hex().encode()
    yield "HEX", value.hex().upper().encode()
    for before in range(3):
        coded = base64.b64encode(bytes(before) + value)
        whole = coded[(0, 2, 3)[before]:len(coded.rstrip(b"=")) - (1 if (before + len(value)) % 3 else 0)]
        yield f"base64+{before}", whole
        if whole != (url := whole.replace(b"+", b"-").replace(b"/", b"_")):
            yield f"base64url+{before}", url


def leaks(content, values):
    """What of the values stands in the content, by name and coding only. Six digits alone must stand alone."""
    found = []
    for name, value in values.items():
        for coding, coded in codings(value):
            if len(value) == 6:
                if re.search(rb"(?<![0-9A-Za-z+/_=.-])" + re.escape(coded) + rb"(?![0-9A-Za-z+/_=.-])", content):
                    found.append(f"{name} ({coding})")
            elif content.find(coded) >= 0:
                found.append(f"{name} ({coding})")
    return found


def plant(name, value):
    PLANTED[name] = value if isinstance(value, bytes) else value.encode()
    return value


def raw(server, *pieces):
    """Bytes as they are, on a connection of their own; whatever comes back."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces))
        time.sleep(0.1)
        got = b""
        try:
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                got += piece
        except OSError:
            pass  # it was refused and closed
        return got


def finished(client, job):
    until = time.monotonic() + 60
    while client.get(f"/v1/jobs/{job['id']}").ok()["finished_at"] is None:
        assert time.monotonic() < until, "the job does not end"
        time.sleep(0.05)


def plant_numbers(world, owner, said):
    """Registered, linked, drawn and issued, checked, searched, revealed, repeated, imported."""
    prefix = "519" + f"{os.getpid() % 1000:03d}"
    bodies = [prefix + os.urandom(8).hex().translate(str.maketrans("abcdef", "012345"))[:9] for _ in range(6)]
    numbers = [plant(f"number {i}", body + luhn_digit(body)) for i, body in enumerate(bodies)]
    manual = world.series(code="MANUAL", numbering={"prefix": prefix, "length": 16, "check_digit": "luhn", "generation": False})
    drawing = world.series(code="DRAW", numbering={"prefix": "DRAWN", "length": 16})
    customer = world.customer(external_id="C-1", mobile="+4915112345678", email="c@example.com")
    owner.post("/v1/card-numbers", {"number": numbers[0]}).ok(201)
    owner.post("/v1/card-numbers", {"number": numbers[1]}).ok(201)
    key = {"Idempotency-Key": "planted-1"}
    linked = owner.post("/v1/cards", {"customer_id": customer["id"], "number": numbers[1]}, headers=key)
    again = owner.post("/v1/cards", {"customer_id": customer["id"], "number": numbers[1]}, headers=key)
    equal((linked.ok(201)["number"], again.ok(201)["id"]), (numbers[1], linked.json["id"]), "linked, and its repeat")
    body = {"customer_id": customer["id"], "series_id": drawing["id"]}
    issued = owner.post("/v1/cards", body, headers={"Idempotency-Key": "planted-2"}).ok(201)
    equal(owner.post("/v1/cards", body, headers={"Idempotency-Key": "planted-2"}).ok(201)["number"], None, "repeat")
    plant("issued number", issued["number"])
    for card in (linked.json, issued):
        owner.post(f"/v1/cards/{card['id']}/reveal", {"reason": "Asked by its owner"}).ok()
        owner.patch(f"/v1/cards/{card['id']}", {"nickname": "Daily", "status": "suspended", "reason": "lost"}).ok()
    batch = world.batch(drawing, 3)
    for i, number in enumerate(owner.get(f"/v1/batches/{batch['id']}/numbers").body.decode().split()):
        plant(f"drawn number {i}", number)
    owner.get(f"/v1/batches/{batch['id']}/numbers", headers={"Range": "bytes=3-20"})
    owner.post("/v1/cards", {"customer_id": customer["id"], "number": PLANTED["drawn number 0"].decode()}).ok(201)
    for number in (numbers[0], numbers[1], numbers[2], issued["number"]):
        owner.post("/v1/card-numbers/check", {"number": number}).ok()
        said.append(owner.post("/v1/customers/search", {"number": number}).body)
    rows = [f"{numbers[3]},MANUAL,", f"{numbers[4]},,C-1", f"{numbers[0]},,", f"{numbers[5]},NOSUCH,", f"{numbers[5]},,nobody",
            f"{numbers[5][:-1]}{(int(numbers[5][-1]) + 1) % 10},,", f"{numbers[5]},{numbers[5]},", f"{numbers[5]},,{numbers[5]}",
            f"x{numbers[5]}x {numbers[5]},,"]
    job = owner.post("/v1/card-numbers/import", body="number,series_code,customer_external_id\n" + "\n".join(rows) + "\n", headers=CSV).ok(202)
    finished(owner, job)
    plant("imported wrong number", rows[5].partition(",")[0])
    said.append(owner.get(f"/v1/jobs/{job['id']}/results").body)
    said.append(owner.get(f"/v1/jobs/{job['id']}/results.csv").body)
    said.append(owner.post("/v1/card-numbers/import", body=f"number,series_code\n{numbers[5]},\"{numbers[5]}\n", headers=CSV).body)
    said.append(owner.post("/v1/card-numbers/import", body=f"{numbers[5]}\n", headers=CSV).body)
    said.append(owner.post("/v1/customers/import", body=f"external_id,{numbers[5]}\nx,y\n", headers=CSV).body)
    said.append(owner.post("/v1/card-numbers", {"number": numbers[2], "status_label": numbers[2] * 4}).body)
    said.append(owner.post("/v1/card-numbers", {"number": numbers[0]}).body)
    return manual, customer, numbers


def plant_mistakes(server, world, owner, numbers, said):
    """A number where none belongs. Each is refused, or finds nothing, and nobody is told the number again."""
    wrong = numbers[2]
    for path, body in (("/v1/customers", {"external_id": "C-9", "colour": wrong}), ("/v1/customers", {"external_id": "C-9", wrong: 1}),
                       ("/v1/customers", {"mobile": wrong + "x"}), ("/v1/customers", {"email": wrong}),
                       ("/v1/customers", {"external_id": "C-9", "date_of_birth": wrong}), ("/v1/customers", {"external_id": int(wrong)}),
                       ("/v1/series", {"code": wrong, "name": wrong, "numbering": {"length": 3}}),
                       ("/v1/series/preview", {"numbering": {"prefix": wrong, "length": 8}}),
                       ("/v1/status-labels", {"label": wrong * 4, "status": "active"}),
                       ("/v1/status-labels", {"label": "Mine", "status": wrong}),
                       ("/v1/cards", {"customer_id": wrong, "number": wrong}), ("/v1/cards", {"customer_id": "cus_" + wrong, "number": wrong}),
                       ("/v1/cards", {"customer_id": "cus_0000000000001", "series_id": wrong, "otp": {"challenge_id": wrong, "code": wrong}}),
                       ("/v1/otp-challenges", {"customer_id": "cus_0000000000001", "number": wrong}),
                       ("/v1/users", {"name": "x@example.com", "role": wrong, "password": wrong}),
                       ("/v1/api-keys", {"name": "x", "role": wrong}), (f"/v1/cards/{wrong}/reveal", {"reason": "x"}),
                       (f"/v1/{wrong}", {}), ("/v1/card-numbers/check", {"number": wrong + " "})):
        reply = owner.post(path, body)
        assert reply.status >= 400, f"{path}: {reply.status}"
        if wrong not in body:  # a field that there is not is named to who sent it, and to nobody else
            said.append(reply.body)
    for path in (f"/v1/cards/{wrong}", f"/v1/cards/card_{wrong}", f"/v1/cards/{wrong}/history", f"/v1/customers/{wrong}", f"/{wrong}",
                 f"/v1/cards?external_id={wrong}", f"/v1/cards?status={wrong}", f"/v1/cards?after={wrong}",
                 f"/v1/cards?customer_id={wrong}", f"/v1/customers?external_id={wrong}", f"/v1/audit?actor={wrong}", f"/v1/audit?subject_id={wrong}",
                 f"/v1/users?name={wrong}", f"/v1/card-numbers/check?number={wrong}", f"/v1/%35{wrong}", f"/health/live?number={wrong}"):
        said.append(owner.get(path).body)
    owner.get(f"/v1/cards?{wrong}=1")  # names the parameter, as above
    said.append(owner.request(wrong, "/v1/cards").body)
    said.append(owner.get("/v1/settings", headers={"User-Agent": wrong, "Referer": "/v1/cards/" + wrong, "X-Request-Id": wrong,
                                                   "X-Forwarded-For": wrong, "Range": wrong, "If-None-Match": wrong}).body)
    said.append(owner.post("/v1/customers", {"external_id": "C-8"}, headers={"Idempotency-Key": wrong}).body)
    said.append(owner.post("/v1/customers", body=f'{{"number": {wrong}', headers={"Content-Type": "application/json"}).body)
    said.append(owner.post("/v1/customers", body=wrong, headers={"Content-Type": wrong}).body)
    for request in (f"GET /v1/cards/{wrong} {wrong} HTTP/1.1\r\nHost: x\r\n\r\n", f"GET /{wrong} HTTP/9.9\r\nHost: x\r\n\r\n", f"{wrong}\r\n\r\n",
                    f"GET / HTTP/1.1\r\nHost: {wrong}\r\n{wrong}\r\n\r\n", f"GET /{wrong}\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
                    f"POST /v1/cards HTTP/1.1\r\nHost: x\r\nContent-Length: {wrong}\r\n\r\n{wrong}",
                    f"POST /v1/cards HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{wrong}\r\n{wrong}",
                    f"POST /v1/cards HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {wrong}\r\nContent-Length: 5000\r\n\r\n{{\"number\": \"{wrong}\"",
                    f"GET /v1/cards?{wrong * 400} HTTP/1.1\r\nHost: x\r\n\r\n", f"GET /{wrong * 400} HTTP/1.1\r\nHost: x\r\n\r\n",
                    f"GET / HTTP/1.1\r\nHost: x\r\nX-Long: {wrong * 2000}\r\n\r\n"):
        said.append(raw(server, request))


def plant_codes(world, owner, customer, said):
    series = world.series(code="CODES", numbering={"prefix": "CODES", "length": 16})
    with world.settings(otp={"enabled": True, "channel": "sms"}):
        challenge = owner.post("/v1/otp-challenges", {"customer_id": customer["id"], "series_id": series["id"]}).ok(201)
        message = owner.get("/v1/outbox").ok()["data"][0]["body"]
        code = plant("code", re.search(r"\b(\d{6})\b", message).group(1))
        wrong = plant("wrong code", f"{(int(code) + 1) % 1_000_000:06d}")
        body = {"customer_id": customer["id"], "series_id": series["id"]}
        said.append(owner.post("/v1/cards", {**body, "otp": {"challenge_id": challenge["id"], "code": wrong}}).body)
        card = owner.post("/v1/cards", {**body, "otp": {"challenge_id": challenge["id"], "code": code}}, headers={"Idempotency-Key": "planted-3"})
        plant("number issued by code", card.ok(201)["number"])
        said.append(owner.post("/v1/cards", {**body, "otp": {"challenge_id": challenge["id"], "code": code}}).body)


def plant_people(server, world, owner, said):
    plant("owner's password", server.password)
    wrong = plant("wrong password", "wrong-" + server.password[::-1])
    mistaken = plant("password as a name", "Mistaken-" + os.urandom(9).hex())
    fresh, other = plant("first password", "First-1-" + os.urandom(9).hex()), plant("second password", "Second-2-" + os.urandom(9).hex())
    client = world.anonymous()
    for name, password in (("owner@example.com", wrong), (mistaken, "x" * 12), ("nobody@example.com", mistaken), (server.password, wrong)):
        said.append(client.post("/v1/sessions", {"name": name, "password": password}).body)
    close = {"Connection": "close"}  # such a connection's memory is freed without being used again
    said.append(client.post("/v1/sessions", {"name": "owner@example.com", "password": wrong}, headers=close).body)
    reply = client.post("/v1/sessions", {"name": "owner@example.com", "password": server.password}, headers=close)
    cookie, csrf = reply.headers["Set-Cookie"].partition(";")[0], reply.ok(201)["csrf_token"]
    plant("session cookie", cookie.partition("=")[2])
    plant("csrf token", csrf)
    signed_in = {"Cookie": cookie, "X-CSRF-Token": csrf}
    client.get("/v1/session", headers=signed_in).ok()
    client.post("/v1/customers", {"external_id": "C-7"}, headers=signed_in).ok(201)
    key = client.post("/v1/api-keys", {"name": "planted", "role": "agent"}, headers=signed_in).ok(201)
    plant("api key", next(value for value in key.values() if isinstance(value, str) and len(value) > 40))
    plant("owner's api key", owner.key)
    harness.Client(server, PLANTED["api key"].decode()).get("/v1/session", headers=close).ok()
    broken = plant("broken api key", PLANTED["api key"].decode()[:-1] + "_")
    said.append(harness.Client(server, broken).get("/v1/session").body)
    said.append(client.get("/v1/session?token=" + broken).body)
    client.post("/v1/users", {"name": "agent@example.com", "role": "agent", "password": fresh}, headers=signed_in).ok(201)
    reply = client.post("/v1/sessions", {"name": "agent@example.com", "password": fresh})
    mine = {"Cookie": reply.headers["Set-Cookie"].partition(";")[0], "X-CSRF-Token": reply.ok(201)["csrf_token"]}
    client.post("/v1/users/me/password", {"current_password": fresh, "new_password": other}, headers=mine).ok(204)
    said.append(client.post("/v1/users/me/password", {"current_password": wrong, "new_password": wrong}, headers=mine).body)
    with open(os.path.join(server.data, "master.key"), encoding="ascii") as file:
        plant("master key", bytes.fromhex(re.search(r"^key: ([0-9a-f]{64})$", file.read(), re.M).group(1)))


def plant_custodian(world, number):
    """A user with a password of his own, for keys; the form that names him."""
    name = f"custodian{number}@example.com"
    first = plant(f"custodian {number}'s first password", f"Given-{number}-" + os.urandom(9).hex())
    own = plant(f"custodian {number}'s password", f"Own-{number}-" + os.urandom(9).hex())
    world.owner.post("/v1/users", {"name": name, "role": "custodian", "password": first}).ok(201)
    client = world.anonymous()
    reply = client.post("/v1/sessions", {"name": name, "password": first})
    mine = {"Cookie": reply.headers["Set-Cookie"].partition(";")[0], "X-CSRF-Token": reply.ok(201)["csrf_token"], "Connection": "close"}
    client.post("/v1/users/me/password", {"current_password": first, "new_password": own}, headers=mine).ok(204)
    return {f"custodian_{number}": name, f"password_{number}": own}


def plant_keys(server, world, owner, said):
    """A key in two components, at the socket and at the terminal; and both where they do not belong."""
    people = {**plant_custodian(world, 1), **plant_custodian(world, 2)}
    one, other = (plant(f"component {number}", os.urandom(16)) for number in (1, 2))
    plant("key of the components", bytes(a ^ b for a, b in zip(one, other)))
    wrong = plant("wrong custodian's password", "wrong-" + os.urandom(9).hex())
    kind = {"usage": "K1", "algorithm": "A", "length": 16, "exportability": "E"}
    body = {"name": "planted", **kind, **people, "component_1": one.hex().upper(), "component_2": other.hex()}
    machine, path = world.machine(), "/v1/keys/import-components"

    def tell(reply, status):
        assert reply.status == status, reply
        said.append(reply.body)
        return reply.json

    def send(path, body, status):
        return tell(machine.post(path, body, headers={"Connection": "close"}), status)

    key = send(path, body, 201)
    send(path, {**body, "password_2": wrong}, 401)
    send(path, {**body, "custodian_2": people["password_2"]}, 401)
    send(path, {**body, "component_2": one.hex()}, 422)
    send(path, {**body, "component_2": other.hex()[:-2]}, 422)
    for field in ("name", "usage", "algorithm", "mode", "exportability"):
        send(path, {**body, field: one.hex().upper()}, 422)
    send(path, {**body, "length": one.hex()}, 422)
    send("/v1/keys/import", {"name": "planted", **people, "transport_key_id": key["id"], "block": one.hex() * 4}, 422)
    send("/v1/keys/import", {"name": "planted", **people, "transport_key_id": one.hex(), "block": "D" * 80}, 422)
    send(f"/v1/keys/{one.hex()}/retire", people, 404)
    tell(owner.post(path, body), 403)
    tell(owner.get("/v1/keys", {"name": other.hex()}), 200)
    typed = [people["custodian_1"], people["password_1"], one.hex(), people["custodian_2"], people["password_2"], other.hex(), "", ""]
    words = ("keys", "import", "typed", "--components", "2", "--usage", "K1", "--algorithm", "A", "--length", "16")
    for answers in (typed, [*typed[:4], wrong, *typed[5:]]):
        done = server.command(*words, check=False, answers=answers)
        equal(done.returncode, 0 if answers is typed else 1, "exit status")
        said.append((done.stdout + done.stderr).encode())
    carried = send("/v1/keys", {"name": "carried", **kind, **people}, 201)
    send(f"/v1/keys/{carried['id']}/export", {"transport_key_id": key["id"], **people}, 200)
    said.append(server.command("keys", "list", "--all").stdout.encode())


def after_the_scene():
    """The server and what it said, once everything was sent; the server still runs."""
    if scene:
        return scene
    opened = running_server("--demo", "--log-level", "debug")
    server = opened.__enter__()
    shared.append(lambda: opened.__exit__(None, None, None))
    said = []
    world = harness.World(server)
    owner = world.owner
    _, customer, numbers = plant_numbers(world, owner, said)
    plant_codes(world, owner, customer, said)
    plant_mistakes(server, world, owner, numbers, said)
    plant_people(server, world, owner, said)
    plant_keys(server, world, owner, said)
    for path in ("/v1/keys", "/v1/audit", "/v1/cards", "/v1/customers", "/v1/jobs", "/v1/series", "/v1/batches", "/v1/users", "/v1/api-keys"):
        said.append(json.dumps(owner.pages(path)).encode())
    time.sleep(1.2)  # events are published a little later
    said.append(owner.get("/v1/events", {"limit": 200}).body)
    said.append(owner.get("/metrics").body)
    for client in world.clients.values():
        if client.connection:
            client.connection.close()
            client.connection = None
    scene.update(server=server, said=b"\n".join(said))
    return scene


@test
def replies():
    """No refusal, list, result or event says a planted value."""
    found = leaks(after_the_scene()["said"], PLANTED)
    assert not found, "in replies: " + ", ".join(found)


def find_gcore():
    return shutil.which("gdb")


def dump_core(server, path):
    done = subprocess.run([find_gcore(), "-nx", "-q", "-batch", "-iex", "set debuginfod enabled off", "-iex", "set auto-load no",
                           "-p", str(server.process.pid), "-ex", "generate-core-file " + path], capture_output=True, text=True, timeout=120, check=False)
    if not os.path.exists(path):
        raise Skipped("gdb may not look into a process here: " + done.stderr.strip().splitlines()[-1])


def without_zeros(path):
    """The file but for its pages that are nothing but zeros: most of a core."""
    page, pages = bytes(4096), []
    with open(path, "rb") as file:
        while piece := file.read(4096):
            if piece != page:
                pages.append(piece)
    return b"".join(pages)


def leave_in_freed_memory(server):
    """Requests whose connections end with them: what held them is freed, and nothing has been written over it yet."""
    for password in ("owner's password", "wrong password"):
        body = json.dumps({"name": "owner@example.com", "password": PLANTED[password].decode()})
        assert b" 201 " in (answer := raw(server, "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                          f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}")) or b" 401 " in answer
    body, key = json.dumps({"number": PLANTED["number 1"].decode()}), PLANTED["owner's api key"].decode()
    assert b" 200 " in raw(server, "POST /v1/card-numbers/check HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                           f"{key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}")


@test
def core_dump():
    """A core of the running server: no master key, no password, no number."""
    if find_gcore() is None:
        raise Skipped("there is no gdb")
    server = after_the_scene()["server"]
    path = os.path.join(server.directory, "core")
    leave_in_freed_memory(server)
    dump_core(server, path)
    core = without_zeros(path)
    assert b"Asked by its owner" in core, "this is no core of the server"
    found = leaks(core, {name: value for name, value in PLANTED.items() if len(value) > 6})
    if os.environ.get("CARDWRIGHT_KEEP_CORE"):
        shutil.copy(path, os.environ["CARDWRIGHT_KEEP_CORE"])
        with open(os.environ["CARDWRIGHT_KEEP_CORE"] + ".planted", "w") as file:
            json.dump({name: value.decode("latin-1") for name, value in PLANTED.items()}, file)
    os.unlink(path)
    assert not found, "in the core: " + ", ".join(found)


@test
def at_rest():
    """Database, its log, high-water, signed heads, server log, rows that were kept: nothing of it."""
    server = after_the_scene()["server"]
    found = []

    def look(where, content):
        found.extend(f"{where}: {leak}" for leak in leaks(content, PLANTED))

    def look_at_files(when):
        files = [path for path in glob.glob(os.path.join(server.data, "*"))
                 if os.path.isfile(path) and os.path.basename(path) != "master.key"]
        names = {os.path.basename(path) for path in files}
        assert {"cardwright.db", "high-water", "audit-heads"} <= names, names
        for path in (*files, server.log_path):
            with open(path, "rb") as file:
                look(f"{os.path.basename(path)} {when}", file.read())

    if server.process is not None:
        look_at_files("while it runs")
        equal(server.stop(), 0, "exit status")
    look_at_files("after it")
    connection = sqlite3.connect(os.path.join(server.data, "cardwright.db"))
    counts = {}
    for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        for row in connection.execute(f"SELECT * FROM {table}"):
            counts[table] = counts.get(table, 0) + 1
            look(f"table {table}", b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row
                                             if isinstance(value, (bytes, str))))
    connection.close()
    for table in ("idempotency", "job_chunk", "audit", "event", "otp_challenge", "registered_number", "api_key", "session", "key_block"):
        assert counts.get(table), f"nothing was written to {table}: the scene does not reach it"
    with open(os.path.join(server.data, "master.key"), "rb") as file:
        look("master.key", b"\n".join(line for line in file.read().splitlines() if not line.startswith(b"key:")))
    with open(server.log_path, "rb") as file:
        log = file.read()
    assert log.count(b'"level":"debug"') + log.count(b'"level":"info"') > 50, "the log says nothing"
    assert not found, "; ".join(sorted(set(found)))


@test
def the_search_finds():
    """The search itself: in each coding, at each place, a value that is there is found."""
    values = {"v": b"5191234567890123"}
    for before in range(4):
        text = b"abc"[:before] + values["v"] + b"tail"
        for coded in (text, text.decode().encode("utf-16-le"), b"\0" + text.decode().encode("utf-16-be"), text.hex().encode(),
                      text.hex().upper().encode(), base64.b64encode(text), base64.urlsafe_b64encode(text)):
            assert leaks(b"\xff\x00" + coded + b"\x00", values), (before, coded)
    assert not leaks(b"519123456789012 5191234567890124", values)
    assert leaks(b' "123456" ', {"c": b"123456"}) and not leaks(b"1234567", {"c": b"123456"})
