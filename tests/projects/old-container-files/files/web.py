import os

import magic
from flask import Flask, request

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]


@app.post("/kind")
def kind():
    return {"kind": magic.from_buffer(request.get_data(), mime=True)}


@app.get("/healthz")
def healthz():
    return {"ok": True}
