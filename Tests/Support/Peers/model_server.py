"""A chat interface as OpenAI's, that says what a script tells it and misbehaves on request. Needs aiohttp.

usage: model_server.py [PORT]      prints its port, serves until standard input ends

The interface:   GET /v1/models, POST /v1/chat/completions, streamed or whole, POST /v1/embeddings
Only for tests:  POST /_test/next    {"faults": ["slow", ...], "answers": ["...", {"calls": [...]}, ...]}  for the next requests
                 POST /_test/always  {"fault": "..." or null, "answer": "..." or null, "delay": seconds, "pace": seconds a word}
                 POST /_test/random  {"seed": 7, "share": 0.6}     a fault, by chance, in so many requests
                 POST /_test/meanings {"topics": [["tea", "beverage"], ...]}  what texts for vectors are about: one who has a word of a topic is
                                     near all others that have one of its words, whichever
                 GET  /_test/wait    ?count=n: answers when so many questions have come
                 GET  /_test/log     what was asked: {"requests": [...], "connections": n, "embeddings": [texts in each request, ...],
                                     "embedded": [[the texts themselves], ...],
                                     "firsts": [milliseconds from each question to its first word, ...]}

Faults: slow, stall, cut, unauthorized, unknown-model, busy, used-up, trouble, too-long, bad-call, unknown-call, wrong-type,
closed (which refuses to list models), endless, endless-whole, forbidden, silent, thinking, empty, wrong-script, bad-json, no-end, no-usage, gzip, filtered, redirect
"""
import asyncio
import hashlib
import json
import random
import sys
import time

from aiohttp import web

MODEL = "scripted-1"
KEY = "sk-scripted"
#: What random trouble is made of.
TROUBLES = ["slow", "stall", "cut", "unauthorized", "busy", "trouble", "bad-call", "wrong-type", "endless", "empty", "bad-json"]
REFUSALS = {
    "unauthorized": (401, "invalid_api_key", "Incorrect API key provided: sk-wr***ng."),
    "forbidden": (403, "forbidden", "You are not allowed to do that."),
    "unknown-model": (404, "model_not_found", "The model `nothing` does not exist or you do not have access to it."),
    "busy": (429, "rate_limit_exceeded", "Rate limit reached for requests."),
    "used-up": (429, "insufficient_quota", "You exceeded your current quota."),
    "trouble": (500, "server_error", "The server had an error while processing your request."),
    "too-long": (400, "context_length_exceeded", "This model's maximum context length is 8192 tokens."),
}


class Script:
    def __init__(self):
        self.faults, self.answers = [], []
        self.fault, self.answer, self.delay, self.pace = None, None, 0.0, 0.0
        self.random, self.share = None, 0.0
        self.requests, self.connections, self.arrived = [], set(), asyncio.Event()
        self.embeddings, self.embedded, self.topics, self.firsts = [], [], [], []

    def next_fault(self):
        if self.faults:
            return self.faults.pop(0)
        if self.random and self.random.random() < self.share:
            return self.random.choice(TROUBLES)
        return self.fault

    def next_answer(self, messages):
        if self.answers:
            return self.answers.pop(0)
        if self.answer is not None:
            return self.answer
        said = next((m["content"] for m in reversed(messages) if m["role"] == "user"), "").split("THE PERSON SAYS\n")[-1]
        return f"The model heard you say this: {said} It will think about that."


def chunk(delta, finish=None, usage=None):
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": int(time.time()), "model": MODEL}
    body["choices"] = [] if usage else [{"index": 0, "delta": delta, "finish_reason": finish}]
    body["usage"] = usage
    return f"data: {json.dumps(body)}\n\n".encode()


def pieces(text):
    """A text in pieces as models send them: with the space before the word."""
    words = text.split(" ")
    return [words[0]] + [" " + word for word in words[1:]]


