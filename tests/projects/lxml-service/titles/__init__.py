"""Finds the title of an XHTML page."""

from flask import Flask, request
from lxml import etree

app = Flask(__name__)


@app.post("/title")
def title():
    tree = etree.fromstring(request.get_data())
    return {"title": tree.findtext(".//{*}title")}


@app.get("/healthz")
def healthz():
    etree.fromstring("<ok/>")
    return "ok"
