#!/usr/bin/python3
"""run.py [--engine sqlite|postgres] [ARGUMENT...]: runs the browser tests against the program.

The program is CARDWRIGHT_TEST_PROGRAM (default build-release/src/main/cardwright); the arguments go to Playwright
("sign-in", "-g NAME", "--workers 1"). What the tests need of npm is installed when it is missing or older than
package-lock.json. Pictures of the screens go to build-logs/screenshots; with CARDWRIGHT_KEEP_SCREENSHOTS=1 to
docs/screenshots.
"""
import argparse
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
LOCK = HERE / "package-lock.json"
STAMP = HERE / "node_modules/.package-lock.json"  # npm writes it when all is in place
TOOLS = HERE / "node_modules/.bin"


def install(environment):
    if STAMP.exists() and STAMP.stat().st_mtime >= LOCK.stat().st_mtime:
        return
    print("npm ci, in test/browser", flush=True)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], cwd=HERE,
                   env=environment, check=True, stdout=subprocess.DEVNULL)
    os.utime(STAMP)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    arguments, others = parser.parse_known_args()
    environment = dict(os.environ, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD="1")
    if arguments.engine == "sqlite":
        environment.pop("CARDWRIGHT_TEST_POSTGRES", None)
    elif "CARDWRIGHT_TEST_POSTGRES" not in environment:
        sys.exit("run.py --engine postgres is for script/with-postgres to start")
    install(environment)
    if subprocess.run([TOOLS / "tsc"], cwd=HERE, env=environment, check=False).returncode != 0:
        print("0 passed, 1 failed")
        return 1
    return subprocess.run([TOOLS / "playwright", "test", *others], cwd=HERE, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
