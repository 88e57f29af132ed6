"""A small LiveKit server: rooms with sound and data, on this machine only. It speaks the signalling of one peer connection
(/rtc/v1): the client always offers, the server always answers. Opus packets are passed on as they come, and never decoded.
Needs aiohttp, aiortc, livekit-protocol and PyJWT.

usage: room_server.py [PORT [TIME]]      prints its port, serves until standard input ends; with PORT it listens there, with TIME
                                         (seconds since 1970) not before that

libwebrtc does not use the interface `lo`: clients reach it only where another interface has an address in 127.0.0.0/8, see
scripts/room-network.sh. Killed or frozen, it is what a server is that was killed or froze: tests do it by signals.

It calls agents too (/agent), as LiveKit's servers do: the workers without a name into every room when its first person comes, those
with one where they are asked for.

Only for tests:
    POST /_test/token   {"identity", "name", "room", "lifetime", "kind", "grants": {...}, "attributes": {...}} -> {"token"}
    POST /_test/service {"status", "body"}   what the token endpoint /token answers from now on; nothing of it: a token
                        {"lifetime"}         or the seconds for which its tokens hold
    POST /_test/hush    {"hushed"}           requests about oneself are done, and not answered
    POST /_test/cut     {"room", "identity"}            the signal connection is cut, as by a network
    POST /_test/remove  {"room", "identity"}            the participant is put out
    POST /_test/delete  {"room"}                        the room is
    POST /_test/refresh {"room", "identity", "token"}   the participant is given another token
    POST /_test/dispatch  {"room", "agent"}             the agent of this name is called into the room
    POST /_test/terminate {"room"}                      the job there is over
    GET  /_test/workers   ?count=&status=               answers when so many workers (of this status) are registered
    GET  /_test/jobs      ?count=&status=               answers when so many jobs ended or stand so, with all there were
    GET  /_test/log     {"rooms": {name: [participant, ...]}, "declined": {identity: [track, ...]}, "joins": [...],
                         "refused": [...], "requests": [...], "tracks": {identity: [{"asked", "packets", "bytes"}, ...]}}
    GET  /_test/wait    ?room=&count=        answers when so many participants are in the room, with their identities
"""
import asyncio
import base64
import gzip
import itertools
import json
import sys
import time
from fractions import Fraction

import aioice.ice
import jwt
from aiohttp import WSMsgType, web
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import SessionDescription, candidate_from_sdp
from av import Packet
from google.protobuf.json_format import MessageToDict
from livekit.protocol import agent, models, rtc

KEY, SECRET = "devkey", "a-secret-for-tests-that-is-long-enough"
# What the client understands is told by this number: from 18 on it wants data channels that were agreed on before.
PROTOCOL = 16

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
numbers = itertools.count(1)


class Relay(MediaStreamTrack):
    """Packets that are encoded already, for a sender."""

    kind = "audio"

    def __init__(self):
        super().__init__()
        self.packets = asyncio.Queue()

    async def recv(self):
        return await self.packets.get()


class Track:
    """What a participant publishes."""

    def __init__(self, owner, request):
        self.owner, self.cid, self.relays = owner, request.cid, set()
        # How it was asked for, and what came of it.
        self.request, self.packets, self.bytes = request, 0, 0
        # Once it was negotiated, and once somebody has it.
        self.is_live = self.is_heard = False
        self.info = models.TrackInfo(
            sid=f"TR_{next(numbers)}", type=request.type, name=request.name, muted=request.muted, source=request.source,
            mime_type="audio/opus", disable_red=True, stream=request.stream, audio_features=request.audio_features)

    def facts(self):
        return {"asked": MessageToDict(self.request), "packets": self.packets, "bytes": self.bytes}

    async def on_packet(self, packet, arrival_time_ms):
        self.packets += 1
        self.bytes += len(packet.payload)
        if not packet.payload or self.info.muted:
            return
        for relay in self.relays:
            media = Packet(packet.payload)
            media.pts, media.time_base = packet.timestamp, Fraction(1, 48000)
            relay.packets.put_nowait(media)


