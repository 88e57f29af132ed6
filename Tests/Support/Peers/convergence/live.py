"""The cloud companion beside real devices. Each line of input is a number of requests to make; the last line of
output says what came of all of them.

usage: python -m convergence.live '{"url": …, "service_key": …, "user": …, "seed": 1}'
"""
import collections
import json
import random
import sys

import httpx
from postgrest.exceptions import APIError

from .companion import TRANSIENT, Companion


class Counts(collections.Counter):
    def add(self, what):
        self[what] += 1


class Witness(Companion):
    """Also writes memories that nobody else does, and knows what each of them may be in the end."""

    def __init__(self, setup, counts):
        super().__init__(setup["url"], setup["service_key"], setup["user"], setup["seed"], counts, offline_is_error=False)
        self._choice = random.Random(setup["seed"])
        self.own = {}

    def act(self):
        if self._choice.random() < 0.7:
            super().act()
        else:
            self._save_own()

    def _save_own(self):
        key, value = f"companion_{self._choice.randrange(4)}", str(self._choice.random())
        row = {"user_id": self._user, "category": "FACT", "key": key, "value": value}
        try:
            self._table("memory").upsert(row, on_conflict="user_id,category,key").execute()
        except httpx.HTTPError:
            # It may have arrived; then the value is one of two.
            self.own.setdefault(key, [""]).append(value)
            self._counts.add("unreachable")
        except APIError as error:
            self._counts.add("transient" if error.code in TRANSIENT else f"error companion {error.code} {error.message}")
        else:
            self.own[key] = [value]
            self._counts.add("companion ok")


def run(setup):
    counts = Counts()
    witness = Witness(setup, counts)
    print("ready", flush=True)
    for line in sys.stdin:
        for _ in range(int(line)):
            witness.act()
    return {"counts": dict(counts), "own": witness.own}


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))
