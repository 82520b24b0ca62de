from fastapi import FastAPI

from catalog.settings import Settings


def create_app() -> FastAPI:
    settings = Settings()
    app = FastAPI(title="catalog")

    @app.get("/items")
    async def items() -> list[str]:
        return [f"item {number}" for number in range(settings.page_size)]

    @app.get("/health")
    async def health() -> dict[str, bool]:
        return {"ok": True}

    return app
