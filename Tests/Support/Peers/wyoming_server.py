"""A Wyoming server on the protocol's own library: a recogniser, a voice and a wake word that do what a script tells them and
misbehave on request. Needs aiohttp and wyoming.

usage: wyoming_server.py [SOCKET]      prints the port of the protocol and that of the script, serves until standard input ends;
                                       with SOCKET it listens at that Unix socket too

Only for tests, over HTTP at the second port:
    POST /_test/next    {"faults": ["silent", ...], "answers": ["...", ...]}     for the next exchanges, `describe` not counted
    POST /_test/info    {"languages": ["en", "ur"]}   what models and voices say they know
    POST /_test/detect  {"name": "okay_nabu"}         every listening client is told
    POST /_test/absent  {"absent": true}              every connection is cut, and each new one until it is false
    GET  /_test/wait    ?event=name&count=n           answers when so many of these events have come
    GET  /_test/log     {"events": [[name, data], ...], "sound": base64 of the last utterance, "connections": n}

Faults: silent, cut, error, garbage, oversized, endless, wide, partial, mute (that one is for `describe`)
"""
import asyncio
import base64
import json
import math
import struct
import sys

from aiohttp import web
from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStart
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import async_write_event
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info, TtsProgram, TtsVoice, WakeModel, WakeProgram
from wyoming.server import AsyncEventHandler, AsyncTcpServer, AsyncUnixServer
from wyoming.tts import Synthesize
from wyoming.wake import Detect, Detection

RATE = 22050


class Script:
    def __init__(self):
        self.faults, self.answers, self.languages, self.is_absent = [], [], ["en", "ur"], False
        self.events, self.sound, self.connections = [], b"", 0
        self.listening, self.handlers, self.news = set(), set(), asyncio.Event()

    def next_fault(self):
        return self.faults.pop(0) if self.faults else None

    def info(self):
        common = {
            "attribution": Attribution(name="tests", url="https://example.org"), "installed": True, "description": None,
            "version": "1"}
        return Info(
            asr=[AsrProgram(name="ear", models=[AsrModel(name="ear-1", languages=self.languages, **common)], **common)],
            tts=[TtsProgram(
                name="mouth", voices=[TtsVoice(name=f"voice-{each}", languages=[each], speakers=None, **common)
                                      for each in self.languages], **common)],
            wake=[WakeProgram(name="waker", models=[
                WakeModel(name="okay_nabu", phrase="okay nabu", languages=[], **common)], **common)])


def sound(text):
    samples = bytearray()
    for word in text.split():
        letters = max(2, sum(1 for c in word if c.isalnum()))
        for i in range(int(RATE * 0.065 * (letters + 1))):
            samples += struct.pack("<h", int(9000 * math.sin(2 * math.pi * 550 * i / RATE)))
        samples += bytes(2 * int(RATE * 0.08))
    return bytes(samples)


