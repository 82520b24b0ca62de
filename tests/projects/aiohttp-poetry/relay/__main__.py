"""Passes webhooks on."""

from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/health")
async def health(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


@routes.post("/hooks/{name}")
async def hook(request: web.Request) -> web.Response:
    return web.json_response({"hook": request.match_info["name"]})


def main() -> None:
    app = web.Application()
    app.add_routes(routes)
    web.run_app(app, port=9000)


if __name__ == "__main__":
    main()
