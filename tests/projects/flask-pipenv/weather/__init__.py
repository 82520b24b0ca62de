from flask import Flask


def create_app():
    app = Flask(__name__)

    @app.route("/status")
    def status():
        return {"status": "fair"}

    return app
