"""From an image to its files: which, in which order, and always the same."""

from pathlib import PurePosixPath

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from generator.render import environment, render, templates_folder
from generator.spec import from_values
from tests.helpers import CASES, ROOT, TODAY, Case, case, run_python

HEAD = {"imgen": 1, "name": "shop", "version": "1.0.0", "maintainer": "Me"}


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("examples/worker", ["Dockerfile", ".dockerignore", "entrypoint.sh"]),
        (
            "examples/flask-api",
            ["Dockerfile", ".dockerignore", "entrypoint.sh", "gunicorn.conf.py"],
        ),
        ("examples/fastapi-uv", ["Dockerfile", ".dockerignore", "entrypoint.sh"]),
        ("examples/static-proxy", ["Dockerfile", ".dockerignore", "entrypoint.sh", "nginx.conf"]),
        (
            "examples/spa",
            ["Dockerfile", ".dockerignore", "entrypoint.sh", "nginx.conf", "docker-bake.hcl"],
        ),
    ],
)
def test_a_profile_has_its_files_in_the_order_of_writing(name: str, files: list[str]) -> None:
    assert list(case(name).files()) == [PurePosixPath(file) for file in files]


@pytest.mark.parametrize("name", ["examples/spa", "python-multistage/uv-company"])
def test_another_process_gives_the_same_bytes(name: str) -> None:
    given = case(name)
    command = "from tests.helpers import case; print(*case({!r}).files().values(), sep='', end='')"
    for seed in ("0", "1"):
        done = run_python(
            "-c", command.format(name), cwd=ROOT, environment={"PYTHONHASHSEED": seed}
        )
        assert done.stdout.decode() == "".join(given.files().values()), done.stderr.decode()


def test_a_template_that_names_an_unknown_value_fails() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ image.nothing }}").render(image=object())


def test_an_unknown_template_is_not_found() -> None:
    with pytest.raises(TemplateNotFound):
        environment().get_template("nothing.j2")


def test_the_templates_lie_beside_the_package_in_a_clone() -> None:
    assert templates_folder() == ROOT / "templates"


def test_minimal_specs_of_every_kind_render() -> None:
    for values in (
        {"profile": "generic", "command": ["a"]},
        {"profile": "nginx"},
        {"profile": "python-alpine", "command": ["python"]},
        {"profile": "python-multistage", "command": ["python"]},
    ):
        assert render(from_values({**HEAD, **values}, today=TODAY).profile.image())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rendering_twice_gives_the_same(case: Case) -> None:
    assert case.files() == case.files()
