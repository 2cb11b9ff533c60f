"""What the benches stand on: a release build on a fresh data directory, a client, a load, medians, and a quiet moment."""
import contextlib
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
PROGRAM = ROOT / "build/src/main/cardwright"
CONNECTIONS = 64
QUIET_BUSY_MAX = 0.08   # of all processors, by others, before a run is begun
QUIET_WAIT_SECONDS = 20
SERIES = {"code": "BENCH", "name": "Bench", "numbering": {"prefix": "90000000", "length": 19, "check_digit": "luhn"}}


def say(line=""):
    print(line, flush=True)


def median(values):
    return statistics.median(values)


@contextlib.contextmanager
def scratch():
    """A directory under TMPDIR that is gone afterwards."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="cardwright-bench-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def compiled(source, directory):
    program = directory / source.stem
    subprocess.run(["gcc", "-O2", "-o", program, source], check=True)
    return program


def processor_times():
    with open("/proc/stat") as file:
        times = [int(value) for value in file.readline().split()[1:9]]
    return sum(times), times[3] + times[4]  # all; idle and waiting for a disk


def busy_share(seconds=1.0):
    all_before, idle_before = processor_times()
    time.sleep(seconds)
    all_after, idle_after = processor_times()
    return 1 - (idle_after - idle_before) / max(1, all_after - all_before)


def wait_quiet():
    """Until nobody else uses the machine, for a while at most. The share that is used all the same is returned."""
    until = time.monotonic() + QUIET_WAIT_SECONDS
    busy = busy_share()
    while busy > QUIET_BUSY_MAX and time.monotonic() < until:
        busy = busy_share()
    return busy


def in_turn(rounds, **runs):
    """Each run in turn, `rounds` times; a list of results by name. What others use just before is noted with each."""
    results = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            busy = wait_quiet()
            result = run()
            results[name].append(result)
            say(f"    {name}: {shown(result)}" + (f"   (others used {busy:.0%} of the processors just before)" if busy > QUIET_BUSY_MAX else ""))
    return results


def shown(result):
    if isinstance(result, dict):
        return ", ".join(f"{name} {shown(value)}" for name, value in result.items())
    return f"{result:,.3f}".rstrip("0").rstrip(".") if isinstance(result, float) else f"{result:,}" if isinstance(result, int) else str(result)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cardwright:
    """The program on a data directory; `with` starts and stops it."""

    def __init__(self, directory):
        self.data = directory / "data"
        self.log = directory / "log"
        self.process = self.connection = None
        self.port = free_port()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("CARDWRIGHT_")}
        if not self.data.exists():
            self.command("init", "--organization", "Bench", "--owner", "owner@example.com")
            self.key = self.command("api-key", "create", "--name", "bench", "--role", "owner").strip()
            (self.data / "bench-key").write_text(self.key)
        self.key = (self.data / "bench-key").read_text()

    def command(self, *words):
        done = subprocess.run([PROGRAM, *words, "--data", self.data], capture_output=True, text=True, env=self.environment)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout

    def start(self):
        """Seconds from the start to the first answer."""
        from_time = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([PROGRAM, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"],
                                            stdout=log, stderr=log, env=self.environment)
        while True:
            assert self.process.poll() is None, self.log.read_text()
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/health/ready")
                if connection.getresponse().status == 200:
                    return time.monotonic() - from_time
            except OSError:
                time.sleep(0.0005)

    def stop(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, self.log.read_text()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def call(self, method, path, body=None, kind="application/json"):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Authorization": "Bearer " + self.key}
        if body is not None:
            headers["Content-Type"] = kind
            body = json.dumps(body) if kind == "application/json" else body
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        data = response.read()
        assert response.status < 300, f"{method} {path}: {response.status} {data[:500]}"
        return json.loads(data)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def make_series(self, **changes):
        return self.call("POST", "/v1/series", {**SERIES, **changes})["id"]

    def import_customers(self, count, file):
        """Makes customers through the CSV import; their ids go to `file`, shuffled: customers come in no order."""
        rows = "".join(f"C{n},Name{n},+49151{n:08d}\n" for n in range(count))
        job = self.call("POST", "/v1/customers/import", "external_id,first_name,mobile\n" + rows, "text/csv")
        path = "/v1/jobs/" + job["id"]
        while self.call("GET", path)["finished_at"] is None:
            time.sleep(0.1)
        ids, after = [], ""
        while True:
            page = self.call("GET", f"{path}/results?limit=200{after}")
            ids += [row["customer_id"] for row in page["data"]]
            if page["next"] is None:
                break
            after = "&after=" + page["next"]
        assert len(ids) == count and None not in ids
        write_customers(ids, file)

    def issue_load(self, customers, series, seconds, connections=CONNECTIONS):
        return issue_load(self.url, customers, series, self.key, seconds, connections)

    def memory_kib(self):
        status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines())
        return {name: int(status[name].split()[0]) for name in ("VmRSS", "VmHWM", "RssAnon")}

    def rows(self, sql):
        """While the server is stopped, or of what is committed."""
        with contextlib.closing(sqlite3.connect(f"file:{self.data}/cardwright.db?mode=ro", uri=True)) as database:
            return database.execute(sql).fetchone()[0]

    def database_len(self):
        return sum(os.path.getsize(path) for path in self.data.glob("cardwright.db*"))


def write_customers(ids, file):
    random.Random(20260101).shuffle(ids)
    file.write_text("".join(customer + "\n" for customer in ids))


load_count = 0


def issue_load(url, customers, series, key, seconds, connections):
    """wrk with one thread; every request a customer of the file and an Idempotency-Key of its own."""
    global load_count
    load_count += 1
    done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "-s", BENCH / "issue.lua", url + "/v1/cards", "--",
                           customers, series, key, f"run{os.getpid()}-{load_count}"], capture_output=True, text=True, check=True)
    result = json.loads(done.stdout.split("RESULT ", 1)[1])
    assert result["refused"] == 0 and result["broken"] == 0, result
    return {"per_second": result["requests"] / result["seconds"], "p50_ms": result["p50_ms"], "p99_ms": result["p99_ms"],
            "requests": result["requests"]}
