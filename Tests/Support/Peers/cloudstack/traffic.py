"""Counts what goes through a gateway, by method and path."""
from collections import defaultdict

from aiohttp.http import SERVER_SOFTWARE

# What a head gets when it is sent, after it has been counted.
_ADDED_LATER = {"Date": "Sun, 29 Nov 2026 12:00:00 GMT", "Server": SERVER_SOFTWARE, "Content-Length": "1000"}


class Traffic:
    def __init__(self):
        self.reset()

    def reset(self):
        self._routes = defaultdict(lambda: {"requests": 0, "bytes_in": 0, "bytes_out": 0, "statuses": defaultdict(int)})

    def note(self, request, body_size, response):
        route = self._routes[f"{request.method} {request.path}"]
        route["requests"] += 1
        route["bytes_in"] += _head_size(f"{request.method} {request.path_qs} HTTP/1.1", request.headers) + body_size
        if response is not None:
            route["statuses"][str(response.status)] += 1
            route["bytes_out"] += _head_size("HTTP/1.1 200 OK", {**_ADDED_LATER, **response.headers}) + _body_size(response)

    def report(self):
        routes = {name: dict(route) for name, route in self._routes.items()}
        total = {key: sum(route[key] for route in routes.values()) for key in ("requests", "bytes_in", "bytes_out")}
        return {"total": total, "routes": routes}


def _head_size(first_line, headers):
    return len(first_line) + 4 + sum(len(name) + len(value) + 4 for name, value in headers.items())


def _body_size(response):
    body = getattr(response, "body", None)
    return len(body) if isinstance(body, bytes) else 0
