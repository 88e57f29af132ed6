"""usage: python -m cloudstack [--project]

Prints one line of JSON: {"control": PORT}, with --project also a project and a user for trying things by hand.
Serves until standard input ends or it is told to stop.
"""
import asyncio
import json
import signal
import sys

from aiohttp import web

from . import control, errors
from .cluster import Cluster
from .databases import Databases


async def main(with_project):
    cluster = await asyncio.to_thread(Cluster)
    app = web.Application(middlewares=[_explain], client_max_size=64 << 20)
    app["cluster"], app["databases"], app["projects"] = cluster, Databases(cluster), {}
    app.add_routes(control.routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    try:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        line = {"control": runner.addresses[0][1]}
        if with_project:
            line |= await _try_out(line["control"])
        print(json.dumps(line), flush=True)
        await _told_to_stop()
    finally:
        for project in app["projects"].values():
            await project.close()
        await runner.cleanup()
        await asyncio.to_thread(cluster.stop)


async def _try_out(port):
    from aiohttp import ClientSession
    async with ClientSession(f"http://127.0.0.1:{port}") as session:
        async with session.post("/_test/projects", json={}) as answer:
            project = await answer.json()
        async with session.post(
                f"/_test/projects/{project['name']}/users",
                json={"email": "ada@example.com", "password": "correct horse"}) as answer:
            return {"project": project, "user": await answer.json()}


async def _told_to_stop():
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.run_in_executor(None, lambda: (sys.stdin.buffer.read(), loop.call_soon_threadsafe(stop.set)))
    await stop.wait()


@web.middleware
async def _explain(request, handler):
    try:
        return await handler(request)
    except errors.ApiError as error:
        return errors.answer(error)


if __name__ == "__main__":
    asyncio.run(main("--project" in sys.argv[1:]))
