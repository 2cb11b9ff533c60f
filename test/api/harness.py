"""What the API tests stand on: the program in a fresh data directory, clients, and checks of every reply.

A test is a function of one argument, the World, marked with @test. Every JSON reply of the suite is validated against
the program's own OpenAPI document, and which operations and which problem codes were met is counted. Card numbers that
a test sees are remembered; none of them may stand in the server's log. Only Debian's python3 and python3-jsonschema.
"""

import contextlib
import http.client
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

import jsonschema

BINARY = os.environ.get("CARDWRIGHT_TEST_PROGRAM", "build/src/main/cardwright")
# What any operation may say; the document names the others by operation.
GENERAL_CODES = {"invalid_input", "idempotency_key_reused", "unauthenticated", "forbidden", "not_found", "body_too_large"}
PROBLEM_KEYS = {"type", "title", "status", "code", "detail", "request_id"}

IDLE_SECONDS = 10  # the server closes a connection that is silent for longer than it likes

registry = []


def test(function):
    registry.append(function)
    return function


def test_name(function):
    return function.__module__.removeprefix("test_") + "." + function.__name__


class Document:
    """The OpenAPI document, and what of it was met."""

    def __init__(self, document):
        self.document = document
        self.resolver = jsonschema.RefResolver.from_schema(document)
        self.operations = {}
        for path, item in document["paths"].items():
            parts = re.split(r"\{[^}]*\}", path)
            pattern = re.compile("[^/]+".join(re.escape(part) for part in parts))
            for method, operation in item.items():
                if method in ("get", "head", "post", "put", "patch", "delete"):
                    self.operations[operation["operationId"]] = (method.upper(), pattern, "{" in path, operation)
        self.called = set()
        self.codes = set()
        self.undocumented = set()
        self.lock = threading.Lock()

    def find(self, method, path):
        found = [(templated, name) for name, (its_method, pattern, templated, _) in self.operations.items()
                 if its_method == method and pattern.fullmatch(path)]
        return min(found)[1] if found else None

    def check(self, reply):
        """The reply is one that the document announces."""
        name = self.find(reply.method, urllib.parse.unquote(reply.path.partition("?")[0]))
        with self.lock:
            if name is not None:
                self.called.add(name)
            if reply.is_problem:
                self.codes.add(reply.json["code"])
        if reply.is_problem:
            check_problem(reply)
        if name is None:
            assert reply.is_problem, f"{reply}: not in the document"
            return
        responses = self.operations[name][3]["responses"]
        response = responses.get(str(reply.status)) or responses.get("default")
        assert response is not None, f"{reply}: the document has no such reply of {name}"
        response = self.resolve(response)
        if reply.is_problem and str(reply.status) in responses and reply.json["code"] not in GENERAL_CODES | set(
                re.findall(r"\w+", response["description"])):
            self.undocumented.add(f"{name}: {reply.json['code']}")
        if reply.method == "HEAD" or (reply.status == 204 and not reply.body):
            return
        content = {kind.partition(";")[0]: of_kind for kind, of_kind in response.get("content", {}).items()}
        assert reply.media_type in content, f"{reply}: {reply.media_type} is not in {sorted(content)}"
        schema = content[reply.media_type].get("schema")
        if schema is not None and reply.json is not None:
            validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
            faults = [f"{'.'.join(map(str, fault.absolute_path))}: {fault.message}" for fault in validator.iter_errors(reply.json)]
            assert not faults, f"{reply}: not as in the document: {faults}"

    def resolve(self, thing):
        return self.resolver.resolve(thing["$ref"])[1] if "$ref" in thing else thing

    def never_called(self):
        return sorted(set(self.operations) - self.called)


def check_problem(reply):
    """RFC 9457, with what Cardwright adds."""
    problem = reply.json
    assert PROBLEM_KEYS <= set(problem), f"{reply}: lacks {PROBLEM_KEYS - set(problem)}"
    assert set(problem) <= PROBLEM_KEYS | {"errors"}, f"{reply}: unexpected members"
    assert problem["status"] == reply.status, f"{reply}: says status {problem['status']}"
    assert problem["type"].endswith("/problems/" + problem["code"]), f"{reply}: type and code differ"
    assert problem["request_id"].startswith("req_"), f"{reply}: request id"
    for fault in problem.get("errors", []):
        assert set(fault) == {"field", "code", "message"} and fault["message"], f"{reply}: {fault}"


class Reply:
    def __init__(self, method, path, response, body):
        self.method, self.path = method, path
        self.status = response.status
        self.headers = response.headers
        self.body = body
        self.media_type = (response.headers.get("Content-Type") or "").partition(";")[0].strip()
        is_json = self.media_type in ("application/json", "application/problem+json") and body
        self.json = json.loads(body) if is_json else None
        self.is_problem = self.media_type == "application/problem+json" and bool(body)

    def __str__(self):
        shown = self.body[:700].decode("utf-8", "replace") if self.json is not None else f"{len(self.body)} bytes"
        return f"{self.method} {self.path} -> {self.status} {shown}"

    def ok(self, status=200):
        assert self.status == status, f"expected {status}: {self}"
        return self.json

    def problem(self, status, code, *faults):
        """It was refused so; the faults are all of them, in any order, unless none is given."""
        assert self.status == status and self.is_problem, f"expected {status} {code}: {self}"
        assert self.json["code"] == code, f"expected {code}: {self}"
        if faults:
            found = sorted((fault["field"], fault["code"]) for fault in self.json.get("errors", []))
            assert found == sorted(faults), f"expected {sorted(faults)}: {self}"
        return self.json


