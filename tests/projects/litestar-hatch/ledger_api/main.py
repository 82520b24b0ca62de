from litestar import Litestar, get


@get("/")
async def index() -> dict[str, int]:
    return {"entries": 0}


@get("/health")
async def health() -> str:
    return "ok"


app = Litestar(route_handlers=[index, health])
