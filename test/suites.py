#!/usr/bin/python3
"""The suites of tests: what each runs, on which build, and for how long at most. script/test is the door to it."""
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / "build-logs"
PYTHON = "/usr/bin/python3"
POSTGRES = ["script/with-postgres"]  # starts a private one, and stops it
MESON = ["test/support/meson_suite.py"]
FUZZ_SECONDS = 30  # for each target

BUILDS = {  # all of them with warnings as errors
    "sanitize": ("gcc", "--buildtype=debug", "-Doptimization=1", "-Db_sanitize=address,undefined", "-Dconsole=disabled"),
    "release": ("gcc", "--buildtype=release", "-Dconsole=enabled"),
    "clang": ("clang", "--buildtype=debugoptimized", "-Dconsole=disabled"),
}


class Suite:
    """`commands` are rows (what, argv, quick?). A command prints lines "N passed, N failed" of its own, or is one check."""

    def __init__(self, name, builds, minutes, what, *commands):
        self.name, self.builds, self.minutes, self.what, self.commands = name, builds, minutes, what, commands


COUNTS, CHECK = "counts", "check"
QUICK, FULL = True, False

SUITES = (
    Suite("unit", ["sanitize"], 5, "each file of the house alone, with the vectors of the standards; both engines",
          (COUNTS, POSTGRES + MESON + ["build-sanitize", "unit"], QUICK)),
    Suite("api", ["sanitize"], 8, "every operation over HTTP, and what bad input gets; both engines (quick: SQLite)",
          (COUNTS, [PYTHON, "test/api/run.py", "--engine", "sqlite"], QUICK),
          (COUNTS, POSTGRES + [PYTHON, "test/api/run.py", "--engine", "postgres"], FULL)),
    Suite("property", ["sanitize"], 5, "what always holds, against small models; both engines",
          (COUNTS, POSTGRES + MESON + ["build-sanitize", "property"], FULL)),
    Suite("crash", ["release"], 6, "kill -9 while issuing: all that was acknowledged is there, once",
          (COUNTS, POSTGRES + [PYTHON, "test/crash/run.py"], FULL)),
    Suite("interop", ["release"], 6, "other programs read and check what Cardwright makes",
          (COUNTS, POSTGRES + [PYTHON, "test/interop/run.py"], FULL)),
    Suite("safety", ["release"], 6, "restores, planted values, a full disk, hostile clients, no branch on a secret",
          (COUNTS, [PYTHON, "test/safety/run.py"], FULL)),
    Suite("browser", ["release"], 6, "the console in Chromium: each flow, who can use it, how it looks; both engines",
          (COUNTS, [PYTHON, "test/browser/run.py", "--engine", "sqlite"], FULL),
          (COUNTS, POSTGRES + [PYTHON, "test/browser/run.py", "--engine", "postgres"], FULL)),
    Suite("fuzz", [], 10, "everything that reads bytes from outside, from its corpus on",
          (COUNTS, ["script/fuzz", "--seconds", str(FUZZ_SECONDS)], FULL)),
    Suite("warnings", ["sanitize", "release", "clang"], 10, "gcc and clang without a warning, clang-tidy, the layout of the code",
          (CHECK, ["run-clang-tidy", "-quiet", "-p", "build-clang", str(ROOT) + r"/src/.*\.c$"], FULL),
          (CHECK, ["script/format", "--check"], FULL),
          (CHECK, ["script/reference", "--check"], FULL)),
)

CLOSING_LINE = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)


class Counts:
    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        return "%d passed, %d failed" % (self.passed, self.failed) + (", %d skipped" % self.skipped if self.skipped else "")


def environment(suite):
    """Debian's own tools first. A finding of a sanitizer ends the process; AddressSanitizer's reports are left in LOGS,
    those of UBSan go to the process's standard error (gcc's runtime takes no path for them beside the other)."""
    values = dict(os.environ, LC_ALL="C.UTF-8", PATH="/usr/bin:/bin:" + os.environ.get("PATH", ""))
    values["ASAN_OPTIONS"] = "log_path=%s" % (LOGS / (suite.name + ".sanitizer"))
    values["UBSAN_OPTIONS"] = "print_stacktrace=1:" + values["ASAN_OPTIONS"]
    values["LSAN_OPTIONS"] = "print_suppressions=0:suppressions=%s" % (ROOT / "test/support/leaks_of_libraries.txt")
    if suite.builds:
        values["CARDWRIGHT_TEST_BUILD"] = str(ROOT / ("build-" + suite.builds[0]))
        values["CARDWRIGHT_TEST_PROGRAM"] = str(ROOT / ("build-" + suite.builds[0]) / "src/main/cardwright")
    return values


