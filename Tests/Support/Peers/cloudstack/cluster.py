"""A PostgreSQL server of our own: data folder, socket and processes vanish with it."""
import asyncio
import ctypes
import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg

SETTINGS = {
    "listen_addresses": "",  # the Unix socket is enough
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "error",
}
SUPERUSER = "supabase_admin"
SQL = Path(__file__).parent / "sql"


class Cluster:
    """Started by its initialiser; `stop` ends it and removes its files."""

    def __init__(self):
        self.binaries = _find_binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="ce-pg-"))
        self._account = _unprivileged_account()
        if self._account:
            shutil.chown(self.folder, self._account.pw_name)
        self._server = None
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def dsn(self, database, user=SUPERUSER):
        return f"host={self.folder} user={user} dbname={database}"

    def admin(self, database="postgres"):
        return psycopg.connect(self.dsn(database), autocommit=True)

    async def dump(self, database):
        process = await asyncio.create_subprocess_exec(
            self.binaries / "pg_dump", "-h", self.folder, "-U", SUPERUSER, "--exclude-table-data=realtime.messages", database,
            stdout=asyncio.subprocess.PIPE)
        text, _ = await process.communicate()
        # A fresh key guards each dump's psql commands.
        return sorted(line for line in text.decode().splitlines() if not line.startswith("\\"))

    def stop(self):
        if self._server:
            self._server.send_signal(signal.SIGINT)  # "fast": ends sessions, then itself
            try:
                self._server.wait(20)
            except subprocess.TimeoutExpired:
                self._server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self):
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        log = open(self.folder / "server.log", "w", encoding="utf-8")
        self._server = subprocess.Popen(
            [self.binaries / "postgres", "-D", data, f"-cunix_socket_directories={self.folder}", *options],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent, **self._as_account())
        self._wait_ready()
        with self.admin() as connection:
            connection.execute((SQL / "roles.sql").read_text())

    def _wait_ready(self):
        for _ in range(1200):
            if self._run("pg_isready", "-q", "-t", "1", "-h", self.folder, "-U", SUPERUSER, "-d", "postgres", check=False):
                return
            if self._server.poll() is not None:
                break
            try:
                self._server.wait(0.1)
            except subprocess.TimeoutExpired:
                pass
        raise RuntimeError("PostgreSQL did not start: " + (self.folder / "server.log").read_text())

    def _run(self, program, *arguments, check=True):
        done = subprocess.run(
            [self.binaries / program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            cwd=self.folder, check=False, **self._as_account())
        if check and done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")
        return done.returncode == 0

    def _as_account(self):
        if not self._account:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}


def _find_binaries():
    for folder in sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]), reverse=True):
        if os.access(f"{folder}/initdb", os.X_OK):
            return Path(folder)
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    raise RuntimeError("PostgreSQL is missing: apt-get install postgresql")


def _unprivileged_account():
    """PostgreSQL refuses to run as root; Debian's package made an account for it."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("there is no account to run PostgreSQL under: apt-get install postgresql")


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG
