"""The ASGI entry point: uvicorn quotes.main:app."""

from importlib.metadata import version

from fastapi import FastAPI, HTTPException
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel


class Quote(BaseModel):
    text: str
    author: str


QUOTES = [
    Quote(text="Simplicity is prerequisite for reliability.", author="Edsger W. Dijkstra"),
    Quote(text="Premature optimization is the root of all evil.", author="Donald E. Knuth"),
    Quote(text="The purpose of computing is insight, not numbers.", author="Richard Hamming"),
]

app = FastAPI(title="quotes", version=version("quotes"))


@app.get("/")
def index() -> dict[str, str | int]:
    return {"name": app.title, "version": app.version, "quotes": len(QUOTES)}


@app.get("/quotes/{n}")
def quote(n: int) -> Quote:
    """Return quote n, counted from 1."""
    if not 1 <= n <= len(QUOTES):
        raise HTTPException(404, f"no quote {n}; there are {len(QUOTES)}")
    return QUOTES[n - 1]


@app.get("/healthz", response_class=PlainTextResponse)
def healthz() -> str:
    return "ok"
