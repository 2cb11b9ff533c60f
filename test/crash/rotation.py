#!/usr/bin/python3
"""rotation.py: two keys are rotated while the server is killed again and again, and every number is still found and read.

The keys are those that registered numbers rest under and are found by. Each kill comes when the rewriting has just gone a
little further; after it the job goes on behind the last page that was committed, and no row is done twice or left.
"""

import os
import sys
import threading
import time

from support import Proofs, Server, harness

NUMBER_COUNTS = {"sqlite": 12000, "postgres": 4000}
CARD_COUNT, KILL_COUNT = 20, 6
KEYS = ("number_seal", "number_lookup")


class Vault:
    """An organisation with numbers that were made elsewhere."""

    def __init__(self, server, number_count):
        self.server = server
        server.init()
        server.start()
        self.key = server.api_key("owner", "rotation")
        client = self.client()
        client.post("/v1/series", {"code": "OWN", "name": "Own", "numbering": {"prefix": "OWN", "length": 16, "generation": False}}).ok(201)
        self.numbers = [f"OWN{index * 7919:013d}" for index in range(number_count)]
        job = client.post("/v1/card-numbers/import", body="number\n" + "\n".join(self.numbers) + "\n", headers={"Content-Type": "text/csv"}).ok(202)
        assert self.ended(job["id"])["failed"] == 0
        customer = client.post("/v1/customers", {"external_id": "C1"}).ok(201)
        self.cards = {}
        for number in self.numbers[::number_count // CARD_COUNT]:
            self.cards[client.post("/v1/cards", {"customer_id": customer["id"], "number": number}).ok(201)["id"]] = number

    def client(self):
        return harness.Client(self.server, self.key)

    def job(self, id):
        return self.client().get(f"/v1/jobs/{id}").ok()

    def ended(self, id):
        until = time.monotonic() + 60
        while (job := self.job(id))["finished_at"] is None:
            assert time.monotonic() < until, f"the job does not end: {job}"
            time.sleep(0.02)
        return job

    def rotate(self, name):
        key = self.client().get("/v1/keys", {"name": name, "limit": 1}).ok()["data"][0]
        body = {"custodian_1": "owner@example.com", "password_1": self.server.password}
        return harness.LocalClient(self.server).post(f"/v1/keys/{key['id']}/rotate", body).ok(201)

    def kill_when_further(self, ids, done_before):
        """How many rows are done when it is killed, or None: all are."""
        client, until = self.client(), time.monotonic() + 30
        while True:
            jobs = [client.get(f"/v1/jobs/{id}").ok() for id in ids]
            if all(job["finished_at"] for job in jobs):
                return None
            if sum(job["done"] for job in jobs) > done_before:
                self.server.kill()
                return sum(job["done"] for job in jobs)
            assert time.monotonic() < until, f"nothing is rewritten: {jobs}"

    def find_all(self):
        faults, parts = [], 4

        def find(part):
            client = self.client()
            try:
                for number in self.numbers[part::parts * 3]:
                    assert client.post("/v1/card-numbers/check", {"number": number}).ok()["card_id"], "a number is not found"
            except Exception as fault:
                faults.append(fault)

        threads = [threading.Thread(target=find, args=(part,)) for part in range(parts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]
        client = self.client()
        for id, number in self.cards.items():
            assert client.post(f"/v1/cards/{id}/reveal", {"reason": "crash test"}).ok()["number"] == number


def kill_and_go_on(engine):
    server, count = Server(engine), NUMBER_COUNTS[engine]
    try:
        vault = Vault(server, count)
        ids = [vault.rotate(name)["job_id"] for name in KEYS]
        done, kills = 0, 0
        while kills < KILL_COUNT:
            done = vault.kill_when_further(ids, done)
            if done is None:
                break
            assert done < len(KEYS) * count, "it was killed too late to prove anything"
            kills += 1
            server.start()
        assert kills >= 2, f"only {kills} kills came in the middle"
        for id in ids:
            job = vault.ended(id)
            assert (job["state"], job["done"], job["total"], job["failed"]) == ("done", count, count, 0), job
        vault.find_all()
        assert server.stop() == 0
        rows = server.rows("SELECT seal_key_id, lookup_key_id, count(*) FROM registered_number GROUP BY seal_key_id, lookup_key_id")
        versions = dict(server.rows("SELECT id, version FROM key_block"))
        assert [(versions[seal], versions[lookup], found) for seal, lookup, found in rows] == [(2, 2, count)], rows
        server.command("audit", "verify", "--heads", os.path.join(server.data, "audit-heads"))
    finally:
        server.remove()


def main():
    proofs = Proofs()
    for engine in ("sqlite", "postgres"):
        if engine == "postgres" and "CARDWRIGHT_TEST_POSTGRES" not in os.environ:
            proofs.skip(engine, "CARDWRIGHT_TEST_POSTGRES is not set")
        else:
            proofs.prove(f"{engine}: a rotation goes on after each kill", kill_and_go_on, engine)
    return proofs.close()


if __name__ == "__main__":
    sys.exit(main())
