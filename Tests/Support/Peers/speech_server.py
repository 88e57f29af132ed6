"""Voices and ears as services have them: Uplift's WebSocket and the speech part of OpenAI's interface. They do what a script tells
them and misbehave on request. Needs aiohttp.

usage: speech_server.py [PORT [KEY]]      prints its port, serves until standard input ends

Uplift:          GET /socket.io/?transport=websocket&EIO=4, frames as they were captured from the real client and server
OpenAI:          POST /v1/audio/speech, POST /v1/audio/transcriptions, GET /v1/models
Only for tests:  POST /_test/next    {"faults": ["slow", ...], "answers": ["...", ...]}     for the next requests
                 POST /_test/always  {"fault": "..." or null, "answer": "..." or null, "delay": seconds}
                 GET  /_test/wait    ?count=n or &event=name: answers when so many requests, or events of a client, have come
                 GET  /_test/log     {"requests": [...], "events": [...], "connections": n}

Faults: slow, late, cut, stall, error, used-up, unknown-voice, endless, garbage, bad-base64, empty, unauthorized, busy, trouble,
wrong-type, wrong-script, mp3. Of a connection to Uplift, in turn from the next on ("connection" in /_test/next): refused, silent,
not-ready, drop, mute (no pings).

A word of n letters is a tone of 65 (n + 1) ms, and silence of 80 ms is after each.
"""
import asyncio
import base64
import json
import math
import struct
import sys
import time

from aiohttp import WSMsgType, web

NAMESPACE = "/text-to-speech/multi-stream"
RATE = 22050


class Script:
    def __init__(self):
        self.faults, self.answers, self.connection_faults = [], [], []
        self.fault, self.answer, self.delay, self.ping = None, None, 0.0, 25000
        self.requests, self.events, self.connections = [], [], 0
        self.news = asyncio.Event()

    def next_fault(self):
        return self.faults.pop(0) if self.faults else self.fault

    def next_answer(self, otherwise):
        if self.answers:
            return self.answers.pop(0)
        return self.answer if self.answer is not None else otherwise

    def note(self, request=None, event=None):
        if request:
            self.requests.append(request)
        if event:
            self.events.append(event)
        self.news.set()


def sound(text, rate, frequency):
    """Signed 16-bit samples, one channel."""
    samples = bytearray()
    for word in text.split():
        letters = max(2, sum(1 for c in word if c.isalnum()))
        count = int(rate * 0.065 * (letters + 1))
        for i in range(count):
            samples += struct.pack("<h", int(9000 * math.sin(2 * math.pi * frequency * i / rate)))
        samples += bytes(2 * int(rate * 0.08))
    return bytes(samples)


# Uplift


def message(body):
    return f"42{NAMESPACE},{json.dumps(['message', body], ensure_ascii=False)}"


async def uplift(request):
    script = request.app["script"]
    script.connections += 1
    fault = script.connection_faults.pop(0) if script.connection_faults else None
    if fault == "refused":
        return web.Response(status=503)
    if request.query.get("transport") != "websocket" or request.query.get("EIO") != "4" or "t" not in request.query:
        return web.Response(status=400, text="not Engine.IO 4 over a WebSocket")
    ws = web.WebSocketResponse(autoping=True)
    await ws.prepare(request)
    if fault == "silent":
        await asyncio.sleep(3600)
    pings = {"pingInterval": script.ping, "pingTimeout": min(script.ping, 20000)}
    await ws.send_str("0" + json.dumps({"sid": "engine-1", "upgrades": [], **pings, "maxPayload": 1000000}))
    tasks = {}

    async def ping():
        while True:
            await asyncio.sleep(script.ping / 1000)
            await ws.send_str("2")

    pinging = asyncio.create_task(ping()) if fault != "mute" else None
    try:
        async for frame in ws:
            if frame.type != WSMsgType.TEXT:
                continue
            text = frame.data
            if text == "3":
                script.note(event={"name": "pong"})
            elif text.startswith(f"40{NAMESPACE},"):
                token = json.loads(text[len(NAMESPACE) + 3:]).get("token")
                if request.app["key"] and token != request.app["key"]:
                    await ws.send_str(f"44{NAMESPACE},{json.dumps({'message': 'Invalid API key'})}")
                    continue
                await ws.send_str(f"40{NAMESPACE},{json.dumps({'sid': 'socket-1'})}")
                if fault == "drop":
                    request.transport.abort()
                    break
                if fault != "not-ready":
                    await ws.send_str(message({"type": "ready", "sessionId": "session-1"}))
            elif text.startswith(f"41{NAMESPACE},"):
                script.note(event={"name": "disconnect"})
            elif text.startswith(f"42{NAMESPACE},"):
                name, body = json.loads(text[len(NAMESPACE) + 3:])
                script.note(event={"name": name, "body": body})
                if name == "synthesize":
                    tasks[body["requestId"]] = asyncio.create_task(synthesize(request, ws, body))
                elif name == "cancel" and body["requestId"] in tasks:
                    tasks.pop(body["requestId"]).cancel()
            else:
                script.note(event={"name": "unknown", "body": text})
    finally:
        script.note(event={"name": "closed"})
        for task in [pinging, *tasks.values()]:
            if task:
                task.cancel()
    return ws


