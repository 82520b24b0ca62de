from flask import Flask, abort, redirect

application = Flask(__name__)
LINKS = {"home": "/"}


@application.route("/")
def index():
    return "linkbox"


@application.route("/l/<name>")
def link(name):
    return redirect(LINKS[name]) if name in LINKS else abort(404)


@application.route("/ping")
def ping():
    return "pong"
