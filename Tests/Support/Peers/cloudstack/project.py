"""One project: a database, its keys, and the port its gateway listens on."""
import contextlib
import json
import secrets
import shutil
import time

import psycopg
from aiohttp import web
from psycopg_pool import AsyncConnectionPool

from . import auth, errors, rest, rpc, storage, tokens, tus
from .faults import Faults, serve_through_faults
from .realtime import Realtime
from .refused import Refused
from .traffic import Traffic

STATEMENT_TIMEOUT = {"anon": "3s", "authenticated": "8s", "service_role": "8s"}
FAR_FUTURE = 4102444800


class Project:
    """`open` and `close` it; `offline` and `online` only stop and start the listening."""

    def __init__(self, cluster, name, database, *, secret=None, jwt_lifetime=3600):
        self.cluster, self.name, self.database = cluster, name, database
        self.secret = secret or secrets.token_hex(32)
        self.jwt_lifetime = jwt_lifetime
        self.refresh_reuse_interval = 10
        self.anon_key = self._key("anon")
        self.service_key = self._key("service_role")
        self.publishable_key = "sb_publishable_" + secrets.token_urlsafe(22)
        self.secret_key = "sb_secret_" + secrets.token_urlsafe(22)
        self.faults, self.traffic = Faults(), Traffic()
        self.realtime = Realtime(self)
        self.issued, self.withdrawn = {}, set()
        self.functions, self.tables = {}, {}
        self.files = cluster.folder / "files" / name
        self.uploads = {}
        self.port = 0
        self._runner = self._users = self._admin = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def describe(self):
        return {
            "name": self.name, "url": self.url, "anon_key": self.anon_key, "service_key": self.service_key,
            "publishable_key": self.publishable_key, "secret_key": self.secret_key, "jwt_secret": self.secret,
            "dsn": self.cluster.dsn(self.database),
        }

    async def open(self):
        self.files.mkdir(parents=True, exist_ok=True)
        await self.connect()
        await self.online()

    async def close(self):
        await self.offline()
        await self.disconnect()
        shutil.rmtree(self.files, ignore_errors=True)

    async def connect(self):
        self._users = _pool(self.cluster.dsn(self.database, "authenticator"), 20)
        self._admin = _pool(self.cluster.dsn(self.database), 6)
        await self._users.open()
        await self._admin.open()
        await self.realtime.start()

    async def disconnect(self):
        await self.realtime.stop()
        for pool in (self._users, self._admin):
            if pool:
                await pool.close()
        self.forget_schema()

    async def online(self):
        app = web.Application(middlewares=[serve_through_faults, _answer_errors], client_max_size=64 << 20)
        app["project"] = self
        for module in (auth, rpc, rest, tus, storage):
            app.add_routes(module.routes)
        app.router.add_get("/realtime/v1/websocket", self.realtime.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def offline(self):
        if self._runner:
            await self.realtime.drop_all()
            await self._runner.cleanup()
            self._runner = None

    def forget_schema(self):
        """What PostgREST does on `notify pgrst, 'reload schema'`."""
        self.functions.clear()
        self.tables.clear()

    # Who asks

    def identify(self, request):
        """The database role and the claims of a request, from its two keys."""
        key = request.headers.get("apikey") or request.query.get("apikey")
        roles = {
            self.anon_key: "anon", self.publishable_key: "anon", self.service_key: "service_role",
            self.secret_key: "service_role",
        }
        if not key:
            raise Refused(401, {"message": "No API key found in request", "hint": "No `apikey` request header or url param was found."})
        if key not in roles:
            raise Refused(401, {"message": "Invalid API key", "hint": "Double check your Supabase `anon` or `service_role` API key."})
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token or token in roles:
            role = roles.get(token, roles[key])
            return role, {"role": role}
        claims = self.check(token)
        return claims.get("role", "anon"), claims

    def check(self, token):
        if token in self.withdrawn:
            raise tokens.expired()
        return tokens.verify(token, self.secret)

    def _key(self, role):
        return tokens.sign({"iss": "supabase", "ref": self.name, "role": role, "iat": int(time.time()), "exp": FAR_FUTURE}, self.secret)

    # The database

    @contextlib.asynccontextmanager
    async def as_role(self, role, claims, *, read_only=False):
        """A transaction in which row security judges `role` and `claims`, as PostgREST opens it."""
        if role not in STATEMENT_TIMEOUT:
            raise errors.ApiError(403, "22023", f'role "{role}" does not exist')
        try:
            async with self._users.connection() as connection:
                if read_only:
                    await connection.execute("set transaction read only")
                await connection.execute(
                    "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true),"
                    " set_config('statement_timeout', %s, true), set_config('search_path', 'public, extensions', true)",
                    (role, json.dumps(claims), STATEMENT_TIMEOUT[role]))
                yield connection
        except psycopg.Error as error:
            raise errors.from_database(error, role) from error

    @contextlib.asynccontextmanager
    async def as_admin(self):
        async with self._admin.connection() as connection:
            yield connection


def _pool(dsn, size):
    return AsyncConnectionPool(dsn, min_size=0, max_size=size, open=False, timeout=60)


@web.middleware
async def _answer_errors(request, handler):
    try:
        return await handler(request)
    except errors.ApiError as error:
        return errors.answer(error)
    except Refused as refused:
        return web.json_response(refused.body, status=refused.status)
