"""P9: what it costs to have it."""
import os
import subprocess
import time

from filled import filled
from house import PROGRAM, in_turn, median, say, scratch

ROUNDS = 5
IDLE_SECONDS = 2


def run():
    server, _, _ = filled()

    def start():
        seconds = server.start()
        time.sleep(IDLE_SECONDS)
        memory = server.memory_kib()
        server.stop()
        return {"start_ms": seconds * 1000, "idle_mib": memory["VmRSS"] / 1024}

    results = in_turn(ROUNDS, start=start)["start"]
    with scratch() as directory:
        subprocess.run(["strip", "-o", directory / "cardwright", PROGRAM], check=True)
        length = os.path.getsize(directory / "cardwright")
    say(f"  start to first answer with 10,000,000 cards: median {median([r['start_ms'] for r in results]):.0f} ms; idle memory "
        f"{median([r['idle_mib'] for r in results]):.1f} MiB; the program, stripped: {length / 1e6:.2f} MB")
