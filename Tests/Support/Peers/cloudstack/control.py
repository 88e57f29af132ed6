"""What only tests may do: make projects and users, break things, count, look inside. Its port is not a project's."""
import itertools
import secrets
import uuid

import psycopg
from aiohttp import web
from psycopg.rows import dict_row

from . import sessions
from .project import Project

routes = web.RouteTableDef()
_numbers = itertools.count(1)


@routes.post("/_test/projects")
async def create_project(request):
    body = await request.json()
    name = f"project{next(_numbers)}"
    database = f"{name}_{secrets.token_hex(3)}"
    await request.app["databases"].create(database, body.get("schema", "ready"))
    project = Project(request.app["cluster"], name, database, jwt_lifetime=body.get("jwt_lifetime", 3600))
    await project.open()
    request.app["projects"][name] = project
    return web.json_response(project.describe())


@routes.delete("/_test/projects/{project}")
async def delete_project(request):
    project = _project(request)
    del request.app["projects"][project.name]
    await project.close()
    await request.app["databases"].drop(project.database)
    return web.json_response({})


@routes.post("/_test/projects/{project}/users")
async def create_user(request):
    project, body = _project(request), await request.json()
    user_id = body.get("id") or str(uuid.uuid4())
    email = body.get("email") or f"{user_id[:8]}@example.com"
    password = body.get("password") or secrets.token_urlsafe(12)
    async with project.as_admin() as connection:
        user = await sessions.create_user(connection, email, password, user_id)
        token = await sessions.access_token(project, connection, user["id"])
    return web.json_response({"id": user_id, "email": email, "password": password, "access_token": token})


@routes.get("/_test/projects/{project}/users/{user}")
async def sign_in(request):
    """A user that is there already, with an access token."""
    project = _project(request)
    async with project.as_admin() as connection:
        user = await sessions.user_by_id(connection, request.match_info["user"])
        token = await sessions.access_token(project, connection, user["id"])
    return web.json_response({"id": str(user["id"]), "email": user["email"], "password": "", "access_token": token})


@routes.delete("/_test/projects/{project}/users/{user}")
async def delete_user(request):
    async with _project(request).as_admin() as connection:
        await connection.execute("delete from auth.users where id = %s", (request.match_info["user"],))
    return web.json_response({})


@routes.post("/_test/projects/{project}/expire")
async def expire(request):
    """Access tokens given out so far count as over: those of `user`, or all."""
    project, body = _project(request), await request.json()
    users = [body["user"]] if body.get("user") else list(project.issued)
    for user in users:
        project.withdrawn |= project.issued.pop(user, set())
    return web.json_response({})


@routes.get("/_test/projects/{project}/code")
async def code(request):
    async with _project(request).as_admin() as connection:
        row = await (await connection.execute(
            "select code from auth.one_time_tokens where email = %s", (request.query["email"],))).fetchone()
    return web.json_response({"code": row and row[0]})


@routes.post("/_test/projects/{project}/settings")
async def settings(request):
    project = _project(request)
    for name, value in (await request.json()).items():
        if name not in ("jwt_lifetime", "refresh_reuse_interval"):
            raise web.HTTPBadRequest(text=f"no setting {name}")
        setattr(project, name, value)
    return web.json_response({})


@routes.post("/_test/projects/{project}/faults")
async def add_fault(request):
    _project(request).faults.add(await request.json())
    return web.json_response({})


@routes.get("/_test/projects/{project}/faults")
async def count_faults(request):
    return web.json_response({"struck": _project(request).faults.struck})


@routes.delete("/_test/projects/{project}/faults")
async def clear_faults(request):
    _project(request).faults.clear()
    return web.json_response({})


@routes.get("/_test/projects/{project}/traffic")
async def traffic(request):
    return web.json_response(_project(request).traffic.report())


@routes.delete("/_test/projects/{project}/traffic")
async def reset_traffic(request):
    _project(request).traffic.reset()
    return web.json_response({})


@routes.post("/_test/projects/{project}/sql")
async def run_sql(request):
    """A statement of the superuser's, or of `user` under row security. Answers its rows, or the SQLSTATE."""
    project, body = _project(request), await request.json()
    if body.get("role"):
        claims = {"role": body["role"], **({"sub": body["user"]} if body.get("user") else {})}
        async with project.as_role(body["role"], claims) as connection:
            return web.json_response(await _rows(connection, body))
    try:
        async with project.as_admin() as connection:
            return web.json_response(await _rows(connection, body))
    except psycopg.Error as error:
        return web.json_response({"code": error.sqlstate, "message": str(error)}, status=400)


@routes.post("/_test/projects/{project}/migrate")
async def migrate(request):
    project, body = _project(request), await request.json()
    try:
        await request.app["databases"].migrate(project.database, body.get("replace", []))
    except RuntimeError as error:
        return web.json_response({"code": "migration", "message": str(error)}, status=400)
    return web.json_response({})


@routes.post("/_test/projects/{project}/rollback")
async def rollback(request):
    await request.app["databases"].rollback(_project(request).database)
    return web.json_response({})


@routes.get("/_test/projects/{project}/dump")
async def dump(request):
    """The database's definition, and the rows of everything but Realtime's messages, in an order that does not vary."""
    return web.json_response({"lines": await request.app["cluster"].dump(_project(request).database)})


@routes.post("/_test/projects/{project}/offline")
async def offline(request):
    await _project(request).offline()
    return web.json_response({})


@routes.post("/_test/projects/{project}/online")
async def online(request):
    await _project(request).online()
    return web.json_response({})


@routes.post("/_test/projects/{project}/snapshot")
async def snapshot(request):
    """Puts a copy of the database aside, as a backup does."""
    project = _project(request)
    await project.disconnect()
    try:
        await request.app["databases"].copy(project.database, f"{project.database}_backup")
    finally:
        await project.connect()
    return web.json_response({})


@routes.post("/_test/projects/{project}/restore")
async def restore(request):
    """Goes back to the copy put aside."""
    project, databases = _project(request), request.app["databases"]
    await project.disconnect()
    try:
        await databases.drop(project.database)
        await databases.copy(f"{project.database}_backup", project.database)
        await databases.drop(f"{project.database}_backup")
    finally:
        await project.connect()
    return web.json_response({})


@routes.get("/_test/projects/{project}/realtime")
async def topics(request):
    return web.json_response({"topics": _project(request).realtime.topics()})


@routes.delete("/_test/projects/{project}/realtime")
async def drop_sockets(request):
    await _project(request).realtime.drop_all()
    return web.json_response({})


def _project(request):
    try:
        return request.app["projects"][request.match_info["project"]]
    except KeyError as error:
        raise web.HTTPNotFound(text="no such project") from error


async def _rows(connection, body):
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(body["sql"], body.get("args") or None)
        if cursor.description is None:
            return []
        return [{name: _plain(value) for name, value in row.items()} for row in await cursor.fetchall()]


def _plain(value):
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)
