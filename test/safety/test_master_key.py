"""The life of the master key: every way of sealing it opens the same data, two people are two, and a change of the master
key that was cut short anywhere is completed or undone by whatever opens the installation next."""
import http.client
import json
import os
import pty
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import time

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

import harness
from harness import equal
from support import Skipped, refuses, run, running_server, test

FIRST, PASSWORD = "correct horse 1 battery", "correct horse 2 battery"
ASHA, BEN, AGENT = "asha@example.com", "ben@example.com", "agent@example.com"
NUMBER = "MAN123456789"
ONE = "0123456789abcdeffedcba98765432100f1e2d3c4b5a69788796a5b4c3d2e1f0"
TWO = "A5B4-C3D2-E1F0 0F1E-2D3C-4B5A 6978-8796 0011-2233 4455-6677 8899-AABB CCDD-EEFF"
THREE = "13" + ONE[2:]
SOFTHSM = next((path for path in ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                                  "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so") if os.path.exists(path)), None)


def key_of(*components):
    values = [int(re.sub("[ -]", "", component), 16) for component in components]
    key = 0
    for value in values:
        key ^= value
    return key.to_bytes(32, "big")


def check_value(key):
    """ANSI X9.24-1:2017, annex A: the CMAC of a block of zeros."""
    mac = CMAC(AES(key))
    mac.update(bytes(16))
    return mac.finalize()[:5].hex().upper()


def make_people(world):
    """Users whose passwords are their own; all but the agent may hold keys."""
    for name, role in ((ASHA, "custodian"), (BEN, "custodian"), (AGENT, "agent")):
        world.owner.post("/v1/users", {"name": name, "role": role, "password": FIRST}).ok(201)
        client = world.anonymous()
        session = client.post("/v1/sessions", {"name": name, "password": FIRST})
        headers = {"Cookie": session.headers["Set-Cookie"].partition(";")[0], "X-CSRF-Token": session.ok(201)["csrf_token"]}
        client.post("/v1/users/me/password", {"current_password": FIRST, "new_password": PASSWORD}, headers=headers).ok(204)
    world.owner.post("/v1/users", {"name": "new@example.com", "role": "custodian", "password": FIRST}).ok(201)


