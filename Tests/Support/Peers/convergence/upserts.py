"""Memories upserted one at a time, as the cloud companion does. Prints how many a second, without the start of Python.

usage: python -m convergence.upserts '{"url": …, "service_key": …, "user": …, "rows": 300}'
"""
import json
import sys
import time

from supabase import create_client


def run(setup):
    client = create_client(setup["url"], setup["service_key"])

    def save(number):
        client.table("memory").upsert({
            "user_id": setup["user"], "category": "FACT", "key": f"key_{number}",
            "value": f"the person likes biryani and talks about کرکٹ number {number}"},
            on_conflict="user_id,category,key").execute()

    save(0)  # The connection and what the gateway remembers of the schema are there before the clock runs.
    began = time.monotonic()
    for number in range(1, setup["rows"] + 1):
        save(number)
    return {"seconds": time.monotonic() - began}


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))
