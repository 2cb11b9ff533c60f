"""Writes test vectors as C: embed.py OUTPUT FILE.csv..."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "base"))
from c_literal import literal  # noqa: E402

files = sorted(map(pathlib.Path, sys.argv[2:]))
with open(sys.argv[1], "w", encoding="utf-8") as out:
    out.write('#include "crypto/selftest/vectors.h"\n')
    out.write(f"\nconst int vector_file_count = {len(files)};\n")
    out.write("\nconst struct vector_file_built_in vector_files[] = {\n")
    for file in files:
        content = file.read_bytes().decode("utf-8")
        out.write(f'    {{ "{file.name}",\n{literal(content)}        , {len(content.encode())} }},\n')
    out.write("};\n")
