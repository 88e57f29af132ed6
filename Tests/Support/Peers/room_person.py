"""Somebody in a LiveKit room, by LiveKit's own library for Python: speaks, listens, types and looks at what others show, as a
script tells them. Needs aiohttp, av, livekit and numpy.

usage: room_person.py      prints its port, serves until standard input ends

POST /join        {"url", "token", "early"}          -> {"identity"}; status 409 and the reason when the room is refused; with
                                                     `early` (below) the microphone says that something was said before it was there
POST /leave       {}
POST /say         {"file", "waits": true}            what is in the file (samples of 16 bits, 48 kHz, one channel) is said
POST /tone        {"hertz", "seconds", "waits"}      or a tone is
POST /mute        {"muted"}                          the microphone's track is muted
POST /unpublish   {}                                 it is taken away; /say publishes it again
POST /show        {}                                 a camera is published, with one picture
POST /early       {"file", "format", "track", "attributes"}   what is in the file, as for /say, is sent as what was said while
                                                     connecting: as ogg, webm or pcm, or as it is (raw); `track`: before another one
POST /data        {"text", "topic", "reliable", "to"}
POST /text        {"text", "topic", "attributes"}    as a text stream
POST /endless     {"text", "topic"}                  a text stream that is begun and never ended
POST /bytes       {"name", "topic", "base64", "attributes"}   as a byte stream
POST /rpc         {"to", "method", "payload"}        -> {"answer"} or {"error", "code"}
POST /method      {"method", "answer"} or {"method", "error", "code"}   others may call it from now on
POST /attributes  {...}                              of this participant
POST /present     {"name", "metadata"}               of this participant
GET  /wait        ?event=&count=&after=&key=value    answers with the events of this kind, from number `after` on, whose fields have
                                                     these texts in them, when there are so many
GET  /log         [[number, milliseconds, event, fields], ...]
GET  /heard       ?from=identity&since=milliseconds  raw samples (16 bits, 48 kHz) of what came from somebody

Events: joined, published, reconnecting, reconnected, disconnected, arrived, left, track, track-gone, muted, unmuted, attributes,
data, text-begins, text, bytes, called, speaks, quiet. The last two are about sound that is louder than -45 dB of full scale, and half a second
without. `text` has what was read, the attributes with those of the end, and the pieces in which it came.
"""
import asyncio
import base64
import io
import json
import os
import sys
import time

import av
import numpy
from aiohttp import web
from livekit import rtc

RATE, FRAME = 48000, 480
LOUD, CALM_FRAMES = 32768 * 10 ** (-45 / 20), 50
TOPICS = ["lk.transcription", "lk.chat", "companion.voice-note", "test"]