class Participant:
    def __init__(self, room, socket, claims, join):
        self.room, self.socket = room, socket
        self.grants = claims["video"]
        self.hears_all = join.connection_settings.auto_subscribe and self.may("canSubscribe")
        self.unwanted, self.tracks, self.subscribed, self.channels = set(), {}, {}, {}
        # Text streams under way whose sender is somebody else.
        self.spoken_for = {}
        is_agent = claims.get("kind", "").lower() == "agent" or self.grants.get("agent", False)
        self.info = models.ParticipantInfo(
            sid=f"PA_{next(numbers)}", identity=claims["sub"], name=claims.get("name", ""), metadata=claims.get("metadata", ""),
            state=models.ParticipantInfo.ACTIVE, is_publisher=True, attributes=claims.get("attributes", {}),
            kind=models.ParticipantInfo.AGENT if is_agent else models.ParticipantInfo.STANDARD, joined_at=int(time.time()),
            client_protocol=join.client_info.client_protocol,
            permission=models.ParticipantPermission(
                can_subscribe=self.may("canSubscribe"), can_publish=self.may("canPublish"),
                can_publish_data=self.may("canPublishData"), can_update_metadata=self.may("canUpdateOwnMetadata", False),
                agent=is_agent))
        self.connection = RTCPeerConnection()
        self.connection.on("datachannel", self.on_channel)

    def may(self, grant, default=True):
        return self.grants.get(grant, default)

    @property
    def identity(self):
        return self.info.identity

    async def send(self, **message):
        if self.socket.closed:
            return
        try:
            await self.socket.send_bytes(rtc.SignalResponse(**message).SerializeToString())
        except ConnectionError:
            pass

    async def refuse(self, request):
        await self.send(request_response=rtc.RequestResponse(
            request_id=request, reason=rtc.RequestResponse.NOT_ALLOWED, message="not allowed by the token"))

    def snapshot(self):
        del self.info.tracks[:]
        self.info.tracks.extend(track.info for track in self.tracks.values() if track.is_live)
        self.info.version += 1
        return self.info

    # Data

    def on_channel(self, channel):
        self.channels[channel.label] = channel
        if channel.label != "_data_track":
            channel.on("message", lambda message: self.on_data(channel.label, message))

    def on_data(self, label, message):
        if not self.may("canPublishData"):
            return
        packet = models.DataPacket.FromString(message)
        packet.participant_identity = self.sender(packet)
        packet.participant_sid = self.info.sid
        for other in self.room.others(self):
            to = packet.destination_identities
            if (not to or other.identity in to) and label in other.channels:
                other.channels[label].send(packet.SerializeToString())

    def sender(self, packet):
        """Agents may write text in the name of others, and nobody else may."""
        kind = packet.WhichOneof("value")
        if self.info.kind != models.ParticipantInfo.AGENT or not packet.participant_identity:
            return self.identity
        if kind == "transcription":
            return packet.participant_identity
        if kind == "stream_header" and packet.stream_header.HasField("text_header"):
            self.spoken_for[packet.stream_header.stream_id] = packet.participant_identity
        stream = getattr(packet, kind).stream_id if kind in ("stream_header", "stream_chunk", "stream_trailer") else None
        return self.spoken_for.get(stream, self.identity)

    # Sound

    def wanted(self):
        """What others publish that this one should hear and does not yet. Pictures are passed on to nobody."""
        if not self.hears_all:
            return []
        return [track for other in self.room.others(self) for track in other.tracks.values()
                if track.is_live and track.info.type == models.AUDIO and track.info.sid not in self.subscribed
                and track.info.sid not in self.unwanted]

    def free_sections(self):
        taken = list(self.subscribed.values())
        return [each for each in self.connection.getTransceivers()
                if each.kind == "audio" and each._offerDirection == "sendonly" and each not in taken]

    async def ask_for_offer(self):
        """The client makes another offer then, with room for what it should hear."""
        missing = max(0, len(self.wanted()) - len(self.free_sections()))
        await self.send(media_sections_requirement=rtc.MediaSectionsRequirement(num_audios=missing))

    def forget(self, track):
        section = self.subscribed.pop(track.info.sid, None)
        if section:
            track.relays.discard(section.sender.track)
            section.direction = "inactive"

    def take_published(self, offer):
        """Whether what this one publishes changed by an offer."""
        receivers = {each.mid: each.receiver for each in self.connection.getTransceivers()}
        sections = {media.msid.split()[1]: media.rtp.muxId for media in SessionDescription.parse(offer.sdp).media
                    if media.msid and media.direction in ("sendonly", "sendrecv")}
        changed = False
        for track in list(self.tracks.values()):
            if track.cid in sections and not track.is_live:
                receivers[sections[track.cid]]._handle_rtp_packet = track.on_packet
                track.is_live = changed = True
            elif track.is_live and track.cid not in sections:
                for other in self.room.others(self):
                    other.forget(track)
                del self.tracks[track.info.sid]
                changed = True
        return changed

    def give_wanted(self):
        """What this one is given, one after the other."""
        for track, section in zip(self.wanted(), self.free_sections()):
            if section.sender.track is None:
                section.sender.replaceTrack(Relay())
            section.sender._stream_id = f"{track.owner.info.sid}|{track.info.sid}"
            section.sender._track_id = track.info.sid
            section.direction = "sendonly"
            track.relays.add(section.sender.track)
            self.subscribed[track.info.sid] = section
            yield track

    async def answer(self, offer):
        await self.connection.setRemoteDescription(RTCSessionDescription(offer.sdp, offer.type))
        changed = self.take_published(offer)
        given = list(self.give_wanted())
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        await self.send(answer=rtc.SessionDescription(
            type="answer", sdp=self.connection.localDescription.sdp, id=offer.id,
            mid_to_track_id={section.mid: sid for sid, section in self.subscribed.items()}))
        for track in given:
            if not track.is_heard:
                track.is_heard = True
                await track.owner.send(track_subscribed=rtc.TrackSubscribed(track_sid=track.info.sid))
        if changed:
            await self.room.announce(self)
        if self.wanted():
            await self.ask_for_offer()

    async def trickle(self, text):
        candidate = json.loads(text)
        if not candidate["candidate"]:
            return
        parsed = candidate_from_sdp(candidate["candidate"].removeprefix("candidate:"))
        parsed.sdpMid, parsed.sdpMLineIndex = candidate["sdpMid"], candidate["sdpMLineIndex"]
        await self.connection.addIceCandidate(parsed)

    # Signals

    async def handle(self, request):
        kind = request.WhichOneof("message")
        value = getattr(request, kind)
        if kind == "offer":
            await self.answer(value)
        elif kind == "trickle" and value.candidateInit:
            await self.trickle(value.candidateInit)
        elif kind == "add_track":
            if not self.may("canPublish"):
                return await self.send(request_response=rtc.RequestResponse(
                    reason=rtc.RequestResponse.NOT_ALLOWED, message="not allowed by the token", add_track=value))
            track = Track(self, value)
            self.tracks[track.info.sid] = track
            await self.send(track_published=rtc.TrackPublishedResponse(cid=value.cid, track=track.info))
        elif kind == "mute" and value.sid in self.tracks:
            self.tracks[value.sid].info.muted = value.muted
            await self.room.announce(self)
        elif kind == "subscription":
            await self.subscribe(value)
        elif kind == "update_metadata":
            await self.update(value)
        elif kind == "ping":
            await self.send(pong=value)
        elif kind == "ping_req":
            await self.send(pong_resp=rtc.Pong(last_ping_timestamp=value.timestamp))
        elif kind == "leave":
            await self.socket.close()

    async def subscribe(self, value):
        sids = set(value.track_sids)
        self.unwanted = self.unwanted - sids if value.subscribe else self.unwanted | sids
        for other in self.room.others(self):
            for sid in sids & other.tracks.keys() & self.unwanted:
                self.forget(other.tracks[sid])
        await self.ask_for_offer()

    async def update(self, value):
        if not self.may("canUpdateOwnMetadata", False):
            return await self.refuse(value.request_id)
        if value.metadata:
            self.info.metadata = value.metadata
        if value.name:
            self.info.name = value.name
        for key, text in value.attributes.items():
            if text:
                self.info.attributes[key] = text
            else:
                self.info.attributes.pop(key, None)
        if not self.room.server.is_hushed:
            await self.send(request_response=rtc.RequestResponse(request_id=value.request_id))
        await self.room.announce(self)

    async def put_out(self, reason):
        await self.send(leave=rtc.LeaveRequest(reason=reason, action=rtc.LeaveRequest.DISCONNECT))
        await self.room.remove(self)
        await self.socket.close()


