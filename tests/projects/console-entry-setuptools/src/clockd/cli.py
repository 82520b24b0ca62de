import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import click


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = time.strftime("%H:%M\n").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@click.command()
@click.option("--port", default=8123)
def main(port):
    """Serve the time."""
    ThreadingHTTPServer(("", port), Handler).serve_forever()
