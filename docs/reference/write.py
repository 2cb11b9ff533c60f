#!/usr/bin/python3
"""Writes errors.md and limits.md from src/base/status.def and src/base/limits.h, so that they cannot disagree."""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
BASE = HERE.parent.parent / "src" / "base"

ERRORS_HEAD = """# Errors

Every refusal is `application/problem+json` (RFC 9457) with a stable `code`; `errors` lists every fault of the request at once,
each with its field, code and message. The same codes stand for whole requests and for single fields. A fault (503) may be
tried again with the same `Idempotency-Key`. Written by `script/reference`.

| code | HTTP | meaning |
|---|---|---|
"""

LIMITS_HEAD = """# Limits

Every maximum of the program, from `src/base/limits.h`. `LEN` counts bytes or characters, `COUNT` elements, `MS` milliseconds. Written by
`script/reference`.

"""


def errors():
    rows = re.findall(r'^STATUS\((\w+),\s*(\d+),\s*(\w+),\s*"([^"]*)"\)', (BASE / "status.def").read_text(), re.M)
    return ERRORS_HEAD + "".join("| `%s` | %s | %s |\n" % (name.lower(), http, title) for name, http, _, title in rows)


def limits():
    out = LIMITS_HEAD
    for line in (BASE / "limits.h").read_text().splitlines():
        group = re.match(r"/\* (.*) \*/$", line)
        row = re.match(r"#define (\w+)\s+(.+?)(?:\s*//\s*(.*))?$", line)
        if group:
            out += "\n**%s**\n\n| limit | value | |\n|---|---|---|\n" % group.group(1)
        elif row:
            out += "| `%s` | %s | %s |\n" % (row.group(1), row.group(2).strip().replace("LL", ""), row.group(3) or "")
    return out


def main(words):
    stale = []
    for name, text in (("errors.md", errors()), ("limits.md", limits())):
        path = HERE / name
        if not path.exists() or path.read_text() != text:
            stale.append(name)
            if "--check" not in words:
                path.write_text(text)
    if stale and "--check" in words:
        print("out of date, run script/reference: " + ", ".join(stale))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
