"""A web server that misbehaves on request, for the tests of Networking. Standard library only.

usage: web_peer.py [CERTIFICATE KEY]      prints its port, serves until standard input ends
"""
import asyncio
import base64
import hashlib
import json
import ssl
import struct
import sys

CONNECTIONS = 0
FLAKY = 0


async def read_head(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    headers = {k.strip().lower(): v.strip() for k, v in (line.split(":", 1) for line in lines if ":" in line)}
    return method, target, headers


def answer(status, body, kind="application/json", extra=""):
    return (f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n").encode() + body


async def serve_http(method, target, headers, body, writer):
    """False when the connection must end."""
    global FLAKY
    if target == "/echo":
        seen = {"method": method, "headers": headers, "body": body.decode("utf-8", "replace"), "connections": CONNECTIONS}
        writer.write(answer("200 OK", json.dumps(seen).encode(), extra="X-One: first\r\nX-One: second\r\n"))
    elif target.startswith("/bytes/"):
        count = int(target.split("/")[2])
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {count}\r\n\r\n".encode())
        while count:
            piece = min(count, 65536)
            writer.write(b"x" * piece)
            await writer.drain()
            count -= piece
    elif target == "/silent":
        await asyncio.sleep(3600)
    elif target == "/drip":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nbegin")
        await writer.drain()
        await asyncio.sleep(3600)
    elif target == "/cut":
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a": [1, 2')
        await writer.drain()
        return False
    elif target == "/half-json":
        writer.write(answer("200 OK", b'{"a": [1, 2'))
    elif target == "/double-json":
        writer.write(answer("200 OK", b'{"a": 1}{"a": 1}'))
    elif target == "/portal":
        writer.write(answer("200 OK", b"<html>Please log in to the hotel</html>", kind="text/html"))
    elif target == "/redirect":
        writer.write(answer("302 Found", b"", extra="Location: /portal\r\n"))
    elif target == "/busy":
        writer.write(answer("503 Service Unavailable", b"{}", extra="Retry-After: 7\r\n"))
    elif target == "/pieces":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for index in range(5):
            piece = f"data: {index}\n\n".encode()
            writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            await writer.drain()
        writer.write(b"0\r\n\r\n")
    else:
        writer.write(answer("404 Not Found", b"{}"))
    await writer.drain()
    return True


def frame(opcode, payload, final=True, first=None):
    head = bytes([first if first is not None else (0x80 if final else 0) | opcode])
    if len(payload) < 126:
        head += bytes([len(payload)])
    elif len(payload) < 65536:
        head += bytes([126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([127]) + struct.pack(">Q", len(payload))
    return head + payload


async def read_frame(reader):
    first, second = await reader.readexactly(2)
    length = second & 0x7F
    if length == 126:
        (length,) = struct.unpack(">H", await reader.readexactly(2))
    elif length == 127:
        (length,) = struct.unpack(">Q", await reader.readexactly(8))
    assert second & 0x80, "clients must mask"
    mask = await reader.readexactly(4)
    payload = await reader.readexactly(length)
    return first & 0x0F, bytes(b ^ mask[i & 3] for i, b in enumerate(payload))


async def serve_socket(target, headers, reader, writer):
    key = headers["sec-websocket-key"].encode()
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()
    if target == "/ws/wrong-accept":
        accept = "bm90IHRoZSBrZXkgeW91IHNlbnQ="
    writer.write(
        f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".encode())
    if target == "/ws/eager":
        writer.write(frame(1, b"hello before you spoke"))
    if target == "/ws/violation":
        writer.write(frame(1, b"x", first=0xF1))
    if target == "/ws/ping":
        writer.write(frame(9, b"are you there"))
        opcode, payload = await read_frame(reader)
        writer.write(frame(1, b"pong " + payload if opcode == 10 else b"no pong"))
    if target == "/ws/fragments":
        writer.write(frame(1, "سلا".encode()[:3], final=False) + frame(9, b"") + frame(0, "سلا".encode()[3:] + "م".encode()))
    if target == "/ws/bye":
        writer.write(frame(8, struct.pack(">H", 4001) + b"go away"))
    await writer.drain()
    if target == "/ws/drop":
        return
    while True:
        opcode, payload = await read_frame(reader)
        if opcode == 8:
            writer.write(frame(8, payload))
            await writer.drain()
            return
        if opcode in (1, 2):
            writer.write(frame(opcode, payload))
            await writer.drain()


async def serve(reader, writer):
    global CONNECTIONS
    CONNECTIONS += 1
    try:
        while True:
            method, target, headers = await read_head(reader)
            if headers.get("upgrade", "").lower() == "websocket" and target != "/ws/refused":
                await serve_socket(target, headers, reader, writer)
                return
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            if not await serve_http(method, target, headers, body, writer):
                return
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    context = None
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
