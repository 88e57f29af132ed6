"""One run: chaos for some seconds, then quiet, then the checks. Prints what it counted and found, as JSON.

usage: python -m convergence.run '{"dsn": …, "url": …, "service_key": …, "user": …, "seed": 1, "seconds": 8}'
`user` has no row anywhere yet. Without `url`, SQL alone plays the cloud companion.
"""
import collections
import json
import random
import sys
import threading
import time
import uuid

import psycopg

from .companion import Companion, Hammer
from .device import Device

YEAR = 365 * 86400


class Counts:
    """What happened how often. What starts with "error" must not happen at all."""

    def __init__(self, seconds):
        self._counter, self._lock = collections.Counter(), threading.Lock()
        self._end = time.monotonic() + seconds

    def add(self, what):
        with self._lock:
            self._counter[what] += 1
            if what.startswith("error"):
                self._end = 0  # nothing more to learn

    def is_over(self):
        return time.monotonic() >= self._end

    def has_failed(self):
        return self._end == 0

    def all(self):
        return dict(self._counter)


def run(setup):
    seed, user, counts = setup["seed"], setup["user"], Counts(setup["seconds"])
    admin = psycopg.connect(setup["dsn"], autocommit=True)
    reminder = str(uuid.uuid4())
    admin.execute("insert into public.profiles (id, user_id, email) values (%s, %s, %s)", (user, user, user))
    admin.execute("insert into public.conversation_state (user_id, trust_score) values (%s, 5.0)", (user,))
    admin.execute(
        "insert into public.reminders (id, user_id, kind, text, due_at, time_zone) values (%s, %s, 'once', '', now(), '')",
        (reminder, user))

    devices = [Device(setup["dsn"], user, i, seed, skew, counts) for i, skew in enumerate([0, -YEAR, YEAR, -30])]
    writers = [Hammer(setup["dsn"], user, seed * 100 + i, counts) for i in range(2)]
    if setup.get("url"):
        writers.append(Companion(setup["url"], setup["service_key"], user, seed, counts))
    threads = [threading.Thread(target=_work, args=(device, reminder, seed, counts)) for device in devices]
    threads += [threading.Thread(target=_write, args=(writer, seed + i, counts)) for i, writer in enumerate(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(2):  # what one sends last, the others must still fetch
        for device in devices:
            if not counts.has_failed():
                device.finish()
    return {"counts": counts.all(), "violations": _check(admin, user, reminder, devices, counts)}


def _work(device, reminder, seed, counts):
    pace = random.Random(seed)
    while not counts.is_over():
        for _ in range(pace.randrange(4)):
            device.change_something(reminder)
        device.sync()
        time.sleep(pace.random() * 0.01)


def _write(writer, seed, counts):
    pace = random.Random(seed)
    while not counts.is_over():
        writer.act()
        time.sleep(pace.random() * 0.01)


def _check(admin, user, reminder, devices, counts):
    def one(statement, *values):
        return admin.execute(statement, values).fetchone()[0]

    found = [what for what in counts.all() if what.startswith("error")]
    if found:
        return found
    first = devices[0].mirror
    found += [f"device {device.number} differs" for device in devices if device.mirror != first]
    for table in ("memory", "messages"):
        stored = one(f"select count(*) from public.{table} where user_id = %s", user)
        mirrored = sum(1 for name, _ in first if name == table)
        if stored != mirrored:
            found.append(f"{table}: the server has {stored} rows, devices {mirrored}")
    for body in [row["b"] | {"key": row["k"][1]} for (name, _), row in first.items() if name == "memory"]:
        stored = admin.execute(
            "select value from public.memory where user_id = %s and category in ('FACT', 'PLAN') and key = %s",
            (user, body["key"])).fetchone()
        if stored is None or stored[0] != body["value"]:
            found.append(f"memory {body['key']}: the server has {stored}, devices {body['value']}")
    trust = float(one("select trust_score from public.conversation_state where user_id = %s", user))
    expected = 5 + sum(device.trust for device in devices) / 10
    if abs(trust - expected) > 1e-6:
        found.append(f"trust is {trust}, the increments make {expected}")
    messages = {str(row[0]) for row in admin.execute("select id from public.messages where user_id = %s", (user,))}
    if messages != set().union(*(device.own_messages for device in devices)):
        found.append("messages are not those that were written")
    for device in devices:
        for key, value in device.own_memories.items():
            if one("select coalesce((select value from public.memory where user_id = %s and key = %s), '')", user, key) != value:
                found.append(f"{key}, written by one device only, has not its last value")
        for field, value in device.own_fields.items():
            if one(f"select {field} from public.reminders where user_id = %s and id = %s", user, reminder) != value:
                found.append(f"reminder's {field}, written by one device only, has not its last value")
    if not one(
            "select h.seq = (select max(seq) from sync.row_versions r where r.user_id = h.user_id) and h.live = (select count(*)"
            " from sync.row_versions r where r.user_id = h.user_id and not r.deleted) from sync.heads h where h.user_id = %s", user):
        found.append("the head does not match the versions")
    return found


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))