class House:
    """A server that has people, and data that only the right keys open."""

    def __init__(self, server):
        self.server, self.world = server, harness.World(server)
        make_people(self.world)
        self.world.series(code="MANUAL", numbering={"prefix": "MAN", "length": 12, "generation": False})
        self.card = self.world.owner.post("/v1/card-numbers", {"number": NUMBER}).ok(201)

    def holds_data(self):
        self.world.owner.connection = None
        reply = self.world.owner.post(f"/v1/cards/{self.card['id']}/reveal", {"reason": "Sealed anew"})
        equal(reply.ok()["number"], NUMBER, "the registered number")
        self.world.owner.post("/v1/card-numbers", {"number": NUMBER}).problem(409, "number_already_registered")

    def audited(self, action):
        self.world.owner.connection = None
        return [record for record in self.world.owner.get("/v1/audit", {"action": action, "limit": 50}).ok()["data"]]

    def path(self, name):
        return os.path.join(self.server.data, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(self.path(name), 0o600)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="ascii") as file:
            return file.read()

    def ask(self, words, *answers, status=0):
        """A command whose questions are answered on standard input; what it said."""
        line = [harness.BINARY, *words, "--data", self.server.data]
        done = subprocess.run(line, input="".join(answer + "\n" for answer in answers), capture_output=True, text=True,
                              timeout=60, env=self.server.environment)
        said = done.stdout + done.stderr
        equal(done.returncode, status, f"{' '.join(words)}: {said}")
        for secret in (ONE, TWO, THREE, PASSWORD):
            assert secret not in said and secret.upper() not in said, "what was typed is shown"
        return said

    def start_waiting(self):
        """Serves, and returns when it waits for components."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.server.port = probe.getsockname()[1]
        line = [harness.BINARY, "serve", "--data", self.server.data, "--listen", f"127.0.0.1:{self.server.port}"]
        with open(self.server.log_path, "ab") as log:
            self.server.process = subprocess.Popen(line, stdout=log, stderr=log, env=self.server.environment)
        self.wait_until(lambda: self.knock("GET", "/unlock") == (200, {"parts": 2, "missing": 2}), "waits")

    def wait_until(self, condition, what):
        until = time.monotonic() + 20
        while not condition():
            assert self.server.process.poll() is None, f"the server ended: {self.server.log()[-2000:]}"
            assert time.monotonic() < until, f"never {what}: {self.server.log()[-2000:]}"
            time.sleep(0.02)

    def knock(self, method, path):
        """A call through the local socket: status and body, or None when nobody listens."""
        connection = http.client.HTTPConnection("localhost", timeout=20)
        connection.sock = socket.socket(socket.AF_UNIX)
        try:
            connection.sock.connect(self.path("cardwright.sock"))
            connection.request(method, path)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def unlock(self, name, password, component, *said, status=0):
        shown = self.ask(["keys", "unlock"], name, password, component, status=status)
        for words in said:
            assert words in shown, f"it does not say \"{words}\": {shown}"

    def wait_for_end(self, status):
        equal(self.server.process.wait(timeout=20), status, "exit status")
        self.server.process = None


@test
def components():
    """A key from two people: each his own, in any order, and nothing but the right ones."""
    with running_server() as server:
        house = House(server)
        init = ["keys", "init", "--seal", "components"]
        said = house.ask(init, ASHA, PASSWORD, ONE, BEN, PASSWORD, TWO, status=1)
        assert "stop the server first" in said, said
        equal(server.stop(), 0, "exit status")
        before = house.read("master.key")
        for answers, why in (
                ([ASHA, PASSWORD, ONE, ASHA, PASSWORD, ASHA, PASSWORD, ASHA, PASSWORD], "Two different key custodians"),
                ([ASHA, "wrong", ""], "password is wrong"),
                ([AGENT, PASSWORD, ""], "may not act as a key custodian"),
                (["new@example.com", FIRST, ""], "may not act as a key custodian"),
                ([ASHA, PASSWORD, ONE, BEN, PASSWORD, ONE], "Another custodian entered that component"),
                ([ASHA, PASSWORD, ONE[:32], "00" * 32, ""], "That is no component"),
                ([ASHA, PASSWORD, ""], "without a terminal"),
                ([ASHA, PASSWORD, ONE], "nobody was named")):
            said = house.ask(init, *answers, status=1)
            assert why in said, f"it does not say \"{why}\": {said}"
        equal(house.read("master.key"), before, "the master key's file")
        assert not os.path.exists(house.path("master.key.next"))

        said = house.ask(init, ASHA, PASSWORD, ONE, BEN, PASSWORD, TWO)
        value = check_value(key_of(ONE, TWO))
        for part in (value, check_value(key_of(ONE)), check_value(key_of(TWO))):
            assert part in said, f"no check value {part}: {said}"
        file = house.read("master.key")
        assert f"seal: components\nparts: 2\nvalue: {value.lower()}\n" in file, file

        said = house.ask(init, ASHA, PASSWORD, ONE, BEN, PASSWORD, TWO, ASHA, PASSWORD, ONE, BEN, PASSWORD, TWO, status=1)
        assert "in use already" in said and "nothing was changed" in said, said

        house.start_waiting()
        equal(house.knock("GET", "/v1/session")[1]["code"], "keys_locked", "anything else")
        assert "waits for the components" in house.ask(["user", "reset", ASHA], status=1)
        house.unlock(ASHA, PASSWORD, ONE, check_value(key_of(ONE)), "missing: 1")
        house.unlock(ASHA, PASSWORD, TWO, "Two different key custodians", status=1)
        house.unlock(BEN, "wrong", TWO, "password is wrong", status=1)
        house.unlock(AGENT, PASSWORD, TWO, "may not act", status=1)
        house.unlock("new@example.com", FIRST, TWO, "may not act", status=1)
        house.unlock(BEN, PASSWORD, ONE, "same as another", status=1)
        house.unlock(BEN, PASSWORD, THREE, "do not make the right key", status=1)
        equal(house.knock("GET", "/unlock"), (200, {"parts": 2, "missing": 2}), "after a wrong set")
        house.unlock(BEN, PASSWORD, ONE, "missing: 1")  # who enters which does not matter
        house.unlock(ASHA, PASSWORD, TWO, "complete")
        house.wait_until(server.is_ready, "ready")
        house.holds_data()
        assert "does not wait" in house.ask(["keys", "unlock"], status=1)
        equal([record["detail"]["custodians"] for record in house.audited("keys.unlocked")], [f"{BEN}, {ASHA}", f"{ASHA}, {BEN}"], "who unlocked; the newest first")
        changed = house.audited("keys.master_changed")
        equal([(record["result"], record["detail"]["check_value"], record["detail"]["custodians"]) for record in changed],
              [("ok", value, f"{ASHA}, {BEN}")], "who changed the master key")
        equal(server.stop(), 0, "exit status")
        for secret in (ONE, TWO, ONE.upper(), THREE, PASSWORD):
            assert secret not in server.log(), "what was typed is in the log"

        house.start_waiting()
        server.process.send_signal(signal.SIGTERM)
        house.wait_for_end(0)
        house.start_waiting()
        for _ in range(10):
            house.unlock(ASHA, "wrong", ONE, status=1)
        house.wait_for_end(3)
        assert "keys.given_up" in server.log()

        # A command that opens the installation by itself asks at the terminal.
        assert "records verified" in house.ask(["audit", "verify"], BEN, PASSWORD, TWO, ASHA, PASSWORD, ONE)
        house.ask(["audit", "verify"], BEN, PASSWORD, TWO, ASHA, PASSWORD, THREE, status=1)
        # And away from components again.
        house.ask(["keys", "init", "--seal", "mode"], ASHA, PASSWORD, TWO, BEN, PASSWORD, ONE, ASHA, PASSWORD, BEN, PASSWORD)
        server.start()
        house.holds_data()


class Terminal:
    """A person at a terminal of her own: reads what is shown, and types."""

    def __init__(self, line, environment):
        self.all = self.unread = ""
        self.process, self.fd = pty.fork()
        if self.process == 0:
            os.execve(line[0], line, environment)

    def read_until(self, words):
        until = time.monotonic() + 20
        while words not in self.unread:
            assert time.monotonic() < until and self.read(), f"never shown: \"{words}\"; this was: {self.all}"
        shown, _, self.unread = self.unread.partition(words)
        return shown

    def read(self):
        if not select.select([self.fd], [], [], 20)[0]:
            return False
        try:
            got = os.read(self.fd, 4096).decode()
        except OSError:  # the program has ended
            return False
        self.all += got
        self.unread += got
        return got != ""

    def answer(self, question, line):
        shown = self.read_until(question)
        time.sleep(0.02)  # the echo is off when the question stands there, and what was typed before is thrown away
        os.write(self.fd, (line + "\n").encode())
        return shown

    def end(self):
        while self.read():
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


@test
def made_at_a_terminal():
    """A component that the program makes is shown once, on the terminal, and has to be written down."""
    with running_server() as server:
        house = House(server)
        equal(server.stop(), 0, "exit status")
        line = [os.path.abspath(harness.BINARY), "keys", "init", "--seal", "components", "--data", server.data]
        terminal = Terminal(line, server.environment)
        terminal.answer("name: ", ASHA)
        terminal.answer("password: ", PASSWORD)
        terminal.answer("Enter for a new one: ", "")
        shown = terminal.read_until("press Enter")
        os.write(terminal.fd, b"\x03\x1c\x1a\n")  # Ctrl-C, Ctrl-\, Ctrl-Z: not while it is shown
        made = re.search(r"((?:[0-9A-F]{4} ){15}[0-9A-F]{4})\s+check value: ([0-9A-F]{10})", shown)
        assert made, f"no component is shown: {shown}"
        equal(made[2], check_value(key_of(made[1])), "its check value")
        assert "component" not in terminal.read_until("\033[2J\033[3J\033[H"), f"the screen is cleared next: {terminal.all!r}"
        terminal.answer("written down: ", ONE)
        terminal.read_until("not the component that was shown")
        terminal.answer("written down: ", made[1].lower())
        terminal.answer("name: ", BEN)
        terminal.answer("password: ", PASSWORD)
        terminal.answer("Enter for a new one: ", TWO)
        equal(terminal.end(), 0, f"exit status; this was shown: {terminal.all}")
        assert check_value(key_of(made[1], TWO)) in terminal.all
        equal(terminal.all.upper().count(made[1]), 1, "how often the component stands there")
        for secret in (ONE, TWO, PASSWORD):
            assert secret not in terminal.all, "what is typed is shown"
        other = Terminal(line, server.environment)
        for question, typed in (("name: ", ASHA), ("password: ", PASSWORD), ("while it is typed): ", made[1]),
                                ("name: ", BEN), ("password: ", PASSWORD), ("while it is typed): ", TWO),
                                ("name: ", ASHA), ("password: ", PASSWORD), ("Enter for a new one: ", "")):
            other.answer(question, typed)
        other.read_until("press Enter")
        os.kill(other.process, signal.SIGTERM)
        equal(other.end(), -signal.SIGTERM, "exit status")
        assert other.all.endswith("\033[2J\033[3J\033[H"), "it ends with a clear screen"
        house.start_waiting()
        house.unlock(BEN, PASSWORD, TWO, "missing: 1")
        assert "complete" in house.ask(["keys", "unlock"], ASHA, PASSWORD, made[1])
        house.wait_until(server.is_ready, "ready")
        house.holds_data()


@test
def token():
    """A key that never leaves a token, from the first moment or later."""
    if SOFTHSM is None or shutil.which("softhsm2-util") is None:
        raise Skipped("there is no SoftHSM2")
    with running_server() as server:
        house = House(server)
        equal(server.stop(), 0, "exit status")
        os.mkdir(house.path("tokens"))
        configuration = house.write("softhsm2.conf", f"directories.tokendir = {house.path('tokens')}\n")
        server.environment["SOFTHSM2_CONF"] = configuration
        subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", "house", "--so-pin", "87654321", "--pin", "1234"],
                       check=True, stdout=subprocess.DEVNULL, env=server.environment)
        pin, wrong = house.write("pin", "1234\n"), house.write("wrong-pin", "4321\n")
        place = ["--seal", "pkcs11", "--module", SOFTHSM, "--token", "house"]
        init = ["keys", "init", *place, "--new-passphrase-file"]
        people = [ASHA, PASSWORD, BEN, PASSWORD]
        before = house.read("master.key")
        house.ask([*init, wrong], *people, status=1)
        equal(house.read("master.key"), before, "the master key's file")
        said = house.ask([*init, pin], *people)
        assert "sealed by: pkcs11" in said and "key: cardwright-master\n" in house.read("master.key"), said
        assert "master-2" not in said
        server.flags = ["--keys-passphrase-file", pin]
        server.start()
        house.holds_data()
        equal(server.stop(), 0, "exit status")
        refuses(server, ["audit", "verify", "--keys-passphrase-file", wrong], "token house")
        refuses(server, ["serve", "--listen", "127.0.0.1:0", "--keys-passphrase-file", wrong], "does not sign in", status=3)
        refuses(server, ["audit", "verify"], "token house")
        said = house.ask([*init, pin, "--keys-passphrase-file", pin], *people, status=1)
        assert "cardwright-master" in said, said  # the label is taken
        house.ask([*init, pin, "--key", "second", "--keys-passphrase-file", pin], *people)
        server.start()
        house.holds_data()
        equal(server.stop(), 0, "exit status")
        house.write("master.key", house.read("master.key").replace("key: second\n", "key: cardwright-master\n"))
        refuses(server, ["audit", "verify", "--keys-passphrase-file", pin], "damaged")  # the file was changed by hand

        other = server.data + "-2"
        try:
            done = run(server, "init", *place, "--key", "third", "--keys-passphrase-file", pin, data=other)
            equal(done.returncode, 0, done.stderr)
            assert "records verified" in run(server, "audit", "verify", "--keys-passphrase-file", pin, data=other).stdout
            refuses(server, ["init", "--seal", "components"], "two key custodians", data=other + "x", status=2)
        finally:
            shutil.rmtree(other, ignore_errors=True)


@test
def passphrase():
    """From the file's mode to a passphrase and to another; an old file opens only what is of its time."""
    with running_server() as server:
        house = House(server)
        backup = os.path.join(server.directory, "backup.db")
        server.command("backup", backup)
        equal(server.stop(), 0, "exit status")
        old = os.path.join(server.directory, "old.key")
        shutil.copy2(house.path("master.key"), old)
        first, second = house.write("first", "a passphrase\n"), house.write("second", "another passphrase\n")
        refuses(server, ["keys", "init"], "usage", status=2)
        for words, named in ((["none"], "none"), (["passphrase"], "--new-passphrase-file"),
                             (["components", "--parts", "1"], "--parts"), (["mode", "--parts", "2"], "--parts"),
                             (["mode", "--new-passphrase-file", first], "--new-passphrase-file"),
                             (["pkcs11", "--token", "house"], "--module")):
            refuses(server, ["keys", "init", "--seal", *words], named, status=2)
        house.ask(["keys", "init", "--seal", "passphrase", "--new-passphrase-file", first, "--keys-dual-control", "0"], ASHA, PASSWORD)
        refuses(server, ["audit", "verify"], "passphrase")
        refuses(server, ["audit", "verify", "--keys-passphrase-file", second], "wrong passphrase")
        house.ask(["keys", "init", "--seal", "passphrase", "--new-passphrase-file", second, "--keys-passphrase-file", first],
                  ASHA, PASSWORD, BEN, PASSWORD)
        server.flags = ["--keys-passphrase-file", second]
        server.start()
        house.holds_data()
        equal(server.stop(), 0, "exit status")
        refuses(server, ["audit", "verify", "--keys-master-key-file", old], "is not the one of this database")
        # A change that was cut short needs the passphrase of the file that holds.
        shutil.copy2(house.path("master.key"), house.path("master.key.next"))
        shutil.copy2(old, house.path("master.key"))
        refuses(server, ["audit", "verify"], "cut short")
        server.start()
        house.holds_data()
        assert not os.path.exists(house.path("master.key.next"))


