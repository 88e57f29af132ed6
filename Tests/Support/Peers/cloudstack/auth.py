"""GoTrue: passwords, one-time codes, sessions."""
import hashlib
import json
import secrets

import psycopg
from aiohttp import web

from . import sessions
from .refused import Refused, auth_failure as failure

routes = web.RouteTableDef()
CODE_LIFETIME = 3600


@routes.get("/auth/v1/health")
async def health(request):
    request.app["project"].identify(request)
    return web.json_response({
        "version": "v2.180.0", "name": "GoTrue", "description": "GoTrue is a user registration and authentication API"})


@routes.get("/auth/v1/settings")
async def settings(request):
    request.app["project"].identify(request)
    return web.json_response({"external": {"email": True}, "disable_signup": False, "mailer_autoconfirm": True})


@routes.post("/auth/v1/signup")
async def signup(request):
    project, body = await _begin(request)
    if not body.get("password"):
        raise failure(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled")
    async with project.as_admin() as connection:
        try:
            user = await sessions.create_user(connection, body["email"], body["password"])
        except psycopg.errors.UniqueViolation as error:
            raise failure(422, "user_already_exists", "User already registered") from error
        return web.json_response(await sessions.begin(project, connection, user))


@routes.post("/auth/v1/token")
async def token(request):
    project, body = await _begin(request)
    grant = request.query.get("grant_type")
    async with project.as_admin() as connection:
        if grant == "password":
            user = await sessions.user_by_email(connection, body.get("email"))
            if user is None or user["encrypted_password"] != password_hash(body.get("password", "")):
                raise failure(400, "invalid_credentials", "Invalid login credentials")
            return web.json_response(await sessions.begin(project, connection, user))
        if grant == "refresh_token":
            session = await sessions.refresh(project, connection, body.get("refresh_token", ""))
    if grant != "refresh_token":
        raise failure(400, "invalid_request", "unsupported_grant_type")
    # The revocation of a family is committed by now; only the answer is an error.
    if isinstance(session, Refused):
        raise session
    return web.json_response(session)


@routes.post("/auth/v1/otp")
async def otp(request):
    project, body = await _begin(request)
    email = body.get("email", "")
    async with project.as_admin() as connection:
        if await sessions.user_by_email(connection, email) is None:
            if body.get("create_user") is False:
                raise failure(422, "otp_disabled", "Signups not allowed for otp")
            await sessions.create_user(connection, email, None)
        await connection.execute(
            "insert into auth.one_time_tokens values (%s, %s, now() + make_interval(secs => %s))"
            " on conflict (email) do update set code = excluded.code, expires_at = excluded.expires_at",
            (email, f"{secrets.randbelow(1000000):06d}", CODE_LIFETIME))
    return web.json_response({})


@routes.post("/auth/v1/verify")
async def verify(request):
    project, body = await _begin(request)
    async with project.as_admin() as connection:
        used = await (await connection.execute(
            "delete from auth.one_time_tokens where email = %s and code = %s and expires_at > now() returning email",
            (body.get("email"), body.get("token")))).fetchone()
        if used is None:
            raise failure(403, "otp_expired", "Token has expired or is invalid")
        user = await sessions.user_by_email(connection, body["email"])
        return web.json_response(await sessions.begin(project, connection, user))


@routes.get("/auth/v1/user")
async def user(request):
    project = request.app["project"]
    claims = signed_in(project, request)
    async with project.as_admin() as connection:
        found = await sessions.user_by_id(connection, claims["sub"])
        if found is None:
            raise failure(403, "user_not_found", "User from sub claim in JWT does not exist")
        if not await sessions.exists(connection, claims.get("session_id")):
            raise failure(403, "session_not_found", "Session from session_id claim in JWT does not exist")
    return web.json_response(sessions.describe(found))


@routes.post("/auth/v1/logout")
async def logout(request):
    project = request.app["project"]
    claims = signed_in(project, request)
    scope = request.query.get("scope", "global")
    conditions = {"local": "id = %(session)s", "others": "id <> %(session)s", "global": "true"}
    if scope not in conditions:
        raise failure(400, "validation_failed", f"Unsupported logout scope {scope}")
    async with project.as_admin() as connection:
        await connection.execute(
            "delete from auth.sessions where user_id = %(user)s and " + conditions[scope],
            {"user": claims["sub"], "session": claims.get("session_id")})
    return web.Response(status=204)


def signed_in(project, request):
    role, claims = project.identify(request)
    if "sub" not in claims:
        raise failure(401, "no_authorization", "This endpoint requires a Bearer token" if role == "anon" else "missing sub claim")
    return claims


def password_hash(password):
    return hashlib.sha256(password.encode()).hexdigest()


async def _begin(request):
    project = request.app["project"]
    project.identify(request)
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise failure(400, "bad_json", "Could not parse request body as JSON") from error
    return project, body


