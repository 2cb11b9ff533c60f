#!/usr/bin/python3
"""Version 1 of the hashes of the audit trail, written a second time, from the words at the head of src/store/audit.h and
from nothing else. It makes the frozen vectors:

    python3 audit_v1.py > audit_v1.csv

The rows form two chains; `previous` is the hash before, of zeros for the first of a chain. Texts stand as hexadecimal,
an absent one as "-".
"""
import csv
import hashlib
import struct
import sys

INTEGER, TEXT = "integer", "text"
FIELDS = (
    ("lane", INTEGER), ("sequence", INTEGER), ("at_ms", INTEGER), ("organization_id", INTEGER), ("actor_kind", INTEGER),
    ("actor_id", INTEGER), ("actor_name", TEXT), ("channel", INTEGER), ("peer", TEXT), ("request_id", TEXT), ("action", TEXT),
    ("subject_type", TEXT), ("subject_id", INTEGER), ("result", TEXT), ("detail", TEXT),
)

RECORDS = (
    (1, 1, 0, 0, 0, 0, None, 0, None, None, "", None, 0, "", None),
    (1, 2, 1760000000123, 7, 2, 99, "till-7", 1, "192.0.2.7", "req_0123456789abc", "card.issued", "card", 4611686018427387904, "ok",
     '{"customer_id":"cus_0000000000001"}'),
    (1, 3, 1760000000124, 7, 1, 3, "asha@example.com", 1, "2001:db8::7", "req_0123456789abd", "card.issued", None, 0, "card_limit_reached", None),
    (1, 4, 9223372036854775807, -1, -9223372036854775808, -2, "", 5, "", "", "x", "", -1, "ok", ""),
    (1, 5, 1760000000125, 7, 1, 3, "r\u00e9n\u00e9e \u2022 \U0001f0a1", 0, "local", "req", "label.created", "label", 1, "ok", '{"label":"\u00dcber \\"x\\""}'),
    # The same characters, parted otherwise between two texts: lengths keep them apart.
    (2, 1, 1, 1, 1, 1, "ab", 1, "c", "d", "e", "f", 1, "ok", "g"),
    (2, 2, 1, 1, 1, 1, "a", 1, "bc", "d", "e", "f", 1, "ok", "g"),
    (2, 3, 1, 1, 1, 1, "a", 1, None, "bcd", "e", "f", 1, "ok", "g"),
    (2, 4, 1, 1, 1, 1, "a", 1, "", "bcd", "e", "f", 1, "ok", "g" * 3000),
)


def canonical(record):
    out = b"\x01"
    for (_, kind), value in zip(FIELDS, record):
        if kind is INTEGER:
            out += struct.pack(">q", value)
        elif value is None:
            out += b"\xff\xff\xff\xff"
        else:
            encoded = value.encode()
            out += struct.pack(">I", len(encoded)) + encoded
    return out


def printed(kind, value):
    return value if kind is INTEGER else "-" if value is None else value.encode().hex()


def main():
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([name for name, _ in FIELDS] + ["previous", "canonical", "hash"])
    heads = {}
    for record in RECORDS:
        previous = heads.get(record[0], bytes(32))
        digest = hashlib.sha256(previous + canonical(record)).digest()
        heads[record[0]] = digest
        values = [printed(kind, value) for (_, kind), value in zip(FIELDS, record)]
        writer.writerow(values + [previous.hex(), canonical(record).hex(), digest.hex()])


main()
