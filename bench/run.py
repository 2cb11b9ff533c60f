#!/usr/bin/python3
"""The benches: what each measures, and its target. script/bench is the door to it."""
import os
import pathlib
import platform
import re
import subprocess
import sys

import batch
import crypto
import file
import growth
import issue
import lone
import rotation
import weight
from house import PROGRAM, say

BENCHES = (
    ("P1", "batch", batch.run, "draw 1, 100,000 and 100,000,000 numbers over HTTP: one row, under 10 ms"),
    ("P2", "file", file.run, "100,000,000 numbers into a file and over HTTP, checked by another program"),
    ("P3", "issue", issue.run, "issue cards, durable, 64 connections, against Fastify + PostgreSQL"),
    ("P5", "lone", lone.run, "one connection's writes against a bare append + fdatasync"),
    ("P7", "crypto", crypto.run, "PIN and CVV checks, and each other function, against OpenSSL alone on one core"),
    ("P8", "growth", growth.run, "the issue rate with 10,000,000 cards stored against an empty database"),
    ("", "rotation", rotation.run, "rewrite 100,000 registered numbers under new keys"),
    ("P9", "weight", weight.run, "start, idle memory and size of the program, with 10,000,000 cards"),
)


def machine():
    processor = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text()).group(1)
    memory = int(re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)) // 1024
    system = re.search(r'PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text()).group(1)
    version = subprocess.run([PROGRAM, "version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{os.cpu_count()} processors ({processor}), {memory} MiB, {system}, Linux {platform.release()}; {version}"


def main(wanted):
    if not wanted or "--help" in wanted or "-h" in wanted:
        say("usage: script/bench all | NAME...\n")
        for number, name, _, what in BENCHES:
            say(f"  {number:<2}  {name:<8} {what}")
        return 0 if wanted else 64
    known = {word for number, name, _, _ in BENCHES for word in (number, name) if word}
    unknown = [word for word in wanted if word != "all" and word not in known]
    if unknown:
        say(f"bench: unknown: {' '.join(unknown)}; see --help")
        return 64
    say(machine())
    for number, name, run, what in BENCHES:
        if {"all", number, name} & set(wanted):
            say()
            say(f"{number} {name}: {what}".lstrip())
            run()
    return 0


sys.exit(main(sys.argv[1:]))
