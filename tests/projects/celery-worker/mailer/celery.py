from celery import Celery
from decouple import config

app = Celery("mailer", broker=config("BROKER_URL"), include=["mailer.tasks"])
