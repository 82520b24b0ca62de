import os

from redis import Redis
from rq import Queue

queue = Queue("reports", connection=Redis.from_url(os.environ["REDIS_URL"]))


def render(report):
    return f"report {report}"
