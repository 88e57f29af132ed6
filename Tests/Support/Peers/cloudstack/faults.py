"""Faults on request. Each says which requests it strikes, how often, and what then goes wrong.

kinds: status (status, headers, body) · portal · empty · truncate · double · reset_before · reset_after · delay (seconds)
"""
import asyncio
import gzip

from aiohttp import web

PORTAL = "<!DOCTYPE html><html><body><h1>Welcome to our hotel</h1><form>Room number</form></body></html>"


class Faults:
    def __init__(self):
        self._faults = []
        self.struck = 0

    def add(self, fault):
        self._faults.append({"path": "/", "method": None, "skip": 0, "times": 1, **fault})

    def clear(self):
        self._faults.clear()

    def strike(self, request):
        for fault in self._faults:
            if not request.path.startswith(fault["path"]) or fault["method"] not in (None, request.method):
                continue
            if fault["skip"] > 0:
                fault["skip"] -= 1
                continue
            if fault["times"] == 0:
                continue
            fault["times"] -= 1  # below zero: for ever
            self.struck += 1
            return fault
        return None


@web.middleware
async def serve_through_faults(request, handler):
    project = request.app["project"]
    if request.path.startswith("/realtime/"):
        return await handler(request)
    fault = project.faults.strike(request)
    body = await request.read()
    response = None
    try:
        response = await _serve(request, handler, fault)
        return response
    finally:
        project.traffic.note(request, len(body), response)


async def _serve(request, handler, fault):
    kind = fault["kind"] if fault else None
    if kind == "delay":
        await asyncio.sleep(fault["seconds"])
    elif kind == "status":
        return web.Response(
            status=fault["status"], headers=fault.get("headers"), text=fault.get("body", '{"message":"injected"}'),
            content_type="application/json")
    elif kind == "portal":
        return web.Response(text=PORTAL, content_type="text/html")
    elif kind == "empty":
        return web.Response(text="", content_type="application/json")
    elif kind == "reset_before":
        return _cut(request)
    response = await handler(request)
    if kind == "reset_after":
        return _cut(request)
    if kind == "truncate":
        return _cut(request, response, response.body[: len(response.body) // 2])
    if kind == "double":
        response.body = response.body + response.body
    _compress(request, response)
    return response


def _compress(request, response):
    body = getattr(response, "body", None)
    if request.method == "HEAD" or response.content_type != "application/json" or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return
    if isinstance(body, bytes) and len(body) > 200:
        response.body = gzip.compress(body, 6)
        response.headers["Content-Encoding"] = "gzip"


def _cut(request, response=None, part=b""):
    """Ends the connection, with the whole head and `part` of the body when there is a response."""
    transport = request.transport
    if transport is not None and response is not None:
        transport.write(
            f"HTTP/1.1 {response.status} OK\r\nContent-Type: {response.content_type}\r\n"
            f"Content-Length: {len(response.body)}\r\n\r\n".encode() + part)
        transport.close()
    elif transport is not None:
        transport.abort()
    return web.Response(status=499)
