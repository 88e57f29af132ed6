"""A device as the protocol sees it: a numbered outbox, a mirror of the server, a clock that may be wrong."""
import json
import random
import time
import uuid

import psycopg

TAGS = 1 << 52
TRANSIENT = {"55P03", "40P01"}


def row_id(table, key):
    return table, json.dumps(key)


class Device:
    def __init__(self, dsn, user, number, seed, skew, counts):
        self.id, self.number = str(uuid.uuid4()), number
        self.counts = counts
        self.mirror = {}
        self.outbox = []
        # What only this device writes, and so must stand in the end.
        self.own_memories, self.own_fields, self.own_messages = {}, {}, set()
        self.trust = 0
        self._field_writes = {}
        self._random = random.Random(seed * 1000 + number)
        self._skew, self._hlc = skew, 0
        self._n = self._acked = self._cursor = 0
        self._epoch = None
        self._connection = psycopg.connect(dsn)
        self._connection.execute("set role authenticated")
        claims = json.dumps({"sub": user, "role": "authenticated"})
        self._connection.execute("select set_config('request.jwt.claims', %s, false)", (claims,))
        self._connection.commit()

    # Local changes

    def change_something(self, shared_reminder):
        choice = self._random.random()
        if choice < 0.3:
            self._put_memory(f"shared_{self._random.randrange(15)}")
        elif choice < 0.45:
            self._put_memory(f"own_{self.number}_{self._random.randrange(5)}", self.own_memories)
        elif choice < 0.55:
            self._add("memory", ["FACT", f"shared_{self._random.randrange(15)}"], "del")
        elif choice < 0.7:
            step = self._random.choice([1, -1]) if abs(self.trust) < 10 else (-1 if self.trust > 0 else 1)
            self.trust += step
            self._add("conversation_state", [], "inc", {"trust_score": step / 10})
        elif choice < 0.8:
            field = ["text", "language", "recurrence", "time_zone"][self.number % 4]
            value = f"{self.number}:{self._random.random()}"
            self._add("reminders", [shared_reminder], "patch", {field: value})
            self._field_writes[self._n] = (field, value)
        elif choice < 0.85:
            self._add("memory", ["FACT", "BAD KEY"], "put", {"value": "never"})
        else:
            message = str(uuid.uuid4())
            self.own_messages.add(message)
            self._add("messages", [message], "ins", {"role": "user", "text": "hello", "details": {}})

    def _put_memory(self, key, remembered=None):
        value = f"{self.number}:{self._random.random()}"
        if remembered is not None:
            remembered[key] = value
        self._add("memory", ["FACT", key], "put", {"value": value})

    def _add(self, table, key, kind, values=None):
        self._n += 1
        self._hlc = max(self._hlc + 1, int((time.time() + self._skew) * 1000) << 16)
        op = {"n": self._n, "id": str(uuid.uuid4()), "t": table, "k": key, "op": kind, "h": str(self._hlc)}
        if values is not None:
            op["v"] = values
        seen = self.mirror.get(row_id(table, key))
        if seen:
            op["base"] = seen["s"]
        self.outbox.append(op)

    # Sync

    def sync(self):
        batch = self.outbox[:self._random.choice([1, 5, 20, 60])]
        try:
            if batch or self._random.random() < 0.3:
                self._push(batch)
            else:
                self._pull(self._random.choice([3, 500]))
        except psycopg.Error as error:
            self._connection.rollback()
            self.counts.add("transient" if error.sqlstate in TRANSIENT else f"error {error.sqlstate} {str(error).splitlines()[0]}")

    def _push(self, batch):
        answer = self._call(
            "select public.sync_push(%s, %s::jsonb, %s, 1, 'test', %s, %s, %s, %s)",
            (self.id, json.dumps(batch), self._acked, self._cursor, self._cursor, self._epoch, self._random.choice([7, 500])),
            loses=0.08)
        if answer is None:
            self.counts.add("killed before commit")
            return
        if self._random.random() < 0.15:
            self.counts.add("answer lost")
            return
        if answer["verdict"] != "ok":
            self.counts.add(f"error verdict {answer['verdict']}")
            return
        for result in answer["results"]:
            self.counts.add(f"op {result['r']}")
            if result.get("dup"):
                self.counts.add("op replayed")
            if result["n"] in self._field_writes:
                self._settle_field(result)
        if answer["results"]:
            # Not answer["last"]: a lost answer may have been to a longer batch, and confirming what one has not read loses it.
            self._acked = answer["results"][-1]["n"]
            self.outbox = [op for op in self.outbox if op["n"] > self._acked]
        self._take(answer["pull"])

    def _settle_field(self, result):
        """Against the value that the row began with, a slow clock may lose. Having won once, a device loses no more."""
        field, value = self._field_writes.pop(result["n"])
        if result["r"] == "ok":
            self.own_fields[field] = value
        elif field in self.own_fields:
            self.counts.add(f"error device {self.number} lost its own field to itself")

    def _pull(self, limit):
        self._take(self._call("select public.sync_pull(%s, %s, %s, %s)", (self._cursor, self._cursor, self._epoch, limit)))

    def _call(self, statement, values, loses=0.0):
        answer = self._connection.execute(statement, values).fetchone()[0]
        if self._random.random() < loses:
            self._connection.rollback()
            return None
        self._connection.commit()
        return answer

    def _take(self, page):
        if page["reset"]:
            self.counts.add("reset")
            self.mirror, self._cursor, self._epoch = {}, 0, None
            return
        for row in page["rows"]:
            if row.get("d"):
                self.mirror.pop(row_id(row["t"], row["k"]), None)
            else:
                self.mirror[row_id(row["t"], row["k"])] = row
        self._cursor, self._epoch = page["to"], page["epoch"]
        if not page["more"]:
            self.counts.add("checkpoint")
            total = sum(row["g"] for row in self.mirror.values()) % TAGS
            if total != page["chk"] or len(self.mirror) != page["live"]:
                self.counts.add("error integrity value differs")

    def finish(self):
        """Syncs until nothing is left to send or fetch."""
        for _ in range(1000):
            if self.outbox:
                self.sync()
                continue
            try:
                self._pull(500)
                page = self._call("select public.sync_pull(%s, %s, %s, 500)", (self._cursor, self._cursor, self._epoch))
            except psycopg.Error:
                self._connection.rollback()
                continue
            if not page["rows"] and not page["reset"] and not page["more"]:
                return
        self.counts.add("error never finishes")
