"""Notes that everyone may read and write."""

import os

from flask import Flask

from notes import views


def create_app(config=None):
    app = Flask(__name__)
    app.config["TITLE"] = os.environ.get("NOTES_TITLE", "Notes")
    app.config.update(config or {})
    app.register_blueprint(views.pages)
    return app
