"""A chat interface as OpenAI's over TLS and HTTP/2, whose connections end as those of a cloud's front do. Needs h2.

usage: http2_model_server.py CERTIFICATE KEY     prints its port, serves until standard input ends

The interface:   POST /v1/chat/completions, streamed
Only for tests:  POST /_test/next   {"faults": ["goaway", ...]}    for the next questions, null for none
                 GET  /_test/log    {"questions": n, "connections": n that carried questions}

Faults: goaway   the answer comes whole, and the connection takes no more questions (as before a restart)
        retired  the connection ends before the question is looked at: the client may ask again elsewhere
        lost     the connection ends, with an error, in the middle of the answer
"""
import asyncio
import json
import ssl
import sys

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded, StreamReset

ANSWER = "The model heard you, and it will think about that for a while."


class State:
    def __init__(self):
        self.faults, self.questions, self.connections = [], 0, 0


class Connection(asyncio.Protocol):
    def __init__(self, state):
        self.state, self.streams, self.has_asked = state, {}, False
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))

    def connection_made(self, transport):
        self.transport = transport
        self.h2.initiate_connection()
        self.flush()

    def flush(self):
        self.transport.write(self.h2.data_to_send())

    def data_received(self, data):
        for event in self.h2.receive_data(data):
            if isinstance(event, RequestReceived):
                self.streams[event.stream_id] = (dict(event.headers), bytearray())
            elif isinstance(event, DataReceived):
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                self.streams[event.stream_id][1].extend(event.data)
            elif isinstance(event, StreamEnded):
                headers, body = self.streams.pop(event.stream_id)
                asyncio.ensure_future(self.answer(event.stream_id, headers[":path"], bytes(body)))
            elif isinstance(event, StreamReset):
                self.streams.pop(event.stream_id, None)
        self.flush()

    async def answer(self, stream, path, body):
        if path == "/_test/log":
            return self.reply(stream, {"questions": self.state.questions, "connections": self.state.connections})
        if path == "/_test/next":
            self.state.faults += json.loads(body)["faults"]
            return self.reply(stream, {})
        fault = self.state.faults.pop(0) if self.state.faults else None
        if fault == "retired":
            self.h2.close_connection(ErrorCodes.NO_ERROR, last_stream_id=0)
            self.flush()
            return self.transport.close()
        self.state.questions += 1
        self.state.connections += 0 if self.has_asked else 1
        self.has_asked = True
        self.h2.send_headers(stream, [(":status", "200"), ("content-type", "text/event-stream")])
        words = [" " * (number > 0) + word for number, word in enumerate(ANSWER.split(" "))]
        for number, word in enumerate(words):
            if number == len(words) // 2 and fault == "lost":
                self.h2.close_connection(ErrorCodes.INTERNAL_ERROR, last_stream_id=stream)
                self.flush()
                return self.transport.close()
            self.event(stream, {"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]})
            await asyncio.sleep(0)
        self.event(stream, {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if fault == "goaway":
            # The library would send nothing after its own farewell, so that is written by hand: this stream is still answered.
            self.transport.write(b"\x00\x00\x08\x07\x00\x00\x00\x00\x00" + stream.to_bytes(4, "big") + b"\x00\x00\x00\x00")
        self.h2.send_data(stream, b"data: [DONE]\n\n", end_stream=True)
        self.flush()

    def event(self, stream, body):
        self.h2.send_data(stream, b"data: " + json.dumps(body).encode() + b"\n\n")
        self.flush()

    def reply(self, stream, body):
        self.h2.send_headers(stream, [(":status", "200"), ("content-type", "application/json")])
        self.h2.send_data(stream, json.dumps(body).encode(), end_stream=True)
        self.flush()


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    context.set_alpn_protocols(["h2"])
    state = State()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(state), "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