async def synthesize(request, ws, body):
    script, name = request.app["script"], body["requestId"]
    fault = script.next_fault()
    script.note(request={"kind": "uplift", "fault": fault, "body": body})
    if script.delay or fault == "late":
        await asyncio.sleep(script.delay or 2.5)
    if fault == "slow":
        return
    if fault in ("error", "used-up", "unknown-voice"):
        words = {"error": "Synthesis failed", "used-up": "Insufficient credits", "unknown-voice": "Voice not found"}[fault]
        await ws.send_str(message({"type": "error", "requestId": name, "message": words, "code": "synthesis_error"}))
        return
    await ws.send_str(message({"type": "audio_start", "requestId": name, "timestamp": time.time()}))
    # Longer chunks than a frame of the protocol's first versions, and of an odd number of bytes, as networks make them.
    whole = b"" if fault == "empty" else sound(body["text"], RATE, 440)
    half = len(whole) // 2
    number = 0
    for start in range(0, len(whole), 4001):
        if start >= half:
            if fault == "cut":
                request.transport.abort()
                return
            if fault == "stall":
                return
            if fault == "garbage":
                await ws.send_str(f"42{NAMESPACE},[not json")
                return
            if fault == "bad-base64":
                await ws.send_str(message({"type": "audio", "requestId": name, "audio": "!!!", "sequence": number}))
                return
        chunk = base64.b64encode(whole[start:start + 4001]).decode()
        await ws.send_str(message({"type": "audio", "requestId": name, "audio": chunk, "sequence": number}))
        number += 1
    while fault == "endless":
        chunk = base64.b64encode(sound("on", RATE, 440) * 4).decode()
        await ws.send_str(message({"type": "audio", "requestId": name, "audio": chunk, "sequence": number}))
        number += 1
        await asyncio.sleep(0.01)
    await ws.send_str(message({"type": "audio_end", "requestId": name}))


# OpenAI


def refusal(fault):
    status, code, words = {
        "unauthorized": (401, "invalid_api_key", "Incorrect API key provided: sk-wr***ng."),
        "unknown-voice": (404, "model_not_found", "The model `nothing` does not exist."),
        "busy": (429, "rate_limit_exceeded", "Rate limit reached for requests."),
        "used-up": (429, "insufficient_quota", "You exceeded your current quota."),
        "trouble": (500, "server_error", "The server had an error."),
    }[fault]
    headers = {"Retry-After": "7"} if fault == "busy" else {}
    return web.json_response({"error": {"message": words, "type": code, "code": code}}, status=status, headers=headers)


def checked(request, fault):
    """The refusal, if there is one."""
    if request.app["key"] and request.headers.get("Authorization") != f"Bearer {request.app['key']}":
        fault = "unauthorized"
    if fault in ("unauthorized", "unknown-voice", "busy", "used-up", "trouble"):
        return refusal(fault)
    if fault == "wrong-type":
        return web.Response(text="<html>Please log in to the hotel</html>", content_type="text/html")
    return None


