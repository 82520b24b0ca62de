"""A counter of words."""

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.post("/count")
def count():
    return jsonify(words=len(request.get_data(as_text=True).split()))


if __name__ == "__main__":
    app.run(debug=True, port=5000)