def open_and_judge(house, files):
    """What reads beside others touches nothing; what opens alone tidies up; the key is one of the two."""
    assert "records verified" in house.ask(["audit", "verify"])
    equal(sorted(name for name in os.listdir(house.server.data) if name.startswith("master.key")), files, "after reading")
    house.ask(["migrate"])
    equal([name for name in os.listdir(house.server.data) if name.startswith("master.key")], ["master.key"], "after opening")
    assert "records verified" in house.ask(["audit", "verify"])


@test
def cut_short_by_hand():
    """Each state that a change can leave behind."""
    with running_server() as server:
        house = House(server)
        equal(server.stop(), 0, "exit status")
        init = ["keys", "init", "--seal", "mode", "--keys-dual-control", "0"]
        keys = [house.read("master.key")]
        for _ in range(2):
            house.ask(init, ASHA, PASSWORD)
            keys.append(house.read("master.key"))
        house.write("master.key.next", keys[0])  # written, and no block wrapped
        open_and_judge(house, ["master.key", "master.key.next"])
        equal(house.read("master.key"), keys[2], "the key that holds")
        house.write("master.key", keys[1])  # wrapped, and not renamed
        house.write("master.key.next", keys[2])
        open_and_judge(house, ["master.key", "master.key.next"])
        equal(house.read("master.key"), keys[2], "the key that holds")
        house.write("master.key", keys[0])
        house.write("master.key.next", keys[1])
        for words in (["audit", "verify"], ["migrate"]):
            refuses(server, words, "neither shows it")
        os.remove(house.path("master.key.next"))
        refuses(server, ["migrate"], "is not the one of this database")
        house.write("master.key.next", keys[2])
        # Beside a file that a link leads to.
        os.mkdir(house.path("elsewhere"))
        os.rename(house.path("master.key"), house.path("elsewhere/master.key"))
        os.rename(house.path("master.key.next"), house.path("elsewhere/master.key.next"))
        os.symlink("elsewhere/master.key", house.path("master.key"))
        house.ask(["migrate"])
        house.ask(init, ASHA, PASSWORD)
        assert os.path.islink(house.path("master.key"))
        equal(os.listdir(house.path("elsewhere")), ["master.key"], "beside the file")
        server.start()
        house.holds_data()


@test
def cut_short_by_kill():
    """kill -9 at any moment of a change, most of them while the new file lies beside the old one."""
    with running_server() as server:
        house = House(server)
        equal(server.stop(), 0, "exit status")
        line = [harness.BINARY, "keys", "init", "--seal", "mode", "--keys-dual-control", "0", "--data", server.data]
        chance, seen = random.Random(4), set()
        for turn in range(18):
            before = house.read("master.key")
            process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env=server.environment)
            process.stdin.write(f"{ASHA}\n{PASSWORD}\n".encode())
            process.stdin.close()
            if turn % 4 == 0:
                time.sleep(chance.uniform(0, 0.2))
            else:
                while not os.path.exists(house.path("master.key.next")) and process.poll() is None:
                    pass
                time.sleep(chance.choice([0, 0, chance.uniform(0, 0.003), chance.uniform(0, 0.01)]))
            process.kill()
            process.wait()
            left = sorted(name for name in os.listdir(server.data) if name.startswith("master.key"))
            open_and_judge(house, left)
            seen.add(("master.key.next" in left, house.read("master.key") == before))
        assert (True, True) in seen or (True, False) in seen, f"never between two steps: {seen}"
        server.start()
        house.holds_data()
