"""The cloud companion: its own requests through the supabase client with the service key, and harder ones by SQL."""
import random
from datetime import datetime, timezone

import httpx
import psycopg
from postgrest.exceptions import APIError
from supabase import create_client

# What the database may answer to a writer who meets others; the companion drops its write then.
TRANSIENT = {"40P01", "55P03"}


def now():
    return datetime.now(timezone.utc).replace(tzinfo=None).isoformat()


class Companion:
    """The original's access pattern, request for request."""

    def __init__(self, url, service_key, user, seed, counts, *, offline_is_error=True):
        self._client = create_client(url, service_key)
        self._offline_is_error = offline_is_error
        self._user, self._random, self._counts = user, random.Random(seed), counts

    def act(self):
        try:
            self._random.choice([self._save, self._save, self._forget, self._state, self._summary, self._read, self._batch])()
            self._counts.add("companion ok")
        except APIError as error:
            self._counts.add("transient" if error.code in TRANSIENT else f"error companion {error.code} {error.message}")
        except httpx.HTTPError as error:
            self._counts.add(f"error companion {error!r}" if self._offline_is_error else "unreachable")

    def _ensure_profile(self):
        if not self._table("profiles").select("id").eq("id", self._user).execute().data:
            made = self._table("profiles").upsert({
                "id": self._user, "user_id": self._user, "email": f"user_{self._user[:8]}@companion.local", "is_first_login": True,
            }, on_conflict="user_id").execute()
            if not made.data:
                self._counts.add("error companion got no profile back")

    def _save(self):
        self._ensure_profile()
        self._table("memory").upsert({
            "user_id": self._user, "category": "FACT", "key": f"shared_{self._random.randrange(15)}",
            "value": f"companion:{self._random.random()}"}, on_conflict="user_id,category,key").execute()

    def _forget(self):
        self._table("memory").delete().eq("user_id", self._user).eq("category", "FACT").eq(
            "key", f"shared_{self._random.randrange(15)}").execute()

    def _state(self):
        stage = self._random.choice(["ORIENTATION", "ENGAGEMENT", "GUIDANCE"])
        self._table("conversation_state").upsert({
            "user_id": self._user, "stage": stage, "metadata": {"last_trust_adjustment": {"delta": 0.1}}, "updated_at": now(),
        }, on_conflict="user_id").execute()

    def _summary(self):
        done = self._table("conversation_state").update({
            "last_summary": f"companion:{self._random.random()}", "last_topics": ["family"], "last_conversation_at": now(),
        }).eq("user_id", self._user).execute()
        if len(done.data) != 1:
            self._counts.add("error companion's summary met no row")

    def _read(self):
        self._table("memory").select("value,created_at").eq("user_id", self._user).not_.like("key", "user_input_%").order(
            "created_at", desc=True).limit(5).execute()
        self._table("memory").select("*").eq("user_id", self._user).in_("category", ["FACT", "PREFERENCE"]).order(
            "created_at", desc=True).limit(10).execute()
        state = self._table("conversation_state").select("last_summary,last_topics,last_conversation_at").eq(
            "user_id", self._user).single().execute()
        if "last_summary" not in state.data:
            self._counts.add("error companion cannot read the summary")

    def _batch(self):
        """The original's list upsert, which names no conflict target: fine for new keys."""
        keys = [f"batch_{self._random.randrange(1 << 40)}" for _ in range(3)]
        rows = [{"user_id": self._user, "category": "PLAN", "key": key, "value": "x"} for key in keys]
        self._table("memory").upsert(rows).execute()
        self._table("memory").delete().eq("user_id", self._user).in_("key", keys).execute()

    def _table(self, name):
        return self._client.table(name)


class Hammer:
    """The same rows by SQL, faster than any client: many at once, unsorted, and deletes."""

    def __init__(self, dsn, user, seed, counts):
        self._connection = psycopg.connect(dsn, autocommit=True)
        self._connection.execute("set role service_role")
        self._user, self._random, self._counts = user, random.Random(seed), counts

    def act(self):
        keys = [f"shared_{n}" for n in self._random.sample(range(15), self._random.choice([1, 1, 4]))]
        try:
            if self._random.random() < 0.25:
                self._connection.execute("delete from public.memory where user_id = %s and key = any(%s)", (self._user, keys))
            else:
                values = [value for key in keys for value in (self._user, key, f"hammer:{self._random.random()}")]
                self._connection.execute(
                    "insert into public.memory (user_id, category, key, value) values "
                    + ", ".join(["(%s, 'FACT', %s, %s)"] * len(keys))
                    + " on conflict (user_id, category, key) do update set value = excluded.value", values)
            self._counts.add("hammer ok")
        except psycopg.Error as error:
            self._counts.add("transient" if error.sqlstate in TRANSIENT else f"error hammer {error.sqlstate} {error}")
