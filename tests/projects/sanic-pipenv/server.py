from sanic import Sanic, text
from sanic.response import json

app = Sanic("tides")


@app.get("/tides/<port:str>")
async def tides(request, port: str):
    return json({"port": port, "high": "06:12", "low": "12:30"})


@app.get("/healthz")
async def healthz(request):
    return text("ok")


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)