def build(name):
    directory = ROOT / ("build-" + name)
    compiler, *options = BUILDS[name]
    variables = dict(os.environ, CC="ccache " + compiler, PATH="/usr/bin:/bin:" + os.environ.get("PATH", ""))
    steps = [["ninja", "-C", str(directory)]]
    if not (directory / "build.ninja").exists():
        steps.insert(0, ["meson", "setup", str(directory), str(ROOT), "-Dwerror=true", "-Dtests=enabled",
                         "-Db_colorout=never", *options])
    for step in steps:
        done = subprocess.run(step, env=variables, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            print(done.stdout[max(0, done.stdout.find("FAILED: ")):])
            return False
    return True


def run(argv, suite, show):
    """The exit status (None: out of time) and the output. Nothing of the command's process group outlives it."""
    process = subprocess.Popen(argv, cwd=ROOT, env=environment(suite), text=True, errors="replace", start_new_session=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    signal.signal(signal.SIGALRM, lambda *_: end_group(process))
    signal.setitimer(signal.ITIMER_REAL, suite.minutes * 60)
    out_of_time = time.monotonic() + suite.minutes * 60
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            if show:
                print("  " + line, end="", flush=True)
        process.wait()
    finally:
        signal.alarm(0)
        end_group(process)
    return (None if time.monotonic() >= out_of_time else process.returncode), "".join(lines)


def end_group(process):
    """First a word, then the end, for all that is left of a command."""
    for word, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 0)):
        try:
            os.killpg(process.pid, word)
        except ProcessLookupError:
            return
        until = time.monotonic() + patience
        while time.monotonic() < until and group_lives(process):
            time.sleep(0.05)


def group_lives(process):
    process.poll()
    try:
        os.killpg(process.pid, 0)
        return True
    except ProcessLookupError:
        return False


def run_command(kind, argv, suite):
    print("  $ " + shlex.join(argv).replace(str(ROOT) + "/", ""), flush=True)
    missing = [word for word in argv[:4] if re.match(r"(script|test)/", word) and not (ROOT / word).exists()]
    if missing:
        print("  missing: " + ", ".join(missing))
        return Counts(failed=1)
    status, output = run([str(ROOT / word) if (ROOT / word).is_file() else word for word in argv], suite, kind == COUNTS)
    (LOGS / (suite.name + ".log")).open("a").write(output)
    if status is None:
        print("  stopped after %d minutes" % suite.minutes)
        return Counts(failed=1)
    if kind == CHECK:
        if status != 0:
            output = re.sub(r"\x1b\[[0-9;]*m", "", output)  # run-clang-tidy colours whatever it writes to
            findings = sorted(set(re.findall(r"^.*: (?:error|warning): .*$", output, re.M)))
            print("\n".join(findings) if findings else output)
        return Counts(passed=int(status == 0), failed=int(status != 0))
    counts = Counts()
    for closing in CLOSING_LINE.finditer(output):
        counts.add(Counts(*(int(count or 0) for count in closing.groups())))
    if status != 0 and counts.failed == 0:
        print("  it ended with status %d and named no failure" % status)
        counts.failed += 1
    if counts.passed + counts.failed + counts.skipped == 0:
        print("  it tested nothing")
        counts.failed += 1
    return counts


def sanitizer_reports(suite):
    """What a sanitizer found in any process of the suite, even one that nobody waited for."""
    reports = sorted(LOGS.glob(suite.name + ".sanitizer.*"))
    for report in reports:
        print("  a sanitizer's report, %s:\n%s" % (report.name, report.read_text(errors="replace")))
    return Counts(failed=len(reports))


def run_suite(suite, quick, built):
    print("\n%s: %s" % (suite.name, suite.what), flush=True)
    counts = Counts()
    for name in suite.builds:
        if name not in built:
            print("  building build-%s" % name, flush=True)
            built[name] = build(name)
        if suite.name == "warnings":  # that it builds is what is tested
            counts.add(Counts(passed=int(built[name]), failed=int(not built[name])))
        elif not built[name]:
            print("  build-%s does not build" % name)
            return Counts(failed=1)
    for stale in LOGS.glob(suite.name + ".*"):
        stale.unlink()
    for kind, argv, in_quick in suite.commands:
        if in_quick or not quick:
            counts.add(run_command(kind, argv, suite))
    counts.add(sanitizer_reports(suite))
    return counts


def usage(out):
    print("script/test [quick|all|SUITE...]: builds, runs suites, and says what it ran. Default: all.\n", file=out)
    for suite in SUITES:
        in_quick = any(in_quick for _, _, in_quick in suite.commands)
        print("  %-10s %s%s" % (suite.name, suite.what, "; in quick" if in_quick else ""), file=out)


def main(words):
    names = {suite.name: suite for suite in SUITES}
    if "--help" in words or "-h" in words:
        usage(sys.stdout)
        return 0
    if any(word not in names and word not in ("quick", "all") for word in words):
        usage(sys.stderr)
        return 64
    quick = words == ["quick"]
    chosen = [suite for suite in SUITES
              if not words or "all" in words or suite.name in words or quick and any(row[2] for row in suite.commands)]
    LOGS.mkdir(exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    total, built, lines = Counts(), {}, []
    for suite in chosen:
        started = time.monotonic()
        counts = run_suite(suite, quick, built)
        total.add(counts)
        lines.append("  %-10s %4.0f s   %s" % (suite.name, time.monotonic() - started, counts))
    print("\nran: %s\n%s\n" % (" ".join(suite.name for suite in chosen), "\n".join(lines)))
    print(total)
    return 0 if total.failed == 0 else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