def usage(messages, answer):
    prompt = sum(len(m.get("content") or "") for m in messages) // 4
    return {
        "prompt_tokens": prompt, "completion_tokens": len(answer) // 4, "total_tokens": prompt + len(answer) // 4,
        "prompt_tokens_details": {"cached_tokens": 0},
    }


async def chat(request):
    script = request.app["script"]
    request["arrived"] = time.monotonic()
    body = await request.json()
    fault = script.next_fault()
    script.requests.append({"body": body, "fault": fault, "authorization": request.headers.get("Authorization")})
    script.arrived.set()
    script.connections.add(request.transport.get_extra_info("peername"))
    if request.app["key"] and request.headers.get("Authorization") != f"Bearer {request.app['key']}":
        fault = "unauthorized"
    if script.delay:
        await asyncio.sleep(script.delay)
    if fault in REFUSALS:
        status, code, words = REFUSALS[fault]
        headers = {"Retry-After": "7"} if fault == "busy" else {}
        return web.json_response(
            {"error": {"message": words, "type": code, "param": None, "code": code}}, status=status, headers=headers)
    if fault == "wrong-type":
        return web.Response(text="<html>Please log in to the hotel</html>", content_type="text/html")
    if fault == "redirect":
        return web.Response(status=302, headers={"Location": "/elsewhere"})
    messages = body["messages"]
    answer = script.next_answer(messages)
    if fault == "slow":
        await asyncio.sleep(3600)
    if fault == "empty":
        answer = ""
    if fault == "silent":
        answer = "... \U0001F642"
    if fault == "thinking":
        answer = "<think>\nThe person {\"greets\"} me.\n</think>\n\n" + answer
    if fault == "endless-whole":
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        try:
            while True:
                await response.write(b'{"choices": [' + b" " * 65536)
        except (ConnectionError, asyncio.CancelledError):
            return response
    if fault == "wrong-script":
        answer = "नमस्ते, आज आप कैसे हैं? मैं आपकी मदद के लिए यहाँ हूँ।"
    if fault == "bad-call":
        answer = {"calls": [{"name": "storeInMemory", "arguments": '{"category": "FACT", "key": '}]}
    if fault == "unknown-call":
        answer = {"calls": [{"name": "launchRocket", "arguments": "{}"}]}
    if not body.get("stream"):
        return web.json_response({
            "object": "chat.completion", "model": MODEL, "usage": usage(messages, answer),
            "choices": [{"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}]})
    return await stream(request, fault, messages, answer)


async def stream(request, fault, messages, answer):
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"})
    if fault == "gzip":
        response.enable_compression(web.ContentCoding.gzip)
    await response.prepare(request)
    await response.write(chunk({"role": "assistant", "content": ""}))
    if isinstance(answer, dict):
        for text in pieces(answer.get("text", "")):
            if text:
                await response.write(chunk({"content": text}))
        for index, call in enumerate(answer["calls"]):
            arguments = call["arguments"] if isinstance(call["arguments"], str) else json.dumps(call["arguments"])
            head = {"index": index, "id": f"call_{index}_{len(messages)}", "type": "function",
                    "function": {"name": call["name"], "arguments": ""}}
            await response.write(chunk({"tool_calls": [head]}))
            for start in range(0, len(arguments), 7):
                piece = {"index": index, "function": {"arguments": arguments[start:start + 7]}}
                await response.write(chunk({"tool_calls": [piece]}))
        await response.write(chunk({}, "tool_calls"))
        spoken = ""
    elif fault == "endless":
        try:
            while True:
                await response.write(chunk({"content": "and so on and so on, "}))
                await asyncio.sleep(0.002)
        except (ConnectionError, asyncio.CancelledError):
            return response
    else:
        spoken = answer
        all_pieces = pieces(answer) if answer else []
        half = max(1, len(all_pieces) // 2)
        for number, text in enumerate(all_pieces):
            if number == half and fault == "stall":
                await asyncio.sleep(3600)
            if number == half and fault == "cut":
                request.transport.abort()
                return response
            if number == half and fault == "bad-json":
                await response.write(b'data: {"choices": [{"delta": {"con\n\n')
            if number == 0:
                request.app["script"].firsts.append((time.monotonic() - request["arrived"]) * 1000)
            await response.write(chunk({"content": text}))
            await asyncio.sleep(request.app["script"].pace)
        await response.write(chunk({}, "content_filter" if fault == "filtered" else "stop"))
    if fault == "no-end":
        return response
    if fault != "no-usage" and (request_options := (await request.json()).get("stream_options")) and request_options.get("include_usage"):
        await response.write(chunk(None, usage=usage(messages, spoken)))
    await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response


async def embeddings(request):
    """A vector for each text that depends on the text and the topics alone, in another order than asked for, as may be."""
    script, body = request.app["script"], await request.json()
    script.embeddings.append(len(body["input"]))
    script.embedded.append(body["input"])
    fault = script.next_fault()
    if script.delay:
        await asyncio.sleep(script.delay)
    if fault == "slow":
        await asyncio.sleep(3600)
    if request.app["key"] and request.headers.get("Authorization") != f"Bearer {request.app['key']}":
        fault = "unauthorized"
    if fault in REFUSALS:
        status, code, words = REFUSALS[fault]
        return web.json_response({"error": {"message": words, "type": code, "param": None, "code": code}}, status=status)
    if fault == "wrong-type":
        return web.Response(text="<html>Please log in to the hotel</html>", content_type="text/html")
    data = [
        {"object": "embedding", "index": index, "embedding": direction(text, script.topics)}
        for index, text in enumerate(body["input"])]
    if fault == "cut":
        data = data[:-1]
    return web.json_response({
        "object": "list", "model": body["model"], "data": data[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}})


def direction(text, topics):
    """Numbers of chance, all above zero, so that even texts about other things are rather alike, as with real models; and one for each topic."""
    chance = [byte / 255 for byte in hashlib.sha512(text.encode()).digest()]
    return chance + [6.0 if any(word in text.lower() for word in words) else 0.0 for words in topics]


async def models(request):
    if request.app["script"].fault == "closed":
        status, code, words = REFUSALS["unauthorized"]
        return web.json_response({"error": {"message": words, "type": code, "param": None, "code": code}}, status=status)
    return web.json_response({"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "tests"}]})


async def set_next(request):
    body = await request.json()
    script = request.app["script"]
    script.faults += body.get("faults", [])
    script.answers += body.get("answers", [])
    return web.json_response({})


async def set_always(request):
    body = await request.json()
    script = request.app["script"]
    script.fault, script.answer = body.get("fault"), body.get("answer")
    script.delay, script.pace = body.get("delay", 0.0), body.get("pace", 0.0)
    return web.json_response({})


async def set_random(request):
    body = await request.json()
    script = request.app["script"]
    script.random, script.share = random.Random(body["seed"]), body["share"]
    return web.json_response({})


async def set_meanings(request):
    request.app["script"].topics = (await request.json())["topics"]
    return web.json_response({})


async def log(request):
    script = request.app["script"]
    return web.json_response({
        "requests": script.requests, "connections": len(script.connections), "embeddings": script.embeddings, "embedded": script.embedded,
        "firsts": script.firsts})


async def wait(request):
    script = request.app["script"]
    while len(script.requests) < int(request.query["count"]):
        script.arrived.clear()
        await script.arrived.wait()
    return web.json_response({})


async def main():
    app = web.Application()
    app["script"] = Script()
    app["key"] = sys.argv[2] if len(sys.argv) > 2 else None
    app.add_routes([
        web.get("/v1/models", models), web.post("/v1/chat/completions", chat), web.post("/v1/embeddings", embeddings), web.post("/_test/next", set_next),
        web.post("/_test/always", set_always), web.post("/_test/random", set_random), web.post("/_test/meanings", set_meanings), web.get("/_test/log", log), web.get("/_test/wait", wait),
    ])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
