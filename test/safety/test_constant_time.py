"""No branch and no address depends on a secret, where PINs, verification values and PIN blocks are compared and read:
constant_time_check.c under valgrind, which reports each one that does. What it must report is planted first."""
import os
import shutil
import subprocess

import harness
from support import test

BUILD = os.environ.get("CARDWRIGHT_TEST_BUILD") or os.path.dirname(os.path.dirname(os.path.dirname(harness.BINARY)))
CHECK = os.path.join(BUILD, "test", "safety", "constant_time_check")
REPORTED = 99  # valgrind's exit status when it has something to say


def under_valgrind(*words):
    """The exit status and all that was said."""
    missing = "Debian's package valgrind is missing: script/bootstrap --tests installs it"
    assert shutil.which("valgrind"), missing
    assert os.path.exists(CHECK), f"{CHECK} was not built. If {missing}; then meson setup --wipe {BUILD}"
    line = ["valgrind", "--quiet", "--tool=memcheck", "--leak-check=no", f"--error-exitcode={REPORTED}", CHECK, *words]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def reported(planted, where, what):
    status, said = under_valgrind(planted)
    assert status == REPORTED and what in said and where in said, f"not reported (status {status}): {said}"


@test
def planted_branch_is_reported():
    reported("branch", "decimal_is", "Conditional jump or move depends on uninitialised value")


@test
def planted_address_is_reported():
    reported("address", "plant_address", "Use of uninitialised value of size")


@test
def nothing_depends_on_a_secret():
    status, said = under_valgrind()
    assert status == 0 and said.endswith(" checks\n"), f"status {status}: {said}"
