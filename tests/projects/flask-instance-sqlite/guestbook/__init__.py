import os
import sqlite3

from flask import Flask, g, request


def create_app():
    app = Flask(__name__, instance_relative_config=True)
    app.config["DATABASE"] = os.path.join(app.instance_path, "guestbook.sqlite")
    os.makedirs(app.instance_path, exist_ok=True)

    def database():
        if "database" not in g:
            g.database = sqlite3.connect(app.config["DATABASE"])
            g.database.execute("create table if not exists entry (text)")
        return g.database

    @app.teardown_appcontext
    def close(error):
        if (found := g.pop("database", None)) is not None:
            found.close()

    @app.get("/")
    def entries():
        return [row[0] for row in database().execute("select text from entry")]

    @app.post("/")
    def sign():
        database().execute("insert into entry values (?)", (request.form["text"],))
        database().commit()
        return "", 204

    return app
