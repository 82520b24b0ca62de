"""A small shop API: a visits counter kept on disk and a look at its database."""

import fcntl
import os
from pathlib import Path

import psycopg
from flask import Flask
from psycopg import pq


def create_app() -> Flask:
    """Build the app from DATABASE_URL (required), SHOP_HOME and APP_VERSION."""
    app = Flask(__name__)
    database_url = os.environ["DATABASE_URL"]
    version = os.environ.get("APP_VERSION", "dev")
    home = Path(os.environ.get("SHOP_HOME", "/var/lib/shop"))
    home.mkdir(parents=True, exist_ok=True)

    @app.get("/")
    def index() -> dict[str, str | int]:
        return {
            "name": "shop",
            "version": version,
            "visits": count_visit(home),
            "libpq": pq.version(),
        }

    @app.get("/healthz")
    def healthz() -> tuple[str, dict[str, str]]:
        return "ok", {"Content-Type": "text/plain"}

    @app.get("/db")
    def db() -> tuple[dict[str, str], int]:
        try:
            with psycopg.connect(database_url, connect_timeout=3) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:  # its text may quote the URL: keep it out of replies and logs
            return {"db": "unreachable"}, 503
        return {"db": "ok"}, 200

    return app


def count_visit(home: Path) -> int:
    """Add one to the counter; the lock and the rename keep it whole across workers."""
    counter, fresh = home / "visits", home / "visits.new"
    with (home / "visits.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        visits = int(counter.read_text()) + 1 if counter.exists() else 1
        fresh.write_text(f"{visits}\n")
        fresh.replace(counter)
    return visits
