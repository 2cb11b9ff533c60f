"""Writes the migrations as C: embed.py OUTPUT FILE... where each FILE is <engine>/NNNN_name.sql.

Numbers run from 0001 without a gap, and each engine has the same ones under the same names.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "base"))
from c_literal import literal  # noqa: E402

ENGINES = ("sqlite", "postgres")


def read(paths):
    found = {engine: {} for engine in ENGINES}
    for path in map(pathlib.Path, paths):
        match = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", path.name)
        if match is None or path.parent.name not in ENGINES:
            sys.exit(f"{path}: not <engine>/NNNN_name.sql")
        version, name = int(match[1]), match[2]
        if version in found[path.parent.name]:
            sys.exit(f"{path}: the number is taken")
        found[path.parent.name][version] = (name, path.read_text(encoding="utf-8"))
    return found


def check(found):
    names = [{version: name for version, (name, _) in found[engine].items()} for engine in ENGINES]
    if names[0] != names[1]:
        sys.exit("the engines do not have the same migrations")
    if sorted(names[0]) != list(range(1, len(names[0]) + 1)):
        sys.exit("the numbers do not run from 0001 without a gap")


def write(out, found):
    out.write('#include "store/migration_list.h"\n')
    out.write(f"\nconst int migration_count = {len(found[ENGINES[0]])};\n")
    for engine in ENGINES:
        out.write(f"\nconst struct migration migrations_{engine}[] = {{\n")
        for version, (name, sql) in sorted(found[engine].items()):
            out.write(f'    {{ {version}, "{name}",\n' + literal(sql) + "    },\n")
        out.write("    { 0, 0, 0 },\n};\n")


found = read(sys.argv[2:])
check(found)
with open(sys.argv[1], "w", encoding="utf-8") as out:
    write(out, found)
