"""What the crash proofs stand on beside the API tests' harness: a server that can be killed, rows of its database, and
a count of what was proved."""

import csv
import io
import os
import socket
import sqlite3
import subprocess
import sys
import time
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "api"))

import harness  # noqa: E402


class Proofs:
    """What was proved: the last line of a program says how much of it held."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def prove(self, name, function, *arguments):
        """Counts one proof; False when it failed."""
        started = time.monotonic()
        try:
            function(*arguments)
        except Exception as fault:
            self.failed += 1
            said = str(fault) if isinstance(fault, AssertionError) and str(fault) else traceback.format_exc()
            print(f"FAIL {name}\n     " + said.rstrip().replace("\n", "\n     "), flush=True)
            return False
        self.passed += 1
        print(f"ok   {name} ({time.monotonic() - started:.2f} s)", flush=True)
        return True

    def skip(self, name, why):
        self.skipped += 1
        print(f"skip {name}: {why}", flush=True)

    def close(self):
        """Prints the sum; the exit status."""
        print(f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else ""), flush=True)
        return 1 if self.failed else 0


class Server(harness.Server):
    def kill(self):
        """The end without a word."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def spawn(self):
        """Starts it without waiting until it answers."""
        line = [harness.BINARY, "serve", "--data", self.data, "--listen", f"127.0.0.1:{free_port()}", *self.flags]
        line += ["--database", self.database_url] if self.database_url else []
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(line, stdout=log, stderr=log, env=self.environment)

    def refuses_to_start(self, *words):
        """It ends by itself, with exit status 1, and says why in these words."""
        line = [harness.BINARY, "serve", "--data", self.data, "--listen", f"127.0.0.1:{free_port()}"]
        line += ["--database", self.database_url] if self.database_url else []
        done = subprocess.run(line, capture_output=True, text=True, timeout=30, env=self.environment)
        assert done.returncode == 1, f"it should refuse: exit {done.returncode}\n{done.stderr}"
        for word in words:
            assert word in done.stderr, f"the refusal should name \"{word}\":\n{done.stderr}"

    def rows(self, sql):
        """The rows of the database as lists; while the server is stopped."""
        if self.database_url is None:
            connection = sqlite3.connect(os.path.join(self.data, "cardwright.db"))
            try:
                return [list(row) for row in connection.execute(sql)]
            finally:
                connection.close()
        done = subprocess.run(["psql", "-X", "-q", "-t", "--csv", "-v", "ON_ERROR_STOP=1", "-c", sql, self.database_url], check=True,
                              capture_output=True, text=True)
        return [[int(value) if value.lstrip("-").isdigit() else value or None for value in row] for row in csv.reader(io.StringIO(done.stdout))]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