class Client:
    """One keep-alive connection; for one thread."""

    def __init__(self, server, key=None):
        self.server, self.key = server, key
        self.connection, self.used = None, 0

    def clone(self):
        return Client(self.server, self.key)

    def request(self, method, path, json_body=None, body=None, headers=None, query=None):
        sent = {"Authorization": "Bearer " + self.key} if self.key else {}
        if json_body is not None:
            body = json.dumps(json_body)
            sent["Content-Type"] = "application/json"
        if isinstance(body, str):
            body = body.encode()
        sent.update(headers or {})
        if query:
            path += "?" + urllib.parse.urlencode(query)
        response, data = self.exchange(method, path, body, {name: value for name, value in sent.items() if value is not None})
        reply = Reply(method, path, response, data)
        if self.server.document is not None:
            self.server.document.check(reply)
        return reply

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)

    def exchange(self, method, path, body, headers):
        if self.connection is None:
            self.connection = self.connect()
        elif time.monotonic() - self.used > IDLE_SECONDS:
            self.connection.close()  # it opens itself again
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            data = response.read()
            self.used = time.monotonic()
        except BaseException:
            self.connection.close()
            self.connection = None
            raise
        if response.headers.get("Connection", "").lower() == "close":
            self.connection.close()
            self.connection = None
        return response, data

    def get(self, path, query=None, headers=None):
        return self.request("GET", path, query=query, headers=headers)

    def head(self, path, query=None, headers=None):
        return self.request("HEAD", path, query=query, headers=headers)

    def post(self, path, json=None, headers=None, body=None):
        return self.request("POST", path, json_body=json, body=body, headers=headers)

    def patch(self, path, json=None, headers=None, body=None):
        return self.request("PATCH", path, json_body=json, body=body, headers=headers)

    def delete(self, path, headers=None):
        return self.request("DELETE", path, headers=headers)

    def pages(self, path, query=None, limit=200):
        """Every object of a list, page by page."""
        found, after = [], None
        while True:
            page = self.get(path, {**(query or {}), "limit": limit, **({"after": after} if after else {})}).ok()
            assert len(page["data"]) <= limit
            found += page["data"]
            after = page["next"]
            if after is None:
                return found


class LocalConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class LocalClient(Client):
    """Somebody at the machine: through the data directory's socket, as the command line."""

    def clone(self):
        return LocalClient(self.server)

    def connect(self):
        return LocalConnection(os.path.join(self.server.data, "cardwright.sock"))


