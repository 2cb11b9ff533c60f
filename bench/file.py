"""P2: the numbers of a batch, to a file and over HTTP, and what a program that knows nothing of Cardwright says of them."""
import os
import subprocess
import time

from house import ROOT, Cardwright, compiled, in_turn, median, say, scratch

COUNT = 100_000_000
SMALL = 100_000
ROUNDS = 3


def generate(server, directory, count, name):
    path = directory / name
    path.unlink(missing_ok=True)
    from_time = time.monotonic()
    server.command("generate", "--series", "BENCH", "--count", str(count), "--output", str(path), "--quiet")
    return count / (time.monotonic() - from_time) / 1e6


def download(server, batch):
    from_time = time.monotonic()
    done = subprocess.run(["curl", "-sS", "-f", "-o", "/dev/null", "-w", "%{size_download}", "-H", "Authorization: Bearer " + server.key,
                           f"{server.url}/v1/batches/{batch}/numbers"], capture_output=True, text=True, check=True)
    assert int(done.stdout) == COUNT * 17, done.stdout
    return COUNT / (time.monotonic() - from_time) / 1e6


def run():
    with scratch() as directory:
        server = Cardwright(directory)
        numbering = {"prefix": "9012", "length": 16, "check_digit": "luhn"}
        with server:
            series = server.make_series(numbering=numbering)
            batch = server.call("POST", f"/v1/series/{series}/batches", {"count": COUNT})["id"]
            before = server.memory_kib()
            results = in_turn(ROUNDS, file=lambda: generate(server, directory, COUNT, "numbers"), http=lambda: download(server, batch))
            after = server.memory_kib()
        for name, what in (("file", "`cardwright generate` to a file"), ("http", "download over loopback, curl to /dev/null")):
            rate = median(results[name])
            say(f"  {what}: {rate:.1f} million numbers a second ({COUNT / 1e6 / rate:.2f} s for {COUNT:,})")
        say(f"  memory of the server: {before['VmRSS'] / 1024:.1f} MiB before, {after['VmRSS'] / 1024:.1f} MiB after {ROUNDS} downloads, "
            f"never more than {after['VmHWM'] / 1024:.1f} MiB")
        program = compiled(ROOT / "test/interop/check_numbers.c", directory)
        with open(directory / "numbers", "rb") as numbers:
            checked = subprocess.run([program, "9012", "", "16", "luhn"], stdin=numbers, capture_output=True, text=True, check=True)
        assert int(checked.stdout) == COUNT, checked.stdout
        say(f"  check_numbers: {int(checked.stdout):,} lines, all distinct, every Luhn digit right")
        os.unlink(directory / "numbers")
        generate(server, directory, SMALL, "small")
        distinct = subprocess.run(f"sort -u '{directory}/small' | wc -l", shell=True, capture_output=True, text=True, check=True)
        assert int(distinct.stdout) == SMALL
        say(f"  sort -u of a batch of {SMALL:,}: {int(distinct.stdout):,} lines")
