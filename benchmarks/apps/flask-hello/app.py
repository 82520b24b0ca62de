# mypy: ignore-errors
# ruff: noqa: INP001
"""The smallest usual Flask app: one file, one route, no state."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Greet."""
    return "Hello\n"
