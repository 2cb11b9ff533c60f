#!/usr/bin/python3
"""Other programs read what Cardwright makes: numbers are checked by a program that knows nothing of it, its document by
a JSON schema library, its audit heads by openssl; and Cardwright checks the test vectors that others bring. Prints a line
a check and "N passed, N failed" at the end."""
import csv
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "api"))
import harness  # noqa: E402

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


# Series like those of real brands: (code, numbering, count, whether it is written by the command line or downloaded).
SERIES = [
    ("GOLD", {"prefix": "GOLD", "suffix": "2021", "length": 18, "check_digit": "none"}, 100000, "download"),
    ("GOLDSEQ", {"prefix": "SGOLD", "suffix": "2021", "length": 18, "method": "sequential", "start": 10}, 100000, "download"),
    ("LUHN16", {"prefix": "60119900", "length": 16, "check_digit": "luhn"}, 1000000, "download"),
    ("HUGE", {"prefix": "777", "length": 14, "check_digit": "luhn"}, 100000000, "generate"),
]


def outside(checker, numbering, stream):
    done = subprocess.run([checker, numbering.get("prefix", ""), numbering.get("suffix", ""), str(numbering["length"]),
                           "luhn" if numbering.get("check_digit") == "luhn" else "none"],
                          stdin=stream, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@check
def numbers(server, client, folder):
    """Batches of 100,000, 1,000,000 and 100,000,000: the count, no number twice, every check digit."""
    checker = str(folder / "check_numbers")
    subprocess.run(["cc", "-O2", "-o", checker, str(HERE / "check_numbers.c")], check=True)
    for code, numbering, count, way in SERIES:
        series = client.post("/v1/series", {"code": code, "name": code, "numbering": numbering}).ok(201)
        if way == "generate":
            words = [harness.BINARY, "generate", "--data", server.data, "--series", code, "--count", str(count), "--output", "-", "--quiet"]
            with subprocess.Popen(words, stdout=subprocess.PIPE, env=server.environment) as made:
                found = outside(checker, numbering, made.stdout)
            assert made.returncode == 0
        else:
            batch = client.post("/v1/series/%s/batches" % series["id"], {"count": count}).ok(201)
            reply = client.get("/v1/batches/%s/numbers" % batch["id"])
            file = folder / (code + ".txt")
            file.write_bytes(reply.body)
            with file.open("rb") as stream:
                found = outside(checker, numbering, stream)
            file.unlink()
        assert found == count, (code, found)


@check
def document(server, client, folder):
    """The OpenAPI document is JSON, and each of its schemas is a valid JSON schema (2020-12)."""
    import jsonschema
    printed = json.loads(subprocess.run([harness.BINARY, "openapi"], check=True, capture_output=True).stdout)
    assert printed["openapi"] == "3.1.0" and len(printed["paths"]) > 30
    for schema in printed["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert printed == client.get("/openapi.json").json


@check
def audit_heads(server, client, folder):
    """openssl verifies the signature of a head with the public key that the file names."""
    key_line, head = pathlib.Path(server.data, "audit-heads").read_text().splitlines()[:2]
    key = bytes.fromhex("302a300506032b6570032100" + key_line.split()[1])  # RFC 8410: SubjectPublicKeyInfo of Ed25519
    text, signature = head.rsplit(" ", 1)
    (folder / "key.der").write_bytes(key)
    (folder / "message").write_bytes(b"cardwright audit head 1\n" + text.encode())
    (folder / "signature").write_bytes(bytes.fromhex(signature))
    words = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", folder / "key.der", "-rawin",
             "-in", folder / "message", "-sigfile", folder / "signature"]
    assert subprocess.run(words, capture_output=True).returncode == 0
    (folder / "message").write_bytes(b"cardwright audit head 1\n" + text.replace(" 1 ", " 2 ").encode())
    assert subprocess.run(words, capture_output=True).returncode != 0


def wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("waited %d s in vain" % seconds)


def start_sink(script, folder):
    """A receiver of messages: each becomes a file NNNN.json in the folder."""
    folder.mkdir()
    process = subprocess.Popen([sys.executable, str(HERE.parent / "peers" / script), "0", str(folder)])
    port = wait_for(lambda: (folder / "port").exists() and (folder / "port").read_text().strip())
    return process, int(port)


def received(folder):
    return [path.read_text() for path in sorted(folder.glob("[0-9]*.json"))]


@check
def messages(server, client, folder):
    """A one-time code goes out by email to a real SMTP server and by SMS to a real HTTP receiver, and issues a card."""
    mail, mail_port = start_sink("smtp_sink.py", folder / "mail")
    sms, sms_port = start_sink("sms_sink.py", folder / "sms")
    sender = harness.Server("sqlite", ["--mail-smtp-url", "smtp://127.0.0.1:%d" % mail_port, "--mail-from", "cards@example.com",
                                       "--mail-require-tls", "0", "--sms-url", "http://127.0.0.1:%d/messages" % sms_port,
                                       "--sms-from", "+15550100"])
    try:
        sender.init()
        sender.start()
        owner = harness.Client(sender, sender.api_key("owner", "messages"))
        owner.patch("/v1/settings", {"otp": {"enabled": True, "channel": "both"}}).ok()
        series = owner.post("/v1/series", {"code": "M", "name": "M", "numbering": {"prefix": "M", "length": 12}}).ok(201)
        customer = owner.post("/v1/customers", {"mobile": "+4915112345678", "email": "asha@example.com"}).ok(201)
        challenge = owner.post("/v1/otp-challenges", {"customer_id": customer["id"], "series_id": series["id"]}).ok(201)
        letters = wait_for(lambda: received(folder / "mail") and received(folder / "sms") and received(folder / "mail") + received(folder / "sms"))
        codes = {re.search(r"\b(\d{6}) is your code", letter).group(1) for letter in letters}
        assert len(letters) == 2 and len(codes) == 1, letters
        order = {"customer_id": customer["id"], "series_id": series["id"], "otp": {"challenge_id": challenge["id"], "code": codes.pop()}}
        owner.post("/v1/cards", order).ok(201)
    finally:
        sender.stop()
        sender.remove()
        for process in (mail, sms):
            process.terminate()
            process.wait()


@check
def imports(server, client, folder):
    """100,000 customers and 100,000 numbers made elsewhere, from CSV files."""
    series = client.post("/v1/series", {"code": "OLD", "name": "Old", "numbering": {"prefix": "OLD", "length": 12}}).ok(201)
    files = {
        "/v1/customers/import": "external_id,first_name,last_name\n" + "".join("E%d,First%d,Last%d\n" % (i, i, i) for i in range(100000)),
        "/v1/card-numbers/import": "number,series_code\n" + "".join("OLD%09d,OLD\n" % (i * 7) for i in range(100000)),
    }
    for path, file in files.items():
        job = client.post(path, body=file, headers={"Content-Type": "text/csv"}).ok(202)
        done = wait_for(lambda: (lambda now: now if now["state"] == "done" else None)(client.get("/v1/jobs/" + job["id"]).ok()), 240)
        assert (done["total"], done["done"], done["failed"]) == (100000, 100000, 0), done
    batch = client.post("/v1/series/%s/batches" % series["id"], {"count": 100000}).ok(201)
    drawn = client.get("/v1/batches/%s/numbers" % batch["id"]).body.decode().split()
    registered = {"OLD%09d" % (i * 7) for i in range(100000)}
    assert len(set(drawn)) == 100000 and not registered & set(drawn), "a draw passes over what was registered"


@check
def readme_walk(server, client, folder):
    """The five-minute walk of the README, as it stands there, against a demo server of its own."""
    readme = (HERE.parent.parent / "README.md").read_text()
    block = readme.split("## The same with curl")[1].split("```sh\n")[1].split("```")[0]
    demo = harness.Server("sqlite", ["--demo"])
    try:
        demo.command("init", "--demo")
        demo.start()
        time.sleep(1.2)  # the audit heads are written once a second at first
        for found, put in (("build/src/main/cardwright", os.path.abspath(harness.BINARY)), ("--data data", "--data " + demo.data),
                           ("data/audit-heads", demo.data + "/audit-heads"), ("127.0.0.1:8080", "127.0.0.1:%d" % demo.port)):
            assert found in block, found
            block = block.replace(found, put)
        done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", block], cwd=folder, env=demo.environment, capture_output=True,
                              text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert "\n100000\n" in done.stdout, done.stdout[:500]
        assert '"number":"SILVER' in done.stdout and "audit records verified" in done.stdout, done.stdout[-1500:]
    finally:
        demo.stop()
        demo.remove()


VECTORS = HERE.parent.parent / "src/crypto/selftest/vectors"


def selftest(*words):
    done = subprocess.run([harness.BINARY, "selftest", *map(str, words)], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout.splitlines()


def wrong_digit(file, column, row):
    """The file with the last digit of one field turned into another; row 0 is the first below the names."""
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[row][column] = rows[row][column][:-1] + ("1" if rows[row][column][-1] != "1" else "2")
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@check
def vectors(server, client, folder):
    """`cardwright selftest` passes on what is built in and on an outsider's folder, and fails on a wrong row."""
    status, lines = selftest()
    assert status == 0 and len(lines) == len(list(VECTORS.glob("*.csv"))), lines
    assert all(re.search(r" [1-9]\d* passed, 0 failed, 0 skipped$", line) for line in lines), lines
    theirs = folder / "vectors"
    theirs.mkdir()
    assert selftest(theirs)[0] == 1, "nothing was checked"
    (theirs / "theirs.csv").write_text("one,two\n1,2\n")
    assert selftest(theirs) == (1, ["theirs.csv".ljust(28) + " not known"])
    for file in VECTORS.glob("*.csv"):
        (theirs / file.name).write_bytes(file.read_bytes())
    status, lines = selftest(theirs)
    assert status == 0 and len(lines) == len(list(theirs.iterdir())), lines
    (theirs / "ff1.csv").write_text(wrong_digit(VECTORS / "ff1.csv", "ciphertext", 4))
    status, lines = selftest(theirs)
    wrong = [line for line in lines if line.startswith("ff1.csv ")][0]
    assert status == 1 and " 1 failed, 0 skipped; row 5 failed first" in wrong, wrong
    (theirs / "ff1.csv").write_text('id,"radix\n')
    status, lines = selftest(theirs)
    assert status == 1 and any(re.match(r"ff1\.csv +failed: ", line) for line in lines), lines
    assert selftest(theirs / "nowhere")[0] == 1
    assert selftest(theirs, theirs)[0] == 2


def main():
    passed = failed = 0
    server = harness.Server("sqlite")
    with tempfile.TemporaryDirectory(prefix="cardwright-interop-") as folder:
        try:
            server.init()
            server.start()
            key = server.api_key("owner", "interop")
            for function in CHECKS:
                try:  # each on a connection of its own: an idle one is closed
                    function(server, harness.Client(server, key), pathlib.Path(folder))
                    passed += 1
                    print("ok   interop.%s" % function.__name__, flush=True)
                except (AssertionError, subprocess.SubprocessError, OSError, ValueError) as error:
                    failed += 1
                    print("FAIL interop.%s: %r" % (function.__name__, error), flush=True)
        finally:
            server.stop()
            server.remove()
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
