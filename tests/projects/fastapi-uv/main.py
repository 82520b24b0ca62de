"""Exchange rates of the day."""

from fastapi import FastAPI, HTTPException

app = FastAPI(title="rates")
RATES = {"usd": 1.08, "gbp": 0.85}


@app.get("/rates/{currency}")
async def rate(currency: str) -> dict[str, float]:
    if currency not in RATES:
        raise HTTPException(404)
    return {currency: RATES[currency]}


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}
