import uvicorn
from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/api")


@router.get("/healthz")
def healthz() -> str:
    return "ok"


def get_app() -> FastAPI:
    app = FastAPI()
    app.include_router(router)
    return app


if __name__ == "__main__":
    uvicorn.run("service.main:get_app", factory=True, host="127.0.0.1", port=8010, reload=True)