class Worker:
    """An agent's program that waits for jobs."""

    def __init__(self, server, socket, register):
        self.server, self.socket, self.register = server, socket, register
        self.id, self.status, self.statuses, self.pings, self.asked = f"AW_{next(numbers)}", None, 0, 0, {}

    def facts(self):
        return {
            "id": self.id, "name": self.register.agent_name, "type": self.register.type, "version": self.register.version,
            "statuses": self.statuses, "pings": self.pings,
            "status": agent.WorkerStatus.Name(self.status.status) if self.status else None,
            "load": self.status.load if self.status else None, "jobs": self.status.job_count if self.status else None}

    async def send(self, **message):
        await self.socket.send_bytes(agent.ServerMessage(**message).SerializeToString())

    async def handle(self, message):
        kind = message.WhichOneof("message")
        value = getattr(message, kind)
        if kind == "update_worker":
            self.status, self.statuses = value, self.statuses + 1
        elif kind == "ping":
            self.pings += 1
            await self.send(pong=agent.WorkerPong(last_timestamp=value.timestamp, timestamp=int(time.time() * 1000)))
        elif kind == "availability" and value.job_id in self.asked:
            self.asked.pop(value.job_id).set_result(value)
        elif kind == "update_job" and value.job_id in self.server.jobs:
            job = self.server.jobs[value.job_id]
            job["statuses"].append(agent.JobStatus.Name(value.status))
            job["error"] = value.error
        self.server.tell()

    async def offer(self, room):
        """Asks whether it is free, and gives it the job then."""
        job = agent.Job(id=f"AJ_{next(numbers)}", type=agent.JT_ROOM, room=room.info, agent_name=self.register.agent_name)
        self.server.jobs[job.id] = {"id": job.id, "room": room.info.name, "worker": self.id, "statuses": [], "error": ""}
        self.asked[job.id] = asyncio.get_running_loop().create_future()
        await self.send(availability=agent.AvailabilityRequest(job=job))
        answer = await asyncio.wait_for(self.asked[job.id], 10)
        if not answer.available:
            self.server.jobs[job.id]["statuses"].append("DECLINED")
            return self.server.tell()
        permissions = self.register.allowed_permissions
        token = self.server.mint({
            "identity": answer.participant_identity, "name": answer.participant_name, "room": room.info.name, "kind": "agent",
            "attributes": dict(answer.participant_attributes),
            "grants": {"agent": True, "canPublish": permissions.can_publish, "canSubscribe": permissions.can_subscribe,
                       "canPublishData": permissions.can_publish_data, "canUpdateOwnMetadata": True}})
        await self.send(assignment=agent.JobAssignment(job=job, token=token))


