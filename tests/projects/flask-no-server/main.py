import os

from flask import Flask

api = Flask(__name__)


@api.route("/api/ping")
def ping():
    return {"pong": True}


@api.route("/ready")
def ready():
    return "ready"


if __name__ == "__main__":
    api.run(host="0.0.0.0", port=int(os.environ.get("PORT", 8080)))
