"""A server on aiohttp: answers, errors, exceptions, and WebSocket connections. The argument is a port."""

import sys

from aiohttp import web


async def known(request):
    return web.json_response({"known": True})


async def broken(request):
    raise ValueError("of the host")


async def moved(request):
    raise web.HTTPFound("/known")


async def streamed(request):
    response = web.StreamResponse(status=202)
    await response.prepare(request)
    await response.write(b"text")
    await response.write_eof()
    return response


async def socket(request):
    connection = web.WebSocketResponse()
    await connection.prepare(request)
    async for message in connection:
        await connection.send_str(message.data)
    return connection


app = web.Application()
for path, handler in {
    "known": known,
    "broken": broken,
    "moved": moved,
    "streamed": streamed,
}.items():
    app.router.add_route("*", f"/{path}", handler)
app.router.add_get("/ws", socket)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
