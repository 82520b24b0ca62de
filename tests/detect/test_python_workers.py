"""Workers of a queue, and the processes of a Procfile."""

from pathlib import Path

import pytest

from generator.detect.existing import Existing, Told
from generator.detect.model import Evidence
from tests.detect.python_app import (
    FASTAPI,
    FLASK,
    apps,
    notes,
    project_of,
    value,
)


def test_celery_worker_beside_a_web_app_is_noted(tmp_path: Path) -> None:
    files = {
        "main.py": FASTAPI,
        "jobs/__init__.py": "",
        "jobs/celery.py": "from celery import Celery\napp = Celery('jobs')\n",
    }
    web, worker = apps(tmp_path, files, project_of("fastapi", "uvicorn", "celery"))
    assert web.kind == "FastAPI app"
    assert "`celery -A jobs worker" in notes(web)
    assert worker.kind == "Celery worker"
    assert value(worker, "command") == [
        "celery", "-A", "jobs", "worker", "--loglevel=INFO", "--concurrency=2",
    ]  # fmt: skip
    assert value(worker, "healthcheck") == "none"
    assert value(worker, "port") is None


@pytest.mark.parametrize(
    ("package", "code", "command"),
    [
        ("celery", "from celery import Celery\ncelery = Celery()\n",
         ["celery", "-A", "jobs", "worker", "--loglevel=INFO", "--concurrency=2"]),
        ("celery", "from celery import Celery\nqueue = Celery()\n",
         ["celery", "-A", "jobs:queue", "worker", "--loglevel=INFO", "--concurrency=2"]),
        ("dramatiq", "import dramatiq\n@dramatiq.actor\ndef f(): ...\n",
         ["dramatiq", "jobs", "--processes", "1", "--threads", "8"]),
        ("huey", "from huey import RedisHuey\nqueue = RedisHuey()\n",
         ["huey_consumer", "jobs.queue", "-w", "2"]),
        ("arq", "class WorkerSettings:\n    functions = []\n", ["arq", "jobs.WorkerSettings"]),
        ("rq", "from rq import Queue\n", ["rq", "worker", "default"]),
        ("rq", 'from rq import Queue\nq = Queue("mail", connection=r)\np = Queue(name="low")\n',
         ["rq", "worker", "mail", "low"]),
        ("rq", "import rq\nq = rq.Queue(connection=r)\n", ["rq", "worker", "default"]),
    ],
)  # fmt: skip
def test_workers(tmp_path: Path, package: str, code: str, command: list[str]) -> None:
    (app,) = apps(tmp_path, {"jobs.py": code}, project_of(package))
    assert value(app, "command") == command


@pytest.mark.parametrize(
    ("package", "code", "line", "end"),
    [
        ("rq", "from rq import Queue\nq = Queue('a')\n", "rq worker --url $REDIS_URL reports low",
         ["rq", "worker", "reports", "low"]),
        ("rq", "from rq import Queue\n", "python -m rq worker -c settings --with-scheduler a",
         ["rq", "worker", "-c", "settings", "--with-scheduler", "a"]),
        ("rq", "from rq import Queue\n", "rq worker 'broken", ["rq", "worker", "default"]),
        ("celery", "from celery import Celery\napp = Celery()\n",
         "celery -A jobs worker -Q mail,low", ["--concurrency=2", "--queues=mail,low"]),
        ("celery", "from celery import Celery\napp = Celery()\n",
         "celery -A jobs worker --queues=mail", ["--concurrency=2", "--queues=mail"]),
    ],
)  # fmt: skip
def test_queues_of_a_procfile_are_kept(
    tmp_path: Path, package: str, code: str, line: str, end: list[str]
) -> None:
    told = Existing(workers={"worker": Told(line, Evidence(path="Procfile", line=1))})
    (app,) = apps(tmp_path, {"jobs.py": code}, project_of(package), told=told)
    command = value(app, "command")
    assert isinstance(command, list)
    assert command[-len(end) :] == end


def test_other_processes_of_a_procfile_are_said(tmp_path: Path) -> None:
    place = Evidence(path="Procfile", line=2)
    lines = {"clock": "python clock.py", "release": "python move.py", "web2": "x" * 300}
    told = Existing(workers={name: Told(line, place) for name, line in lines.items()})
    (app,) = apps(tmp_path, {"app.py": FLASK}, project_of("flask", "gunicorn"), told=told)
    assert "the Procfile's clock is a container of its own" in notes(app)
    assert "`python move.py` is a step of its own" in notes(app)
    assert "web2" not in notes(app)


def test_a_process_whose_command_holds_a_password_is_only_named(tmp_path: Path) -> None:
    place = Evidence(path="Procfile", line=2)
    lines = {
        "queue": "rq -u redis://:hunter2@h:6379", "clock": "python clock.py --db-password hunter2",
        "mail": "SMTPPASS=hunter2 python mail.py", "release": "DBPWD=hunter2 python move.py",
    }  # fmt: skip
    told = Existing(workers={name: Told(line, place) for name, line in lines.items()})
    (app,) = apps(tmp_path, {"app.py": FLASK}, project_of("flask", "gunicorn"), told=told)
    assert "hunter2" not in notes(app)
    for name in lines:
        assert f"the Procfile's {name} is a" in notes(app)
