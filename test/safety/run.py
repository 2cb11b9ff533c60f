#!/usr/bin/python3
"""run.py [NAME...]: what must never happen. Numbers after a restore, planted values, a full disk, hostile clients,
branches on a secret.

The program is CARDWRIGHT_TEST_PROGRAM (default build/src/main/cardwright); a NAME is a test ("restore.draws_on") or the
beginning of some ("restore"). Prints a line a test and "N passed, N failed[, N skipped]" at the end.
"""
import glob
import importlib
import os
import sys
import time
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import support  # noqa: E402


def where(fault):
    frames = [frame for frame in traceback.extract_tb(fault.__traceback__) if "/test_" in frame.filename]
    return "; ".join(f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in frames)


def main(names):
    for path in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "test_*.py"))):
        importlib.import_module(os.path.basename(path)[:-3])
    chosen = [function for function in support.registry
              if not names or any(support.test_name(function).startswith(name) for name in names)]
    if not chosen:
        sys.exit("no test of this name")
    passed = failed = skipped = 0
    try:
        for function in chosen:
            name, started = support.test_name(function), time.monotonic()
            try:
                function()
            except support.Skipped as why:
                skipped += 1
                print(f"skipped {name}: {why}", flush=True)
            except Exception as fault:
                failed += 1
                said = str(fault) if isinstance(fault, AssertionError) and str(fault) else repr(fault)
                print(f"FAIL {name}: {where(fault)}: {said}", flush=True)
            else:
                passed += 1
                print(f"ok   {name} ({time.monotonic() - started:.1f} s)", flush=True)
    finally:
        support.close_shared()
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
