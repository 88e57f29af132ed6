"""usage: python -m cloudstack [--try]

Prints {"control": PORT} and serves until standard input ends or it is told to stop. With --try it makes a project and a user for
trying things by hand instead, says how to use them, and serves until it is told to stop.
"""
import asyncio
import json
import signal
import sys
from threading import Thread

from aiohttp import ClientSession, web

from . import control, errors
from .cluster import Cluster
from .databases import Databases


async def main(by_hand):
    cluster = await asyncio.to_thread(Cluster)
    app = web.Application(middlewares=[_explain], client_max_size=64 << 20)
    app["cluster"], app["databases"], app["projects"] = cluster, Databases(cluster), {}
    app.add_routes(control.routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    try:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        print(await _try_out(port) if by_hand else json.dumps({"control": port}), flush=True)
        await _told_to_stop(watches_input=not by_hand)
    finally:
        for project in app["projects"].values():
            await project.close()
        await runner.cleanup()
        await asyncio.to_thread(cluster.stop)


async def _try_out(port):
    async with ClientSession(f"http://127.0.0.1:{port}") as session:
        async with session.post("/_test/projects", json={}) as answer:
            project = await answer.json()
        account = {"email": "ada@example.com", "password": "correct horse"}
        async with session.post(f"/_test/projects/{project['name']}/users", json=account) as answer:
            answer.raise_for_status()
    return f"""The project runs until Ctrl-C. In another terminal:

  export SUPABASE_URL={project["url"]}
  export SUPABASE_ANON_KEY={project["anon_key"]}
  printf %s "{account["password"]}" | companion-edge login --email {account["email"]} --password-stdin

Key of a cloud companion: {project["service_key"]}
The database: psql "{project["dsn"]}"
Faults, users, counters: http://127.0.0.1:{port}/_test/projects/{project["name"]}, see cloudstack/control.py"""


async def _told_to_stop(watches_input):
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if watches_input:
        Thread(target=lambda: (sys.stdin.buffer.read(), loop.call_soon_threadsafe(stop.set)), daemon=True).start()
    await stop.wait()


@web.middleware
async def _explain(request, handler):
    try:
        return await handler(request)
    except errors.ApiError as error:
        return errors.answer(error)


if __name__ == "__main__":
    asyncio.run(main("--try" in sys.argv[1:]))
