"""The ASGI entry point: hypercorn feed.app:app."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

ITEMS = [
    {
        "id": "2",
        "date_published": "2025-03-01T09:00:00Z",
        "content_text": "The feed now runs on Alpine Linux.",
    },
    {
        "id": "1",
        "date_published": "2025-02-01T09:00:00Z",
        "content_text": "Hello from the feed.",
    },
]


async def feed(request: Request) -> JSONResponse:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Release notes",
        "feed_url": str(request.url),
        "items": ITEMS,
    }
    return JSONResponse(document, media_type="application/feed+json")


async def healthz(_: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


app = Starlette(routes=[Route("/", feed), Route("/healthz", healthz)])
