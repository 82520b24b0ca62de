from flask import Blueprint, current_app

pages = Blueprint("pages", __name__)


@pages.route("/")
def index():
    return f"<h1>{current_app.config['TITLE']}</h1>"


@pages.route("/healthz")
def healthz():
    return "ok"
