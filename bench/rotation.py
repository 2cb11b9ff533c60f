"""Rotating the keys that registered numbers rest under: all rows are rewritten while the server serves."""
import datetime
import json
import re
import subprocess
import time

from house import Cardwright, in_turn, median, say, scratch

NUMBERS = 100_000
ROUNDS = 3
KEYS = ("number_seal", "number_lookup")
PREFIX = "81234567"


class Vault(Cardwright):
    """With the owner as the custodian whom a rotation takes."""

    def command(self, *words):
        printed = super().command(*words)
        if words[0] == "init":
            self.password = re.search(r"password:\s*(\S+)", printed).group(1)
        return printed

    def ended(self, job):
        while (seen := self.call("GET", f"/v1/jobs/{job}"))["finished_at"] is None:
            time.sleep(0.02)
        assert seen["done"] == seen["total"] == NUMBERS and seen["failed"] == 0, seen
        return seen

    def register(self):
        self.make_series(code="OWN", numbering={"prefix": PREFIX, "length": 16, "generation": False, "check_digit": "none"})
        rows = "".join(f"{PREFIX}{index * 7 % 10**8:08d}\n" for index in range(NUMBERS))
        from_time = time.monotonic()
        self.ended(self.call("POST", "/v1/card-numbers/import", "number\n" + rows, "text/csv")["id"])
        return time.monotonic() - from_time

    def rotate(self, name):
        """Seconds from the moment at which the new key is active to the end of the rewriting."""
        key = self.call("GET", f"/v1/keys?name={name}&limit=1")["data"][0]
        body = json.dumps({"custodian_1": "owner@example.com", "password_1": self.password})
        done = subprocess.run(["curl", "-sS", "--fail-with-body", "--unix-socket", self.data / "cardwright.sock", "-H", "Content-Type: application/json",
                               "--data-binary", "@-", f"http://localhost/v1/keys/{key['id']}/rotate"], input=body, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        made = json.loads(done.stdout)
        time.sleep(max(0.0, datetime.datetime.fromisoformat(made["activated_at"]).timestamp() - time.time()))
        from_time = time.monotonic()
        self.ended(made["job_id"])
        return time.monotonic() - from_time


def run():
    with scratch() as directory:
        server = Vault(directory)
        with server:
            importing = server.register()
            say(f"    registering {NUMBERS:,} numbers from a file: {importing:.2f} s")
            results = in_turn(ROUNDS, **{name: lambda name=name: server.rotate(name) for name in KEYS})
        left = server.rows("SELECT count(*) FROM registered_number r WHERE NOT EXISTS (SELECT 1 FROM key_block k WHERE k.id = r.seal_key_id "
                           "AND k.retired_at IS NULL) OR NOT EXISTS (SELECT 1 FROM key_block k WHERE k.id = r.lookup_key_id AND k.retired_at IS NULL)")
        assert left == 0, f"{left} numbers rest under an old key"
        for name in KEYS:
            seconds = median(results[name])
            say(f"  {name}: {NUMBERS:,} numbers rewritten in {seconds:.1f} s, {NUMBERS / seconds:,.0f} a second; registering them took "
                f"{importing / seconds:.1f} times as long")
