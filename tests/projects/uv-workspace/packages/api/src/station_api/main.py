from fastapi import FastAPI
from station_core import trains

app = FastAPI()


@app.get("/trains")
async def list_trains() -> list[str]:
    return trains()


@app.get("/healthz")
async def healthz() -> dict[str, bool]:
    return {"ok": True}
