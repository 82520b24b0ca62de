"""Outside services that an app needs, told by its packages and the variables that name them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generator.detect.model import Note
from generator.detect.python.model import Project
from generator.detect.variable import Variable


@dataclass(frozen=True)
class _Service:
    name: str
    packages: tuple[str, ...]
    variable: str
    engine: str = ""


_SERVICES = (
    _Service(
        "a PostgreSQL",
        ("psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "asyncpg", "pg8000"),
        r"DATABASE_UR[LI]|(?:POSTGRES|PG)\w*|DB_\w+|SQLALCHEMY_DATABASE_URI|\w+_DATABASE_URL",
        "postgresql",
    ),
    _Service(
        "a MySQL or MariaDB",
        ("mysqlclient", "pymysql", "aiomysql", "asyncmy", "mysql-connector-python"),
        r"DATABASE_UR[LI]|MYSQL\w*|DB_\w+|SQLALCHEMY_DATABASE_URI",
        "mysql",
    ),
    _Service(
        "a MongoDB",
        ("pymongo", "motor", "beanie", "mongoengine", "odmantic"),
        r"MONGO\w*|DATABASE_UR[LI]",
    ),
    _Service("a Redis", ("redis", "aioredis", "rq", "arq", "huey"), r"\w*REDIS\w*|CELERY_\w+"),
    _Service("a RabbitMQ", ("pika", "aio-pika", "kombu"), r"\w*(?:RABBIT|AMQP|BROKER)\w*"),
    _Service("a Kafka", ("kafka-python", "aiokafka", "confluent-kafka"), r"\w*KAFKA\w*"),
    _Service("an Elasticsearch", ("elasticsearch",), r"\w*ELASTIC\w*"),
)


def notes(
    project: Project, variables: Iterable[Variable], engines: Iterable[str]
) -> Iterator[Note]:
    """Say which services the app needs, and which variables tell it where they are."""
    variables = list(variables)
    for service in _SERVICES:
        requirement = project.needs(*service.packages)
        if not requirement:
            continue
        named = [each for each in variables if re.fullmatch(service.variable, each.name)]
        needed = [each for each in named if each.needed] or named
        names = ", ".join(each.name for each in needed[:6])
        places = tuple(each.evidence for each in needed[:3]) or (requirement.evidence,)
        if any(each.needed for each in named):
            text = f"needs {service.name} at {names}"
        elif service.engine and service.engine in engines:
            where = f"named by {names}" if names else "as its settings say"
            text = f"needs {service.name}, {where}: what asks the database fails without it"
        elif any(each.doubtful for each in named):
            text = f"uses {service.name}, named by {names}"
        elif named:
            text = f"uses {service.name}, named by {names}, unless that is left at its default"
        else:
            continue
        yield Note(text=text, evidence=places)