async def speech(request):
    script, body = request.app["script"], await request.json()
    fault = script.next_fault()
    script.note(request={
        "kind": "speech", "fault": fault, "body": body, "authorization": request.headers.get("Authorization")})
    if (refused := checked(request, fault)) is not None:
        return refused
    if fault == "slow":
        await asyncio.sleep(3600)
    if script.delay or fault == "late":
        await asyncio.sleep(script.delay or 2.5)
    response = web.StreamResponse(headers={"Content-Type": "audio/mpeg" if fault == "mp3" else "audio/pcm"})
    await response.prepare(request)
    whole = b"" if fault == "empty" else sound(body["input"], 24000, 660)
    if fault == "mp3":
        whole = b"ID3" + whole
    for start in range(0, len(whole), 4001):
        if start >= len(whole) // 2:
            if fault == "cut":
                request.transport.abort()
                return response
            if fault == "stall":
                await asyncio.sleep(3600)
        await response.write(whole[start:start + 4001])
    try:
        while fault == "endless":
            await response.write(sound("on", 24000, 660) * 4)
            await asyncio.sleep(0.01)
    except (ConnectionError, asyncio.CancelledError):
        return response
    await response.write_eof()
    return response


async def transcriptions(request):
    script, fields = request.app["script"], {}
    async for part in await request.multipart():
        data = await part.read(decode=True)
        if part.filename:
            fields["file"] = {
                "name": part.filename, "type": part.headers.get("Content-Type"), "data": base64.b64encode(data).decode()}
        else:
            fields[part.name] = data.decode()
    fault = script.next_fault()
    script.note(request={
        "kind": "transcription", "fault": fault, "body": fields, "authorization": request.headers.get("Authorization")})
    if (refused := checked(request, fault)) is not None:
        return refused
    if fault == "slow":
        await asyncio.sleep(3600)
    if script.delay or fault == "late":
        await asyncio.sleep(script.delay or 2.5)
    if fault == "cut":
        request.transport.abort()
        return web.Response()
    text = script.next_answer("the server heard this")
    if fault == "wrong-script":
        text = "मेरा नाम सना है और मैं लाहौर में रहती हूँ"
    if fault == "empty":
        text = ""
    return web.json_response({"text": text})


async def models(request):
    if (refused := checked(request, None)) is not None:
        return refused
    names = ["scripted-voice", "scripted-ear"]
    return web.json_response({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})


# For tests


async def set_next(request):
    body, script = await request.json(), request.app["script"]
    script.faults += body.get("faults", [])
    script.answers += body.get("answers", [])
    script.connection_faults += body.get("connection", [])
    return web.json_response({})


async def set_always(request):
    body, script = await request.json(), request.app["script"]
    script.fault, script.answer = body.get("fault"), body.get("answer")
    script.delay, script.ping = body.get("delay", 0.0), body.get("ping", 25000)
    return web.json_response({})


async def wait(request):
    script = request.app["script"]
    name, count = request.query.get("event"), int(request.query["count"])

    def there():
        return sum(1 for e in script.events if e["name"] == name) if name else len(script.requests)

    while there() < count:
        script.news.clear()
        await script.news.wait()
    return web.json_response({})


async def log(request):
    script = request.app["script"]
    return web.json_response({"requests": script.requests, "events": script.events, "connections": script.connections})


async def main():
    app = web.Application(client_max_size=64 << 20)
    app["script"] = Script()
    app["key"] = sys.argv[2] if len(sys.argv) > 2 else None
    app.add_routes([
        web.get("/socket.io/", uplift), web.post("/v1/audio/speech", speech),
        web.post("/v1/audio/transcriptions", transcriptions), web.get("/v1/models", models),
        web.post("/_test/next", set_next), web.post("/_test/always", set_always), web.get("/_test/wait", wait),
        web.get("/_test/log", log),
    ])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
