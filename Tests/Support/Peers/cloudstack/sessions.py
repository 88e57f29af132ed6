"""Users, sessions and the rotation of refresh tokens, in the project's database."""
import hashlib
import secrets
import time
import uuid

from psycopg.rows import dict_row

from . import tokens
from .refused import auth_failure as failure


async def create_user(connection, email, password, user_id=None):
    return await _one(
        connection, "insert into auth.users (id, email, encrypted_password) values (%s, %s, %s) returning *",
        (user_id or uuid.uuid4(), email, password and hashlib.sha256(password.encode()).hexdigest()))


async def user_by_email(connection, email):
    return await _one(connection, "select * from auth.users where email = %s", (email,))


async def user_by_id(connection, user_id):
    return await _one(connection, "select * from auth.users where id = %s", (user_id,))


async def exists(connection, session_id):
    return await _one(connection, "select id from auth.sessions where id = %s", (session_id,)) is not None


async def begin(project, connection, user):
    session = await _one(connection, "insert into auth.sessions (user_id) values (%s) returning *", (user["id"],))
    return _answer(project, user, session["id"], await _issue(connection, session["id"], None))


async def refresh(project, connection, token):
    """A new session answer, or the refusal. Reuse of the active token's parent is a lost answer; of an older one, theft."""
    old = await _one(
        connection,
        "select r.*, s.user_id, extract(epoch from clock_timestamp() - r.updated_at)::float8 as age"
        " from auth.refresh_tokens r join auth.sessions s on s.id = r.session_id where r.token = %s for update of s, r", (token,))
    if old is None:
        return failure(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
    user = await user_by_id(connection, old["user_id"])
    if not old["revoked"]:
        await connection.execute(
            "update auth.refresh_tokens set revoked = true, updated_at = clock_timestamp() where id = %s", (old["id"],))
        return _answer(project, user, old["session_id"], await _issue(connection, old["session_id"], token))
    active = await _one(
        connection, "select * from auth.refresh_tokens where session_id = %s and not revoked order by id desc limit 1",
        (old["session_id"],))
    if active and (active["parent"] == token or old["age"] < project.refresh_reuse_interval):
        return _answer(project, user, old["session_id"], active["token"])
    await connection.execute("update auth.refresh_tokens set revoked = true where session_id = %s", (old["session_id"],))
    return failure(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")


async def access_token(project, connection, user_id):
    """An access token alone, for tests that need no session."""
    user = await user_by_id(connection, user_id)
    session = await _one(connection, "insert into auth.sessions (user_id) values (%s) returning *", (user_id,))
    return _sign(project, user, session["id"])[0]


def describe(user):
    return {
        "id": str(user["id"]), "aud": "authenticated", "role": "authenticated", "email": user["email"],
        "email_confirmed_at": user["created_at"].isoformat(), "phone": "", "created_at": user["created_at"].isoformat(),
        "updated_at": user["created_at"].isoformat(), "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": user["raw_user_meta_data"], "identities": [], "is_anonymous": False,
    }


async def _issue(connection, session_id, parent):
    token = secrets.token_urlsafe(9)
    await connection.execute(
        "insert into auth.refresh_tokens (token, parent, session_id) values (%s, %s, %s)", (token, parent, session_id))
    return token


def _sign(project, user, session_id):
    now = int(time.time())
    token = tokens.sign({
        "iss": f"{project.url}/auth/v1", "sub": str(user["id"]), "aud": "authenticated", "role": "authenticated",
        "email": user["email"], "iat": now, "exp": now + project.jwt_lifetime, "session_id": str(session_id),
        "jti": secrets.token_hex(8), "aal": "aal1", "is_anonymous": False,
    }, project.secret)
    project.issued.setdefault(str(user["id"]), set()).add(token)
    return token, now


def _answer(project, user, session_id, refresh_token):
    token, now = _sign(project, user, session_id)
    return {
        "access_token": token, "token_type": "bearer", "expires_in": project.jwt_lifetime,
        "expires_at": now + project.jwt_lifetime, "refresh_token": refresh_token, "user": describe(user),
    }


async def _one(connection, statement, values):
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement, values)
        return await cursor.fetchone()
