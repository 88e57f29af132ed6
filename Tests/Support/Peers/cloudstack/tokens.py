"""JSON web tokens as GoTrue signs them: HS256 with the project's secret."""
import base64
import hashlib
import hmac
import json
import time

from .errors import ApiError


def _encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sign(claims, secret):
    head = _encode(b'{"alg":"HS256","typ":"JWT"}')
    body = _encode(json.dumps(claims, separators=(",", ":")).encode())
    mark = hmac.new(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{_encode(mark)}"


def verify(token, secret):
    """The claims of a token that is whole, ours and not over."""
    try:
        head, body, mark = token.split(".")
        algorithm = json.loads(_decode(head))["alg"]
        claims = json.loads(_decode(body))
        signature = _decode(mark)
    except (ValueError, KeyError, TypeError) as error:
        raise ApiError(401, "PGRST301", "JWSError (CompactDecodeError Invalid number of parts)") from error
    expected = hmac.new(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    if algorithm != "HS256" or not hmac.compare_digest(signature, expected):
        raise ApiError(401, "PGRST301", "No suitable key or wrong key type")
    if claims.get("exp", time.time() + 1) <= time.time():
        raise expired()
    return claims


def expired():
    return ApiError(401, "PGRST303", "JWT expired")