class Person:
    def __init__(self):
        self.beginning, self.events, self.news = time.monotonic(), [], asyncio.Event()
        self.room = self.source = self.publication = self.mouth = None
        self.words, self.silence, self.heard, self.tasks = bytearray(), asyncio.Event(), {}, set()
        self.streams = {}

    def note(self, event, **fields):
        self.events.append([len(self.events), round((time.monotonic() - self.beginning) * 1000), event, fields])
        self.news.set()

    def follow(self, work):
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    # The room

    async def join(self, request):
        body = await request.json()
        room = self.room = rtc.Room()
        room.on("participant_connected", lambda other: self.note("arrived", **self.facts(other)))
        room.on("participant_disconnected", lambda other: self.note("left", identity=other.identity))
        room.on("track_subscribed", self.on_track)
        room.on("track_unsubscribed", self.on_track_gone)
        room.on("track_muted", lambda other, publication: self.note("muted", identity=other.identity))
        room.on("track_unmuted", lambda other, publication: self.note("unmuted", identity=other.identity))
        room.on("data_received", self.on_data)
        room.on("participant_attributes_changed", lambda changed, other: self.note(
            "attributes", identity=other.identity, changed=dict(changed), all=dict(other.attributes)))
        room.on("reconnecting", lambda: self.note("reconnecting"))
        room.on("reconnected", lambda: self.note("reconnected"))
        room.on("disconnected", lambda reason: self.note("disconnected", reason=int(reason)))
        for topic in TOPICS:
            room.register_text_stream_handler(topic, lambda reader, identity: self.follow(self.read_text(reader, identity)))
            room.register_byte_stream_handler(topic, lambda reader, identity: self.follow(self.read_bytes(reader, identity)))
        try:
            await room.connect(body["url"], body["token"])
        except rtc.ConnectError as error:
            return web.json_response({"error": error.message}, status=409)
        self.note("joined", others=[self.facts(each) for each in room.remote_participants.values()])
        await self.publish(body.get("early", False))
        return web.json_response({"identity": room.local_participant.identity})

    async def leave(self, request):
        await self.quit()
        return web.json_response({})

    async def quit(self):
        if self.mouth:
            self.mouth.cancel()
        if self.room:
            await self.room.disconnect()
        self.room = self.mouth = None

    @staticmethod
    def facts(other):
        return {"identity": other.identity, "name": other.name, "kind": int(other.kind), "attributes": dict(other.attributes)}

    # Speaking

    async def publish(self, is_preceded=False):
        self.source = rtc.AudioSource(RATE, 1, queue_size_ms=100)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", self.source)
        self.publication = await self.room.local_participant.publish_track(
            track, rtc.TrackPublishOptions(
                source=rtc.TrackSource.SOURCE_MICROPHONE, preconnect_buffer=is_preceded))
        self.note("published")
        self.mouth = asyncio.ensure_future(self.speak())

    async def speak(self):
        """A microphone is never without sound."""
        silent = bytes(2 * FRAME)
        while True:
            samples = bytes(self.words[:2 * FRAME]).ljust(2 * FRAME, b"\0") if self.words else silent
            del self.words[:2 * FRAME]
            await self.source.capture_frame(rtc.AudioFrame(samples, RATE, 1, FRAME))
            if not self.words:
                self.silence.set()

    async def say(self, request):
        body = await request.json()
        with open(body["file"], "rb") as file:
            return await self.utter(file.read(), body)

    async def tone(self, request):
        body = await request.json()
        times = numpy.arange(int(RATE * body["seconds"])) / RATE
        return await self.utter((8000 * numpy.sin(2 * numpy.pi * body["hertz"] * times)).astype("<i2").tobytes(), body)

    async def utter(self, samples, body):
        if self.publication is None:
            await self.publish()
        self.silence.clear()
        self.words += samples
        if body.get("waits", True):
            await self.silence.wait()
        return web.json_response({})

    async def send_early(self, request):
        """As LiveKit's clients do, when the agent has begun to listen."""
        body = await request.json()
        with open(body["file"], "rb") as file:
            samples = file.read()
        await self.publication.wait_for_subscription()
        kind = {"ogg": "audio/opus", "webm": "audio/webm;codecs=opus", "pcm": "audio/pcm", "raw": "audio/opus"}[body["format"]]
        content = samples if body["format"] in ("pcm", "raw") else self.encoded(samples, body["format"])
        attributes = {"trackId": body.get("track") or self.publication.sid, "sampleRate": str(RATE), "channels": "1"}
        writer = await self.room.local_participant.stream_bytes(
            "early", total_size=len(content), mime_type=kind, topic="lk.agent.pre-connect-audio-buffer",
            attributes={**attributes, **body.get("attributes", {})})
        await writer.write(content)
        await writer.aclose()
        return web.json_response({})

    @staticmethod
    def encoded(samples, container):
        file = io.BytesIO()
        with av.open(file, "w", format=container) as output:
            stream = output.add_stream("libopus", rate=RATE, layout="mono")
            frame = av.AudioFrame.from_ndarray(numpy.frombuffer(samples, "<i2").reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate = RATE
            for packet in [*stream.encode(frame), *stream.encode(None)]:
                output.mux(packet)
        return file.getvalue()

    async def mute(self, request):
        track = self.publication.track
        track.mute() if (await request.json())["muted"] else track.unmute()
        return web.json_response({})

    async def unpublish(self, request):
        self.mouth.cancel()
        await self.room.local_participant.unpublish_track(self.publication.sid)
        self.publication = None
        return web.json_response({})

    async def show(self, request):
        self.camera = rtc.VideoSource(64, 64)
        track = rtc.LocalVideoTrack.create_video_track("camera", self.camera)
        await self.room.local_participant.publish_track(
            track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA, simulcast=False))
        self.camera.capture_frame(rtc.VideoFrame(64, 64, rtc.VideoBufferType.RGBA, bytes(4 * 64 * 64)))
        return web.json_response({})

    # Listening

    def on_track(self, track, publication, other):
        self.note("track", identity=other.identity, sid=track.sid, name=publication.name, source=int(publication.source))
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            self.streams[track.sid] = rtc.AudioStream(track, sample_rate=RATE, num_channels=1)
            self.follow(self.listen(self.streams[track.sid], other.identity))

    def on_track_gone(self, track, publication, other):
        self.note("track-gone", identity=other.identity, sid=track.sid)
        if stream := self.streams.pop(track.sid, None):
            self.follow(stream.aclose())

    async def listen(self, stream, identity):
        calm, speaks, pieces = 0, False, self.heard.setdefault(identity, [])
        async for event in stream:
            samples = bytes(event.frame.data)
            pieces.append((round((time.monotonic() - self.beginning) * 1000), samples))
            level = numpy.sqrt(numpy.mean(numpy.frombuffer(samples, "<i2").astype(float) ** 2))
            calm = 0 if level > LOUD else calm + 1
            if calm == 0 and not speaks:
                speaks = True
                self.note("speaks", identity=identity)
            elif calm >= CALM_FRAMES and speaks:
                speaks = False
                self.note("quiet", identity=identity)

    async def give_heard(self, request):
        since = int(request.query.get("since", 0))
        return web.Response(body=b"".join(
            samples for moment, samples in self.heard.get(request.query["from"], []) if moment >= since))

    # Words

    def on_data(self, packet):
        self.note(
            "data", text=bytes(packet.data).decode(errors="replace"), topic=packet.topic,
            identity=packet.participant.identity if packet.participant else None,
            reliable=packet.kind == rtc.DataPacketKind.KIND_RELIABLE)

    async def read_text(self, reader, identity):
        facts = {"identity": identity, "topic": reader.info.topic, "stream": reader.info.stream_id}
        self.note("text-begins", attributes=dict(reader.info.attributes), **facts)
        pieces, error = [], None
        try:
            async for piece in reader:
                pieces.append(piece)
        except rtc.StreamError as failure:
            error = failure.description
        self.note("text", text="".join(pieces), pieces=pieces, attributes=dict(reader.info.attributes), error=error, **facts)

    async def read_bytes(self, reader, identity):
        content = b"".join([piece async for piece in reader])
        self.note(
            "bytes", identity=identity, topic=reader.info.topic, name=reader.info.name, mime=reader.info.mime_type,
            attributes=dict(reader.info.attributes), base64=base64.b64encode(content).decode())

    async def send_data(self, request):
        body = await request.json()
        await self.room.local_participant.publish_data(
            body["text"], reliable=body.get("reliable", True), topic=body.get("topic", ""),
            destination_identities=body.get("to", []))
        return web.json_response({})

    async def send_text(self, request):
        body = await request.json()
        await self.room.local_participant.send_text(
            body["text"], topic=body.get("topic", "lk.chat"), attributes=body.get("attributes"))
        return web.json_response({})

    async def send_endless(self, request):
        body = await request.json()
        self.unfinished = await self.room.local_participant.stream_text(topic=body.get("topic", "lk.chat"))
        await self.unfinished.write(body["text"])
        return web.json_response({})

    async def send_bytes(self, request):
        body = await request.json()
        await self.room.local_participant.send_bytes(
            base64.b64decode(body["base64"]), name=body["name"], topic=body["topic"], attributes=body.get("attributes"))
        return web.json_response({})

    async def rpc(self, request):
        body = await request.json()
        try:
            answer = await self.room.local_participant.perform_rpc(
                destination_identity=body["to"], method=body["method"], payload=body.get("payload", ""))
            return web.json_response({"answer": answer})
        except rtc.RpcError as error:
            return web.json_response({"error": error.message, "code": error.code})

    async def offer_method(self, request):
        body = await request.json()

        async def answer(call):
            self.note("called", method=body["method"], payload=call.payload, identity=call.caller_identity)
            if "error" in body:
                raise rtc.RpcError(body["code"], body["error"])
            return body["answer"]

        self.room.local_participant.register_rpc_method(body["method"], answer)
        return web.json_response({})

    async def set_attributes(self, request):
        await self.room.local_participant.set_attributes(await request.json())
        return web.json_response({})

    async def present(self, request):
        body = await request.json()
        await self.room.local_participant.set_name(body["name"])
        await self.room.local_participant.set_metadata(body["metadata"])
        return web.json_response({})

    # The script

    async def wait(self, request):
        query = dict(request.query)
        event, count, after = query.pop("event"), int(query.pop("count", 1)), int(query.pop("after", 0))
        while True:
            found = [each for each in self.events[after:] if each[2] == event and all(
                text in self.text(each[3].get(key)) for key, text in query.items())]
            if len(found) >= count:
                return web.json_response(found)
            self.news.clear()
            await self.news.wait()

    @staticmethod
    def text(value):
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    async def log(self, request):
        return web.json_response(self.events)


async def main():
    person = Person()
    app = web.Application()
    app.add_routes([
        web.post("/join", person.join), web.post("/leave", person.leave), web.post("/say", person.say),
        web.post("/tone", person.tone), web.post("/mute", person.mute), web.post("/unpublish", person.unpublish),
        web.post("/show", person.show), web.post("/early", person.send_early),
        web.post("/data", person.send_data), web.post("/text", person.send_text), web.post("/endless", person.send_endless),
        web.post("/bytes", person.send_bytes), web.post("/rpc", person.rpc), web.post("/attributes", person.set_attributes),
        web.post("/method", person.offer_method), web.post("/present", person.present),
        web.get("/wait", person.wait), web.get("/log", person.log), web.get("/heard", person.give_heard),
    ])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    try:
        await asyncio.wait_for(person.quit(), 5)
    finally:
        # Whatever the library still waits for.
        os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
