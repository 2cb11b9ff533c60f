#!/usr/bin/env python3
"""Version 1 of the permutation of card numbers, written a second time, from the words at the head of
src/crypto/permutation.c and from nothing else. It makes the frozen vectors, so that they do not come from the program
they test:

    python3 permutation_v1.py permutation > permutation_v1.csv
    python3 permutation_v1.py extension > permutation_v1_extension.csv

Needs Python 3 and its package "cryptography". It is slow, and does one number at a time on purpose.
"""
import csv
import hashlib
import hmac
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


class Version1:
    def __init__(self, key, size, tweak):
        self.size = size
        self.digits = len(str(size)) - 1
        assert size == 10 ** self.digits
        bound = size.to_bytes(8, "big") + tweak.to_bytes(8, "big")
        self.aes = self.cipher(hmac.new(key, b"cardwright permutation v1" + bound, hashlib.sha256).digest())
        self.extension_aes = self.cipher(hmac.new(key, b"cardwright extension v1" + bound, hashlib.sha256).digest())
        self.table = self.shuffle() if self.digits <= 5 else None

    @staticmethod
    def cipher(key):
        encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        return lambda block: encryptor.update(block)

    def words(self):
        counter = 0
        while True:
            block = self.aes(counter.to_bytes(16, "big"))
            for at in range(0, 16, 4):
                yield int.from_bytes(block[at:at + 4], "big")
            counter += 1

    def shuffle(self):
        table = list(range(self.size))
        words = self.words()
        for i in range(self.size - 1, 0, -1):
            fair = 2 ** 32 // (i + 1) * (i + 1)
            word = next(words)
            while word >= fair:
                word = next(words)
            j = word % (i + 1)
            table[i], table[j] = table[j], table[i]
        return table

    def round(self, i, half, digits):
        x = self.aes(bytes([i]) + bytes(7) + half.to_bytes(8, "big"))
        return int.from_bytes(x, "big") * 10 ** digits >> 128

    def value(self, k):
        if self.table is not None:
            return self.table[k]
        u = self.digits // 2
        v = self.digits - u
        a, b = divmod(k, 10 ** v)
        for i in range(10):
            if i % 2 == 0:
                a = (a + self.round(i, b, u)) % 10 ** u
            else:
                b = (b + self.round(i, a, v)) % 10 ** v
        return a * 10 ** v + b

    def extend(self, value, count):
        digits = ""
        counter = 0
        while len(digits) < count:
            x = self.extension_aes(counter.to_bytes(8, "big") + value.to_bytes(8, "big"))
            digits += "%018d" % (int.from_bytes(x, "big") * 10 ** 18 >> 128)
            counter += 1
        return digits[:count]


CASES = [
    (bytes(32), 0),
    (bytes(range(32)), 1),
    (hashlib.sha256(b"a key of the test").digest(), 2 ** 64 - 1),
]


def main():
    out = csv.writer(sys.stdout, lineterminator="\n")
    source = "permutation_v1.py"
    if sys.argv[1:] == ["permutation"]:
        out.writerow(["key", "size", "tweak", "k", "value", "source"])
        for key, tweak in CASES:
            for digits in range(1, 19):
                size = 10 ** digits
                permutation = Version1(key, size, tweak)
                for k in sorted({0, 1, size // 3, size // 2, size - 2, size - 1}):
                    out.writerow([key.hex(), size, tweak, k, permutation.value(k), source])
    elif sys.argv[1:] == ["extension"]:
        out.writerow(["key", "size", "tweak", "value", "digits", "source"])
        for key, tweak in CASES:
            for size in (10 ** 5, 10 ** 18):
                permutation = Version1(key, size, tweak)
                for value, count in ((0, 1), (1, 18), (size // 3, 19), (size - 1, 132)):
                    out.writerow([key.hex(), size, tweak, value, permutation.extend(value, count), source])
    else:
        sys.exit(__doc__)


main()