class Handler(AsyncEventHandler):
    def __init__(self, script, reader, writer):
        super().__init__(reader, writer)
        self.script, self.utterance, self.is_wake = script, bytearray(), False
        script.connections += 1
        script.handlers.add(self)

    async def disconnect(self):
        self.script.handlers.discard(self)
        self.script.listening.discard(self)
        self.note("disconnected", {})

    def note(self, name, data):
        self.script.events.append([name, data])
        self.script.news.set()

    async def raw(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def handle_event(self, event):
        if self.script.is_absent:
            self.writer.transport.abort()
            return False
        if not AudioChunk.is_type(event.type):
            self.note(event.type, event.data)
        if Describe.is_type(event.type):
            if self.script.faults and self.script.faults[0] == "mute":
                self.script.next_fault()
                return True
            await self.write_event(self.script.info().event())
        elif Synthesize.is_type(event.type):
            return await self.speak(Synthesize.from_event(event).text, self.script.next_fault())
        elif Transcribe.is_type(event.type):
            self.utterance = bytearray()
        elif AudioChunk.is_type(event.type):
            chunk = AudioChunk.from_event(event)
            assert (chunk.rate, chunk.width, chunk.channels) == (16000, 2, 1)
            if self.is_wake:
                self.note("wake-sound", {})
            self.utterance += chunk.audio
        elif AudioStop.is_type(event.type):
            self.script.sound = bytes(self.utterance)
            return await self.hear(self.script.next_fault())
        elif Detect.is_type(event.type):
            self.is_wake = True
            self.script.listening.add(self)
        return True

    async def misbehave(self, fault):
        """None when there is nothing to do, otherwise whether the connection goes on."""
        if fault == "silent":
            return True
        if fault == "error":
            await self.write_event(Error(text="The model is not loaded", code="not-ready").event())
            return True
        if fault == "garbage":
            await self.raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return True
        if fault == "oversized":
            await self.raw(json.dumps({"type": "audio-chunk", "payload_length": 10 << 30}).encode() + b"\n")
            return True
        if fault == "cut":
            self.writer.transport.abort()
            return False
        return None

    async def speak(self, text, fault):
        if fault != "cut" and (goes_on := await self.misbehave(fault)) is not None:
            return goes_on
        await self.write_event(AudioStart(rate=RATE, width=2, channels=1).event())
        whole = sound(text)
        for start in range(0, len(whole), 2048):
            if fault == "cut" and start >= len(whole) // 2:
                self.writer.transport.abort()
                return False
            chunk = whole[start:start + 2048]
            if fault == "wide":
                chunk = b"".join(chunk[i:i + 2] * 2 for i in range(0, len(chunk), 2))
            await self.write_event(AudioChunk(rate=RATE, width=2, channels=2 if fault == "wide" else 1, audio=chunk).event())
        while fault == "endless":
            await self.write_event(AudioChunk(rate=RATE, width=2, channels=1, audio=sound("on") * 4).event())
            await asyncio.sleep(0.01)
        await self.write_event(AudioStop().event())
        return True

    async def hear(self, fault):
        if (goes_on := await self.misbehave(fault)) is not None:
            return goes_on
        text = self.script.answers.pop(0) if self.script.answers else "the server heard this"
        if fault == "partial":
            await self.write_event(TranscriptStart().event())
            await self.write_event(TranscriptChunk(text=text).event())
            return True
        await self.write_event(Transcript(text=text).event())
        return True


async def main():
    script = Script()

    def handler(reader, writer):
        return Handler(script, reader, writer)

    server = AsyncTcpServer("127.0.0.1", 0)
    await server.start(handler)
    if len(sys.argv) > 1:
        local = AsyncUnixServer(sys.argv[1])
        await local.start(handler)

    async def set_next(request):
        body = await request.json()
        script.faults += body.get("faults", [])
        script.answers += body.get("answers", [])
        return web.json_response({})

    async def set_info(request):
        script.languages = (await request.json())["languages"]
        return web.json_response({})

    async def detect(request):
        for each in list(script.listening):
            await async_write_event(Detection(name=(await request.json())["name"], timestamp=0).event(), each.writer)
        return web.json_response({})

    async def absent(request):
        script.is_absent = (await request.json())["absent"]
        for each in list(script.handlers) if script.is_absent else []:
            each.writer.transport.abort()
        return web.json_response({})

    async def wait(request):
        while sum(1 for name, _ in script.events if name == request.query["event"]) < int(request.query["count"]):
            script.news.clear()
            await script.news.wait()
        return web.json_response({})

    async def log(request):
        return web.json_response({
            "events": script.events, "sound": base64.b64encode(script.sound).decode(), "connections": script.connections})

    app = web.Application()
    app.add_routes([
        web.post("/_test/next", set_next), web.post("/_test/info", set_info), web.post("/_test/detect", detect),
        web.post("/_test/absent", absent), web.get("/_test/wait", wait), web.get("/_test/log", log),
    ])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(server._server.sockets[0].getsockname()[1], site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
