"""Answers that come from other services than PostgREST."""


class Refused(Exception):
    """An answer that is none of PostgREST's: the gateway in front of it gives it, or another service."""

    def __init__(self, status, body):
        super().__init__(str(body))
        self.status, self.body = status, body


def auth_failure(status, code, message):
    """As GoTrue words it."""
    return Refused(status, {"code": status, "error_code": code, "msg": message})


def storage_failure(status, code, error, message):
    """As Storage words it: the status that counts is in the body."""
    return Refused(status, {"statusCode": code, "error": error, "message": message})
