"""Errors as PostgREST words them, and the status each SQLSTATE becomes."""
import psycopg
from aiohttp import web

_EXACT = {
    "23503": 409, "23505": 409, "25006": 405, "42883": 404, "42P01": 404, "42P17": 500, "53400": 500, "P0001": 400,
}
_CLASS = {
    "08": 503, "09": 500, "0L": 403, "0P": 403, "25": 500, "28": 403, "2D": 500, "38": 500, "39": 500, "3B": 500,
    "40": 500, "53": 503, "54": 413, "55": 500, "57": 500, "58": 500, "F0": 500, "HV": 500, "P0": 500, "XX": 500,
}


class ApiError(Exception):
    def __init__(self, status, code, message, details=None, hint=None):
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "details": details, "hint": hint}


def from_database(error: psycopg.Error, role):
    """What PostgREST would answer for a failed statement."""
    state = error.sqlstate or "08006"
    if state == "42501":
        status = 401 if role == "anon" else 403
    else:
        status = _EXACT.get(state) or _CLASS.get(state[:2], 400)
    diagnostics = error.diag
    return ApiError(
        status, state, diagnostics.message_primary or str(error), diagnostics.message_detail, diagnostics.message_hint)


def answer(error: ApiError):
    headers = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
        if error.body["code"] in ("PGRST301", "PGRST303"):
            headers["WWW-Authenticate"] = f'Bearer error="invalid_token", error_description="{error.body["message"]}"'
    return web.json_response(error.body, status=error.status, headers=headers)
