"""Databases of projects, copied from templates that are made once."""
import asyncio
from pathlib import Path

import psycopg

from .cluster import SQL

MIGRATIONS = Path(__file__).resolve().parents[4] / "supabase" / "migrations"
PARTS = ("auth", "public", "realtime", "storage")


class Databases:
    """schemas: `bare` (a new Supabase project), `original` (with the cloud companion's tables), `ready` (migrated)."""

    def __init__(self, cluster, migrations=MIGRATIONS):
        self._cluster, self._migrations = cluster, migrations
        self._lock = asyncio.Lock()
        self._made = set()

    async def create(self, name, schema):
        async with self._lock:
            await asyncio.to_thread(self._ensure, schema)
            await asyncio.to_thread(self._copy, f"template_{schema}", name)

    async def copy(self, source, target):
        async with self._lock:
            await asyncio.to_thread(self._copy, source, target)

    async def drop(self, name):
        await asyncio.to_thread(self._drop, name)

    def _ensure(self, schema):
        if schema in self._made:
            return
        if schema == "bare":
            self._make_bare()
        else:
            self._ensure("bare")
            self._copy("template_bare", f"template_{schema}")
            if schema == "original":
                self._run(f"template_{schema}", SQL / "original.sql")
            else:
                self._migrate(f"template_{schema}")
        self._made.add(schema)

    def _make_bare(self):
        with self._cluster.admin() as connection:
            connection.execute("create database template_bare owner postgres")
        with self._cluster.admin("template_bare") as connection:
            connection.execute("alter schema public owner to postgres")
            for part in PARTS:
                connection.execute((SQL / f"{part}.sql").read_text())

    async def migrate(self, database, replacements=()):
        await asyncio.to_thread(self._migrate, database, replacements)

    async def rollback(self, database):
        await asyncio.to_thread(self._run, database, self._migrations.parent / "rollback.sql")

    def _migrate(self, database, replacements=()):
        """Applies the migrations, with texts replaced where a test plants a bug."""
        texts = {file: file.read_text(encoding="utf-8") for file in sorted(self._migrations.glob("*.sql"))}
        for old, new in replacements:
            if not any(old in text for text in texts.values()):
                raise RuntimeError(f"nothing to replace: {old}")
            texts = {file: text.replace(old, new) for file, text in texts.items()}
        for file, text in texts.items():
            self._run(database, file, text)
        # A later migration may define a function anew: then the bug would be planted in what nobody calls.
        with psycopg.connect(self._cluster.dsn(database, "postgres")) as connection:
            bodies = [row[0] for row in connection.execute("select prosrc from pg_proc where prolang <> 12")]
        for old, new in replacements:
            if not new.startswith("create ") and not any(new in body for body in bodies):
                raise RuntimeError(f"a later migration takes the replacement of this back: {old}")

    def _run(self, database, file, text=None):
        """Runs a script in one transaction, as the owner of a hosted project does."""
        with psycopg.connect(self._cluster.dsn(database, "postgres")) as connection:
            try:
                connection.execute(text or file.read_text(encoding="utf-8"))
            except psycopg.Error as error:
                raise RuntimeError(f"{file.name}: {error} {error.diag.context or ''}") from error

    def _copy(self, source, target):
        with self._cluster.admin() as connection:
            connection.execute(f'create database "{target}" template "{source}" owner postgres strategy file_copy')

    def _drop(self, name):
        with self._cluster.admin() as connection:
            connection.execute(f'drop database if exists "{name}" with (force)')
