#!/usr/bin/python3
"""meson_suite.py BUILD SUITE: runs one suite of a build and says how many test cases passed and failed.

Meson counts programs; a program holds a table of cases, and this counts those, as cmocka sums them up. A program that
died before its sum counts as one failed case beside those that had passed.
"""
import json
import pathlib
import re
import subprocess
import sys

TIMEOUT_MULTIPLIER = 6  # sanitizers are slow, and two cores do all of it


def summed(pattern, output):
    return sum(int(count) for count in re.findall(pattern, output, re.M))


def count_cases(test):
    """Passed, failed and skipped cases of one program."""
    output = test.get("stdout", "") + test.get("stderr", "")
    if test["result"] == "SKIP":
        return 0, 0, 1
    ended_well = test["result"] in ("OK", "EXPECTEDFAIL")
    passed = summed(r"^\[  PASSED  \] (\d+) test\(s\)", output)
    failed = summed(r"^ (\d+) FAILED TEST\(S\)", output)
    skipped = summed(r"^ (\d+) SKIPPED TEST\(S\)", output)
    if not ended_well and failed == 0:
        return max(passed, len(re.findall(r"^\[ +OK \]", output, re.M))), 1, skipped
    if passed + failed + skipped == 0:
        return 1, 0, 0  # not a cmocka program; it ended well
    return passed, failed, skipped


def main():
    build, suite = sys.argv[1:]
    log = pathlib.Path(build, "meson-logs", "testlog.json")
    log.unlink(missing_ok=True)
    run = subprocess.run(["meson", "test", "-C", build, "--suite", suite, "--no-rebuild", "--print-errorlogs",
                          "--timeout-multiplier", str(TIMEOUT_MULTIPLIER)], check=False)
    tests = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    totals = [sum(column) for column in zip((0, 0, 0), *map(count_cases, tests))]
    print("%d passed, %d failed, %d skipped" % tuple(totals))
    return 1 if run.returncode != 0 or totals[1] > 0 else 0


sys.exit(main())