class Server:
    """The program on a data directory of its own, on SQLite or on a new database of CARDWRIGHT_TEST_POSTGRES."""

    def __init__(self, engine, flags=()):
        self.directory = tempfile.mkdtemp(prefix="cardwright-api-")
        self.data = os.path.join(self.directory, "data")
        self.log_path = os.path.join(self.directory, "log")
        self.process = self.document = self.database = self.database_url = None
        self.flags = list(flags)
        self.lock = threading.Lock()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("CARDWRIGHT_")}
        if engine == "postgres":
            self.make_database()

    def make_database(self):
        url = os.environ["CARDWRIGHT_TEST_POSTGRES"]
        self.database = f"cardwright_api_{os.getpid()}"
        self.psql(url, f"CREATE DATABASE {self.database}")
        parts = urllib.parse.urlsplit(url)
        # Not urlunsplit: of an empty host it leaves out the slashes.
        self.database_url = f"{parts.scheme}://{parts.netloc}/{self.database}?{parts.query}".rstrip("?")

    @staticmethod
    def psql(url, sql):
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, url], check=True, stdout=subprocess.DEVNULL)

    def command(self, *words, check=True, answers=()):
        """With answers to what it asks, line by line."""
        line = [BINARY, *words, "--data", self.data]
        line += ["--database", self.database_url] if self.database_url else []
        done = subprocess.run(line, capture_output=True, text=True, timeout=120, env=self.environment,
                              input="".join(answer + "\n" for answer in answers))
        assert not check or done.returncode == 0, f"{' '.join(words)}: exit {done.returncode}\n{done.stderr}"
        return done

    def init(self):
        printed = self.command("init", "--organization", "Test", "--owner", "owner@example.com").stdout
        password = re.search(r"password:\s*(\S+)", printed)
        assert password, "init printed no password"
        self.password = password.group(1)

    def start(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        line = [BINARY, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}", *self.flags]
        line += ["--database", self.database_url] if self.database_url else []
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(line, stdout=log, stderr=log, env=self.environment)
        until = time.monotonic() + 30
        while not self.is_ready():
            assert self.process.poll() is None, "the server ended:\n" + self.log()[-3000:]
            assert time.monotonic() < until, "the server does not become ready:\n" + self.log()[-3000:]
            time.sleep(0.05)

    def is_ready(self):
        client = Client(self)
        try:
            return client.exchange("GET", "/health/ready", None, {})[0].status == 200
        except OSError:
            return False
        finally:
            if client.connection:
                client.connection.close()

    def stop(self):
        """Asks it to stop; its exit status."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return -1
        finally:
            self.process = None

    def api_key(self, role, name):
        with self.lock:
            return self.command("api-key", "create", "--name", name, "--role", role).stdout.strip()

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def remove(self):
        self.stop()
        if self.database:
            self.psql(os.environ["CARDWRIGHT_TEST_POSTGRES"], f"DROP DATABASE IF EXISTS {self.database}")
        shutil.rmtree(self.directory, ignore_errors=True)


class World:
    """What tests share: one organisation, a client for each role, and short words for making things."""

    def __init__(self, server):
        self.server = server
        self.counter = itertools.count(1)
        self.clients = {}
        self.secrets = set()
        self.owner = self.client("owner")

    def client(self, role):
        if role not in self.clients:
            self.clients[role] = Client(self.server, self.server.api_key(role, "test-" + role))
        return self.clients[role]

    def anonymous(self):
        return Client(self.server)

    def machine(self):
        return LocalClient(self.server)

    def unique(self, word="x"):
        return f"{word}{next(self.counter):05d}"

    def remember(self, *numbers):
        self.secrets.update(numbers)

    def series(self, client=None, numbering=None, **fields):
        """A series of numbers that no other has: letters first, or for payment kinds six digits of its own."""
        payment = fields.get("kind", "loyalty") != "loyalty"
        numbering = {"length": 16, **({"check_digit": "luhn"} if payment else {}), **(numbering or {})}
        numbering.setdefault("prefix", f"4{next(self.counter):05d}" if payment else self.unique("T"))
        body = {"code": self.unique("S"), "name": "Series", **fields, "numbering": numbering}
        return (client or self.owner).post("/v1/series", body).ok(201)

    def batch(self, series, count, client=None, **fields):
        return (client or self.owner).post(f"/v1/series/{series['id']}/batches", {"count": count, **fields}).ok(201)

    def numbers(self, batch, client=None):
        reply = (client or self.owner).get(f"/v1/batches/{batch['id']}/numbers")
        reply.ok()
        lines = reply.body.decode("ascii").split("\n")
        assert lines.pop() == "", "the file ends with a newline"
        self.remember(*lines[:1000])
        return lines

    def customer(self, client=None, **fields):
        fields = fields or {"external_id": self.unique("C")}
        return (client or self.owner).post("/v1/customers", fields).ok(201)

    def issue(self, customer, series=None, number=None, client=None, **fields):
        body = {"customer_id": customer["id"], **fields}
        body.update({"series_id": series["id"]} if series else {"number": number})
        card = (client or self.owner).post("/v1/cards", body).ok(201)
        if card["number"]:
            self.remember(card["number"])
        return card

    def label(self, status, **fields):
        return self.owner.post("/v1/status-labels", {"label": self.unique("Label "), "status": status, **fields}).ok(201)

    def default_label(self, status):
        labels = self.owner.pages("/v1/status-labels", {"status": status})
        return next(label for label in labels if label["default"])

    def check(self, number):
        return self.owner.post("/v1/card-numbers/check", {"number": number}).ok()

    def other_id(self, prefix, thing):
        """A well-formed id that nothing of this kind has."""
        return prefix + "_" + thing["id"].partition("_")[2]

    @contextlib.contextmanager
    def settings(self, **changes):
        """The organisation's settings changed for a while."""
        before = self.owner.get("/v1/settings").ok()
        try:
            yield self.owner.patch("/v1/settings", changes).ok()
        finally:
            self.owner.patch("/v1/settings", {name: before[name] for name in changes}).ok()

    def together(self, actions):
        """Runs the functions at once, each with a client of its own; their results in order."""
        results = [None] * len(actions)
        barrier = threading.Barrier(len(actions))

        def run(index, action):
            client = self.owner.clone()
            barrier.wait()
            try:
                results[index] = action(client)
            except BaseException as fault:
                results[index] = fault

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return results


def equal(found, expected, what=""):
    assert found == expected, f"{what}: expected {expected!r}, found {found!r}"


def holds(thing, **expected):
    """The members named have these values."""
    for name, value in expected.items():
        equal(thing[name], value, name)


def luhn_sum(number):
    """ISO/IEC 7812-1, annex B, over the decimal digits: a sum that is right ends with 0."""
    digits = [int(c) for c in reversed(number) if c.isdigit()]
    return sum(digit if i % 2 == 0 else sum(divmod(2 * digit, 10)) for i, digit in enumerate(digits)) % 10
