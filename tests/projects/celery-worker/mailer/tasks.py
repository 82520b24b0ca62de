from mailer.celery import app


@app.task
def send(address, text):
    print(f"to {address}: {text}")
