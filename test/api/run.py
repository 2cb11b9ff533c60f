#!/usr/bin/python3
"""run.py [--engine sqlite|postgres] [--keep] [NAME...]: runs the API tests against the program.

The program is CARDWRIGHT_TEST_PROGRAM (default build/src/main/cardwright); a NAME is a test ("series.create") or the beginning
of some ("series"). A run of all tests fails when an operation of the document was never called. --keep leaves the data
directory and the server's log.
"""

import argparse
import glob
import importlib
import os
import sys
import time
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import harness  # noqa: E402


class Results:
    def __init__(self):
        self.passed = self.failed = 0

    def run(self, name, function, *arguments):
        started = time.monotonic()
        try:
            function(*arguments)
        except Exception as fault:
            self.failed += 1
            lines = where(fault) + (str(fault) if isinstance(fault, AssertionError) else repr(fault))
            print(f"FAIL {name}\n     " + lines.rstrip().replace("\n", "\n     "), flush=True)
        else:
            self.passed += 1
            print(f"ok   {name} ({time.monotonic() - started:.2f} s)", flush=True)


def where(fault):
    frames = [frame for frame in traceback.extract_tb(fault.__traceback__) if "/test_" in frame.filename]
    return "".join(f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.line}\n" for frame in frames)


def check_coverage(document):
    missing = document.never_called()
    assert not missing, "operations that no test calls: " + ", ".join(missing)


def check_codes(document):
    assert not document.undocumented, "refusals that the document does not name: " + ", ".join(sorted(document.undocumented))


def check_log(server, world):
    log = server.log()
    found = [number for number in world.secrets if len(number) >= 8 and number in log]
    assert not found, f"{len(found)} card numbers stand in the server's log"


def check_stop(server):
    status = server.stop()
    assert status == 0, f"the server ended with {status}:\n{server.log()[-2000:]}"


def check_audit(server):
    server.command("audit", "verify")


def select(names):
    chosen = [function for function in harness.registry
              if not names or any(harness.test_name(function).startswith(name) for name in names)]
    if not chosen:
        sys.exit("no test of this name")
    return chosen


def run_all(server, chosen, full):
    results = Results()
    server.init()
    server.start()
    client = harness.Client(server)
    server.document = harness.Document(client.get("/openapi.json").ok())
    world = harness.World(server)
    for function in chosen:
        results.run(harness.test_name(function), function, world)
        if server.process.poll() is not None:
            print(server.log()[-6000:])
            sys.exit(f"the server ended with {server.process.returncode} in {harness.test_name(function)}")
    if full:
        results.run("run.every_operation_was_called", check_coverage, server.document)
    results.run("run.every_code_is_documented", check_codes, server.document)
    results.run("run.no_number_in_the_log", check_log, server, world)
    results.run("run.stops_on_request", check_stop, server)
    results.run("run.audit_verifies", check_audit, server)
    print(f"{len(server.document.called)} of {len(server.document.operations)} operations called, "
          f"{len(server.document.codes)} problem codes seen: {' '.join(sorted(server.document.codes))}")
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    for path in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "test_*.py"))):
        importlib.import_module(os.path.basename(path)[:-3])
    chosen = select(arguments.names)
    server = harness.Server(arguments.engine, flags=["--demo"])
    try:
        results = run_all(server, chosen, full=not arguments.names)
    finally:
        server.stop()
        if arguments.keep:
            print("kept:", server.directory)
        else:
            server.remove()
    print(f"{results.passed} passed, {results.failed} failed")
    return 1 if results.failed else 0


if __name__ == "__main__":
    sys.exit(main())
