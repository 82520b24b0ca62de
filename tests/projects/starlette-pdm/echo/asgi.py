from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


async def echo(request: Request) -> Response:
    return Response(await request.body())


async def healthz(request: Request) -> Response:
    return PlainTextResponse("ok")


app = Starlette(routes=[Route("/", echo, methods=["POST"]), Route("/healthz", healthz)])
