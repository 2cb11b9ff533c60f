"""P7: the payment cryptography on one core, against OpenSSL alone doing the same cipher operations."""
import subprocess

from house import BENCH, ROOT, median, say, scratch, wait_quiet

ROUNDS = 7
LIBRARIES = [ROOT / "build/src" / folder / f"lib{folder}.a" for folder in ("crypto", "base")]


def run():
    with scratch() as directory:
        program = directory / "crypto"
        subprocess.run(["gcc", "-O2", "-std=gnu17", "-D_GNU_SOURCE", f"-I{ROOT / 'src'}", "-o", program, BENCH / "crypto.c",
                        *LIBRARIES, "-lcrypto", "-lsodium", "-lpthread"], check=True)
        busy = wait_quiet()
        done = subprocess.run([program, str(ROUNDS)], capture_output=True, text=True, check=True)
    say(f"  medians of {ROUNDS} rounds, a second on one core; the first two are P7 (others used {busy:.0%} of the processors before)")
    say(f"  {'':<36} {'function':>12} {'OpenSSL':>12}   ratio")
    for line in done.stdout.splitlines():
        name, *figures = line.split("\t")
        own, bare = [float(value) for value in figures[0::2]], [float(value) for value in figures[1::2]]
        ratio = median([one / other for one, other in zip(own, bare)])
        say(f"  {name:<36} {median(own):>12,.0f} {median(bare):>12,.0f}   {ratio:.2f}")