class Room:
    def __init__(self, server, name):
        self.server = server
        self.is_called_for = False
        self.info = models.Room(sid=f"RM_{next(numbers)}", name=name, creation_time=int(time.time()))
        self.participants = {}

    def others(self, participant):
        return [each for each in self.participants.values() if each is not participant]

    async def announce(self, participant):
        update = rtc.ParticipantUpdate(participants=[participant.snapshot()])
        for other in list(self.participants.values()):
            await other.send(update=update)
            if other is not participant and other.wanted():
                await other.ask_for_offer()

    async def remove(self, participant):
        if self.participants.get(participant.identity) is not participant:
            return
        del self.participants[participant.identity]
        for other in self.others(participant):
            for track in participant.tracks.values():
                other.forget(track)
        participant.tracks.clear()
        if not any(each.info.kind == models.ParticipantInfo.STANDARD for each in self.participants.values()):
            self.is_called_for = False
        participant.info.state = models.ParticipantInfo.DISCONNECTED
        await self.announce(participant)
        self.server.tell()
        await participant.connection.close()


class Server:
    def __init__(self):
        self.rooms, self.joins, self.refused, self.requests, self.service = {}, [], [], [], {}
        self.news = asyncio.Event()
        self.workers, self.jobs, self.calls = [], {}, set()
        # Whether those who change something of themselves are not told that it was done.
        self.is_hushed = False

    def tell(self):
        self.news.set()

    # As LiveKit's

    def read_token(self, request):
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or request.query.get("access_token", "")
        try:
            return jwt.decode(token, SECRET, algorithms=["HS256"], issuer=KEY)
        except jwt.PyJWTError as error:
            self.refused.append(str(error))
            raise web.HTTPUnauthorized(text=f"invalid token: {error}")

    def claims(self, request):
        claims = self.read_token(request)
        video = claims.get("video", {})
        if not (video.get("roomJoin") and video.get("room") and claims.get("sub")):
            self.refused.append("no permission")
            raise web.HTTPUnauthorized(text="no permissions to access the room")
        return claims

    async def validate(self, request):
        self.claims(request)
        return web.Response(text="success")

    async def connect(self, request):
        claims = self.claims(request)
        wrapped = rtc.WrappedJoinRequest.FromString(base64.urlsafe_b64decode(request.query["join_request"]))
        is_packed = wrapped.compression == rtc.WrappedJoinRequest.GZIP
        join = rtc.JoinRequest.FromString(gzip.decompress(wrapped.join_request) if is_packed else wrapped.join_request)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if join.reconnect:
            # Nothing is resumed: the client has to join anew.
            leave = rtc.LeaveRequest(
                action=rtc.LeaveRequest.RECONNECT, can_reconnect=True, reason=models.STATE_MISMATCH)
            await socket.send_bytes(rtc.SignalResponse(leave=leave).SerializeToString())
            await socket.close()
            return socket
        name = claims["video"]["room"]
        room = self.rooms.setdefault(name, Room(self, name))
        if old := room.participants.get(claims["sub"]):
            await old.put_out(models.DUPLICATE_IDENTITY)
        me = Participant(room, socket, claims, join)
        room.participants[me.identity] = me
        self.joins.append(me.identity)
        try:
            await me.send(join=rtc.JoinResponse(
                room=room.info, participant=me.snapshot(), other_participants=[each.snapshot() for each in room.others(me)],
                server_info=models.ServerInfo(version="1.9.0", protocol=PROTOCOL), server_version="1.9.0", ping_interval=5,
                ping_timeout=15, fast_publish=True, enabled_publish_codecs=[models.Codec(mime="audio/opus")]))
            if join.HasField("publisher_offer"):
                await me.answer(join.publisher_offer)
            await room.announce(me)
            self.tell()
            if me.info.kind == models.ParticipantInfo.STANDARD and not room.is_called_for:
                room.is_called_for = True
                self.call(room, "")
            async for message in socket:
                if message.type == WSMsgType.BINARY:
                    await me.handle(rtc.SignalRequest.FromString(message.data))
        finally:
            await room.remove(me)
        return socket

    # Agents

    async def agent(self, request):
        if not self.read_token(request).get("video", {}).get("agent"):
            raise web.HTTPUnauthorized(text="no permission to be an agent")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        first = agent.WorkerMessage.FromString((await socket.receive(timeout=10)).data)
        if first.WhichOneof("message") != "register":
            await socket.close()
            return socket
        worker = Worker(self, socket, first.register)
        await worker.send(register=agent.RegisterWorkerResponse(
            worker_id=worker.id, server_info=models.ServerInfo(version="1.9.0", protocol=PROTOCOL)))
        self.workers.append(worker)
        self.tell()
        try:
            async for message in socket:
                if message.type == WSMsgType.BINARY:
                    await worker.handle(agent.WorkerMessage.FromString(message.data))
        finally:
            self.workers.remove(worker)
            self.tell()
        return socket

    def call(self, room, name):
        """Offers the room to the workers of this name."""
        for worker in self.workers:
            if worker.register.agent_name == name:
                call = asyncio.ensure_future(worker.offer(room))
                self.calls.add(call)
                call.add_done_callback(self.calls.discard)

    async def token_service(self, request):
        """As the token endpoints of LiveKit's front ends."""
        body = await request.json() if request.can_read_body else dict(request.query)
        self.requests.append({"method": request.method, "authorization": request.headers.get("Authorization"), "body": body})
        if "status" in self.service:
            return web.Response(status=self.service["status"], text=self.service["body"], content_type="application/json")
        token = self.mint({
            "identity": body.get("participant_identity", "agent"), "room": body.get("room_name", "home"), "kind": "agent",
            "lifetime": self.service.get("lifetime", 3600),
            "grants": {"canUpdateOwnMetadata": True}})
        return web.json_response({"serverUrl": f"ws://{request.host}", "participantToken": token})

    # For tests

    def mint(self, body):
        now = int(time.time())
        claims = {
            "iss": KEY, "sub": body["identity"], "nbf": now - 10, "exp": now + body.get("lifetime", 3600),
            "video": {"roomJoin": True, "room": body["room"], **body.get("grants", {})}}
        for key in ("name", "kind", "attributes", "metadata"):
            if body.get(key):
                claims[key] = body[key]
        return jwt.encode(claims, SECRET, algorithm="HS256")

    async def make_token(self, request):
        return web.json_response({"token": self.mint(await request.json())})

    async def set_service(self, request):
        self.service = await request.json()
        return web.json_response({})

    async def hush(self, request):
        self.is_hushed = (await request.json())["hushed"]
        return web.json_response({})

    async def participant(self, request):
        body = await request.json()
        return body, self.rooms[body["room"]].participants[body["identity"]]

    async def cut(self, request):
        _, participant = await self.participant(request)
        participant.socket._req.transport.abort()
        return web.json_response({})

    async def put_out(self, request):
        _, participant = await self.participant(request)
        await participant.put_out(models.PARTICIPANT_REMOVED)
        return web.json_response({})

    async def delete(self, request):
        room = self.rooms.pop((await request.json())["room"])
        for participant in list(room.participants.values()):
            await participant.put_out(models.ROOM_DELETED)
        return web.json_response({})

    async def refresh(self, request):
        body, participant = await self.participant(request)
        await participant.send(refresh_token=body["token"])
        return web.json_response({})

    async def dispatch(self, request):
        body = await request.json()
        self.call(self.rooms.setdefault(body["room"], Room(self, body["room"])), body["agent"])
        return web.json_response({})

    async def terminate(self, request):
        name = (await request.json())["room"]
        for job in self.jobs.values():
            for worker in self.workers:
                if job["room"] == name and job["worker"] == worker.id:
                    await worker.send(termination=agent.JobTermination(job_id=job["id"]))
        return web.json_response({})

    async def wait_for_workers(self, request):
        while True:
            found = [each.facts() for each in self.workers]
            there = [each for each in found if each["status"] == request.query.get("status", each["status"])]
            if len(there) == int(request.query["count"]):
                return web.json_response({"workers": found})
            self.news.clear()
            await self.news.wait()

    async def wait_for_jobs(self, request):
        while True:
            jobs = list(self.jobs.values())
            if sum(each["statuses"][-1:] == [request.query["status"]] for each in jobs) >= int(request.query["count"]):
                return web.json_response({"jobs": jobs})
            self.news.clear()
            await self.news.wait()

    async def log(self, request):
        return web.json_response({
            "rooms": {name: [MessageToDict(each.info) for each in room.participants.values()]
                      for name, room in self.rooms.items()},
            "declined": {each.identity: sorted(each.unwanted) for room in self.rooms.values()
                         for each in room.participants.values()},
            "tracks": {each.identity: [track.facts() for track in each.tracks.values()]
                       for room in self.rooms.values() for each in room.participants.values()},
            "joins": self.joins, "refused": self.refused, "requests": self.requests})

    async def wait(self, request):
        while True:
            room = self.rooms.get(request.query["room"])
            there = list(room.participants) if room else []
            if len(there) == int(request.query["count"]):
                return web.json_response({"identities": there})
            self.news.clear()
            await self.news.wait()


async def main():
    server = Server()
    app = web.Application()
    app.add_routes([
        web.get("/agent", server.agent), web.post("/_test/dispatch", server.dispatch),
        web.post("/_test/terminate", server.terminate), web.get("/_test/workers", server.wait_for_workers),
        web.get("/_test/jobs", server.wait_for_jobs), web.get("/rtc/v1", server.connect), web.get("/rtc/v1/validate", server.validate),
        web.get("/rtc/validate", server.validate), web.get("/token", server.token_service),
        web.post("/token", server.token_service), web.post("/_test/token", server.make_token),
        web.post("/_test/service", server.set_service), web.post("/_test/cut", server.cut),
        web.post("/_test/remove", server.put_out), web.post("/_test/delete", server.delete),
        web.post("/_test/refresh", server.refresh), web.post("/_test/hush", server.hush),
        web.get("/_test/log", server.log), web.get("/_test/wait", server.wait),
    ])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    if len(sys.argv) > 2:
        await asyncio.sleep(max(0, float(sys.argv[2]) - time.time()))
    site = web.TCPSite(runner, "127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
