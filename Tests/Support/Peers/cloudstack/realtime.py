"""Realtime: Phoenix channels over a websocket (vsn 1.0.0), for broadcasts that the database sends."""
import asyncio
import contextlib
import json
import time

import psycopg
from aiohttp import WSMsgType, web

from .errors import ApiError

PREFIX = "realtime:"


class Realtime:
    """All sockets of one project. Listens to the database for messages, and for PostgREST's reload notice."""

    def __init__(self, project):
        self._project = project
        self._sockets = set()
        self._listener = None

    async def start(self):
        connection = await psycopg.AsyncConnection.connect(self._project.cluster.dsn(self._project.database), autocommit=True)
        await connection.execute("listen realtime")
        await connection.execute("listen pgrst")
        self._listener = asyncio.create_task(self._listen(connection))

    async def stop(self):
        if self._listener:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener
            self._listener = None

    async def drop_all(self):
        """Ends every socket without a goodbye."""
        for socket in list(self._sockets):
            socket.abort()

    def topics(self):
        return sorted(topic for socket in self._sockets for topic in socket.channels)

    async def serve(self, request):
        project = self._project
        project.identify(request)
        if request.query.get("vsn", "1.0.0") != "1.0.0":
            raise ApiError(400, "vsn", "only vsn=1.0.0 is spoken here")
        socket = _Socket(project, request)
        self._sockets.add(socket)
        try:
            return await socket.run()
        finally:
            self._sockets.discard(socket)

    async def _listen(self, connection):
        async with connection:
            async for notice in connection.notifies():
                if notice.channel == "pgrst":
                    self._project.forget_schema()
                    continue
                message = json.loads(notice.payload)
                for socket in list(self._sockets):
                    await socket.broadcast(message)


class _Socket:
    def __init__(self, project, request):
        self.channels = {}
        self._project, self._request = project, request
        self._web = web.WebSocketResponse(heartbeat=None)

    async def run(self):
        await self._web.prepare(self._request)
        async for message in self._web:
            if message.type == WSMsgType.TEXT:
                await self._receive(json.loads(message.data))
        for channel in self.channels.values():
            channel["expiry"].cancel()
        return self._web

    def abort(self):
        if self._request.transport:
            self._request.transport.abort()

    async def broadcast(self, message):
        channel = self.channels.get(PREFIX + message["topic"])
        if channel and channel["private"] == message["private"]:
            await self._send(PREFIX + message["topic"], "broadcast", {
                "type": "broadcast", "event": message["event"], "payload": {**message["payload"], "id": message["id"]}})

    async def _receive(self, message):
        topic, event, payload, ref = (message.get(key) for key in ("topic", "event", "payload", "ref"))
        if topic == "phoenix" and event == "heartbeat":
            await self._reply(topic, ref, "ok", {})
        elif event == "phx_join":
            await self._join(topic, payload or {}, ref)
        elif event == "access_token" and topic in self.channels:
            await self._renew(topic, payload["access_token"])
        elif event == "phx_leave":
            if self.channels.pop(topic, None):
                await self._reply(topic, ref, "ok", {})
                await self._send(topic, "phx_close", {}, ref)

    async def _join(self, topic, payload, ref):
        config = payload.get("config", {})
        is_private = bool(config.get("private"))
        token = payload.get("access_token") or self._request.query["apikey"]
        try:
            expiry = await self._authorize(topic, token, is_private)
        except ApiError as error:
            await self._reply(topic, ref, "error", {"reason": error.body["message"]})
            return
        self._leave(topic)
        self.channels[topic] = {"private": is_private, "expiry": self._watch(topic, expiry)}
        await self._reply(topic, ref, "ok", {"postgres_changes": []})
        await self._send(topic, "presence_state", {})

    async def _renew(self, topic, token):
        channel = self.channels[topic]
        try:
            expiry = await self._authorize(topic, token, channel["private"])
        except ApiError as error:
            await self._close(topic, error.body["message"])
            return
        channel["expiry"].cancel()
        channel["expiry"] = self._watch(topic, expiry)

    async def _authorize(self, topic, token, is_private):
        """The end of the token's life; an error when it may not hear this topic. Policies on realtime.messages decide."""
        project = self._project
        if token in (project.anon_key, project.publishable_key):
            claims = {"role": "anon"}
        else:
            claims = project.check(token)
        if is_private:
            name = topic.removeprefix(PREFIX)
            async with project.as_admin() as connection:
                await connection.execute(
                    "insert into realtime.messages (topic, extension) values (%s, 'rehearsal')", (name,))
                await connection.execute(
                    "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true),"
                    " set_config('realtime.topic', %s, true)",
                    (claims.get("role", "anon"), json.dumps(claims), name))
                seen = await (await connection.execute(
                    "select count(*) from realtime.messages where topic = %s and extension = 'rehearsal'", (name,))).fetchone()
                await connection.rollback()
            if not seen[0]:
                raise ApiError(403, "Unauthorized", f"Unauthorized: You do not have permissions to read from this Channel topic: {name}")
        return claims.get("exp", time.time() + 3600)

    def _watch(self, topic, expiry):
        return asyncio.get_running_loop().call_later(
            max(expiry - time.time(), 0), lambda: asyncio.ensure_future(self._close(topic, "Token has expired 1 seconds ago")))

    async def _close(self, topic, reason):
        self._leave(topic)
        await self._send(topic, "system", {
            "channel": topic.removeprefix(PREFIX), "extension": "system", "message": reason, "status": "error"})
        await self._send(topic, "phx_close", {})

    def _leave(self, topic):
        channel = self.channels.pop(topic, None)
        if channel:
            channel["expiry"].cancel()

    async def _reply(self, topic, ref, status, response):
        await self._send(topic, "phx_reply", {"status": status, "response": response}, ref)

    async def _send(self, topic, event, payload, ref=None):
        if not self._web.closed:
            with contextlib.suppress(ConnectionError):
                await self._web.send_json({"topic": topic, "event": event, "payload": payload, "ref": ref})
