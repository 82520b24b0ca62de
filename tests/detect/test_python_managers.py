"""Which tool installs a project's dependencies, from which files."""

from pathlib import Path

import pytest

from generator.detect import python
from generator.detect.model import Confidence, Evidence, Proposal
from generator.spec import from_values

from .projects import LOCK, TODAY, candidates, locked, manifest, proposal, read, values

PROJECT = manifest("flask")
UV_LOCK = "".join(
    [
        LOCK,
        locked("flask", "3.1.0", "jinja2", "psycopg[binary]", wheel="flask-3.1.0-py3-none-any.whl"),
        locked("jinja2", "3.1.4"),
        locked("psycopg", "3.2.3"),
        '\n[package.optional-dependencies]\nbinary = [\n    { name = "psycopg-binary" },\n]\n',
        locked(
            "psycopg-binary",
            "3.2.3",
            wheel="psycopg_binary-3.2.3-cp313-cp313-manylinux_2_17_x86_64.whl",
        ),
        locked("pytest", "8.0.0"),
        locked("shop", "1", "flask", source="virtual ."),
        '\n[package.dev-dependencies]\ndev = [\n    { name = "pytest" },\n]\n',
    ]
)


def spec(fields: dict[str, object]) -> None:
    """The fields are ones that a spec may hold."""
    found: dict[str, object] = {}
    for path, value in fields.items():
        first, _, second = path.partition(".")
        if second:
            inner = found.setdefault(first, {})
            assert isinstance(inner, dict)
            inner[second] = value
        else:
            found[first] = value
    common = {"imgen": "1", "profile": "python-multistage", "name": "shop", "version": "1"}
    rest = {"maintainer": "shop@example.com", "command": ["python", "-V"]}
    from_values({**common, **rest, **found}, today=TODAY)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"requirements.txt": "flask\n"}, {"dependencies": "requirements.txt"}),
        (
            {"requirements/production.txt": "-r base.txt\n", "requirements/base.txt": "flask\n"},
            {
                "dependencies.files": ["requirements/production.txt"],
                "dependencies.includes": ["requirements/base.txt"],
            },
        ),
        (
            {"requirements.txt": "-c constraints.txt\nflask\n", "constraints.txt": "flask<4\n"},
            {
                "dependencies.files": ["requirements.txt"],
                "dependencies.includes": ["constraints.txt"],
            },
        ),
        (
            {"requirements.txt": "flask\n", "constraints.txt": "flask==3.1.0\n"},
            {
                "dependencies.files": ["requirements.txt"],
                "dependencies.constraints": ["constraints.txt"],
            },
        ),
        (
            {"requirements.txt": "flask==3.1.0\n", "constraints.txt": "flask==2.0.0\n"},
            {"dependencies": "requirements.txt"},
        ),
        (
            {
                "requirements.txt": "flask\n",
                "requirements-prod.txt": "gunicorn\n",
                "requirements-dev.txt": "pytest\n",
            },
            {"dependencies.files": ["requirements.txt", "requirements-prod.txt"]},
        ),
        (
            {"requirements.txt": "-r requirements/dev.txt\n", "requirements/dev.txt": "pytest\n",
             "requirements/prod.txt": "flask\n"},
            {"dependencies": "requirements/prod.txt"},
        ),
        (
            {"requirements.in": "flask\n", "requirements.txt": "flask==3.1.0\n"},
            {"dependencies": "requirements.txt"},
        ),
        ({"pyproject.toml": PROJECT}, {"dependencies": "pyproject.toml"}),
        ({"pyproject.toml": PROJECT, "uv.lock": UV_LOCK}, {"dependencies": "uv.lock"}),
        ({"pyproject.toml": PROJECT, "poetry.lock": ""}, {"dependencies": "poetry.lock"}),
        ({"pyproject.toml": PROJECT, "pdm.lock": ""}, {"dependencies": "pdm.lock"}),
        (
            {"Pipfile": '[packages]\nflask = "*"\n',
             "Pipfile.lock": '{"default": {"flask": {"version": "==3.1.0"}}}'},
            {"dependencies": "Pipfile.lock"},
        ),
        (
            {"pyproject.toml": PROJECT, "requirements.txt": "flask==3.1.0\njinja2==3.1.4\n"},
            {"dependencies": "requirements.txt"},
        ),
        (
            {"pyproject.toml": PROJECT, "requirements.txt": "mkdocs\n"},
            {"dependencies": "pyproject.toml"},
        ),
        (
            {"pyproject.toml": "[tool.ruff]\n", "requirements.txt": "flask\n"},
            {"dependencies": "requirements.txt"},
        ),
        (
            {"pyproject.toml": '[project]\nname = "a"\ndynamic = ["dependencies"]\n'
             '[tool.setuptools.dynamic]\ndependencies = {file = ["deps/all.txt"]}\n',
             "deps/all.txt": "flask\n"},
            {"dependencies": "deps/all.txt"},
        ),
        (
            {"setup.py": "from setuptools import setup\nsetup(name='a', install_requires=['flask'],"
             " long_description=open('README.md').read())\n", "README.md": ""},
            {"dependencies.manager": "uv", "dependencies.files": ["setup.py"],
             "dependencies.includes": ["README.md"]},
        ),
    ],
)  # fmt: skip
def test_dependencies(tmp_path: Path, files: dict[str, str], expected: dict[str, object]) -> None:
    found = read(tmp_path, files)
    fields = {key: value for key, value in values(found).items() if key.startswith("dep")}
    assert fields == expected
    assert not found.missing
    spec(dict(fields))


def test_a_lock_names_what_production_needs(tmp_path: Path) -> None:
    found = read(tmp_path, {"pyproject.toml": PROJECT, "uv.lock": UV_LOCK})
    assert sorted(found.requirements) == ["flask", "jinja2", "psycopg", "psycopg-binary"]
    flask = found.requirements["flask"]
    assert flask.version == "3.1.0"
    assert flask.wheels == ("flask-3.1.0-py3-none-any.whl",)
    assert flask.evidence == Evidence(path="pyproject.toml", line=4)
    assert not found.requirements["jinja2"].direct
    # With the binary there is nothing for libpq to do.
    assert "packages" not in values(found)


def test_groups_of_poetry_and_pdm(tmp_path: Path) -> None:
    lock = """\
        [[package]]
        name = "flask"
        version = "3.1.0"
        optional = false
        groups = ["main"]

        [package.dependencies]
        Jinja2 = ">=3.1"

        [[package]]
        name = "jinja2"
        version = "3.1.4"
        groups = ["main", "dev"]

        [[package]]
        name = "pytest"
        version = "8.0"
        groups = ["dev"]
        """
    found = read(tmp_path, {"pyproject.toml": PROJECT, "poetry.lock": lock})
    assert sorted(found.requirements) == ["flask", "jinja2"]


def test_a_git_dependency_needs_git_and_has_no_hash(tmp_path: Path) -> None:
    project = '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\nflask = {git = "x"}\n'
    lock = '[[package]]\nname = "flask"\nversion = "3"\n\n[package.source]\ntype = "git"\n'
    found = values(read(tmp_path, {"pyproject.toml": project, "poetry.lock": lock}))
    assert found["dependencies.hashes"] == "false"
    assert found["build_packages"] == ["git"]


def test_several_locks_are_ambiguous(tmp_path: Path) -> None:
    files = {"pyproject.toml": PROJECT, "uv.lock": UV_LOCK, "poetry.lock": ""}
    found = proposal(read(tmp_path, files), "dependencies")
    assert found is not None
    assert [each.value for each in found.alternatives] == ["poetry.lock"]
    files["pyproject.toml"] += "[tool.poetry]\n"
    found = proposal(read(tmp_path, files), "dependencies")
    assert found is not None
    assert found.value == "poetry.lock"


def test_a_server_in_an_extra_is_for_production(tmp_path: Path) -> None:
    extras = '[project.optional-dependencies]\nprod = ["gunicorn"]\ndev = ["pytest", "uvicorn"]\n'
    found = read(tmp_path, {"pyproject.toml": PROJECT + extras, "uv.lock": UV_LOCK})
    assert values(found)["dependencies.extras"] == ["prod"]
    assert found.needs("gunicorn")
    assert not found.needs("uvicorn")


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({"pyproject.toml": "[tool.poetry]\nname = 'a'\npackage-mode = false\n"
          "[tool.poetry.dependencies]\nflask = '*'\n"}, "poetry lock"),
        ({"Pipfile": "[packages]\nflask = '*'\n"}, "pipenv lock"),
        ({"requirements.txt": "-r gone.txt\n"}, "gone.txt"),
        ({"requirements.txt": "pywin32==306\n"}, "pywin32"),
        ({"requirements.txt": "flask\n-e ./libs/core\n"}, "libs/core"),
        ({"requirements.txt": "numpy @ file:///home/conda/numpy\n"}, "numpy"),
        ({"requirements.txt": "_libgcc_mutex=0.1=main\n"}, "_libgcc_mutex"),
        ({"requirements.txt": "-r ../outside.txt\n"}, "outside.txt"),
        ({"environment.yml": "dependencies: [python=3.12, flask]\n"}, "conda"),
        ({"app.py": "print()\n"}, "requirements.txt"),
        ({"requirements-my app.txt": "flask\n"}, "build context"),
    ],
)  # fmt: skip
def test_what_cannot_be_installed_is_said(tmp_path: Path, files: dict[str, str], word: str) -> None:
    assert word in read(tmp_path, files).missing


def test_a_file_that_pins_nothing_is_said(tmp_path: Path) -> None:
    loose = read(tmp_path / "a", {"requirements.txt": "flask\nredis>=5\n"})
    assert "pins no versions" in " ".join(note.text for note in loose.notes)
    some = read(tmp_path / "b", {"requirements.txt": "flask==3.1.0\nredis>=5\n"})
    assert "pins no versions" not in " ".join(note.text for note in some.notes)


def test_markers_and_comments(tmp_path: Path) -> None:
    text = """\
        # flask
        Flask_Login[async] >= 0.6 ; python_version >= "3.8"  # sessions
        pywin32==306 ; sys_platform == "win32"
        django==5.1 \\
            --hash=sha256:00 \\
            --hash=sha256:01
        git+https://example.com/team/tool.git@v1#egg=team-tool
        --index-url https://${TOKEN}@index.example.com/simple
        """
    found = read(tmp_path, {"requirements.txt": text})
    assert sorted(found.requirements) == ["django", "flask-login", "team-tool"]
    assert found.requirements["flask-login"].evidence.line == 2
    assert found.requirements["django"].version == "5.1"
    assert found.requirements["team-tool"].source == "git"
    assert any("package_index" in note.text for note in found.notes)


def test_includes_that_include_each_other_end(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-r more.txt\nflask\n",
        "more.txt": "-r requirements.txt\njinja2\n",
    }
    assert sorted(read(tmp_path, files).requirements) == ["flask", "jinja2"]


@pytest.mark.parametrize("text", ["[[package]]\nname =", "\x00", "[[[[", '{"default": [1]}', "["])
@pytest.mark.parametrize(
    "name", ["uv.lock", "poetry.lock", "Pipfile.lock", "pyproject.toml", "setup.cfg", "setup.py"]
)
def test_broken_files_are_read_as_empty(tmp_path: Path, name: str, text: str) -> None:
    files = {"requirements.txt": "flask\n", "pyproject.toml": PROJECT, "Pipfile": "", name: text}
    assert read(tmp_path, files).requirements


@pytest.mark.parametrize(
    "text",
    [
        'project = "x"\n',
        "[project]\nname = 3\ndependencies = {}\nscripts = 3\nrequires-python = []\n",
        '[project]\nname = "x"\ndependencies = [3, "flask >", "()"]\noptional-dependencies = "a"\n',
        "[tool]\npoetry = 3\nuv = []\npdm = 'x'\n",
        "[tool.poetry]\ndependencies = 'x'\ngroup = 3\nscripts = {a = 3}\nextras = {a = 3}\n",
        "[tool.poetry.dependencies]\nflask = 3\ndjango = [3]\npython = 3.9\nx = {extras = 3}\n",
        "[tool.uv.workspace]\nmembers = 3\n",
        "[tool.uv.workspace]\nmembers = ['*', '[', '']\nexclude = 3\n",
        "[project]\nname = 'a'\n[tool.setuptools]\npackage-dir = 3\npackages = 3\ndynamic = 3\n",
        "[build-system]\nrequires = [3, '???']\nbuild-backend = 3\n[project]\nname = 'a'\n",
        "[project]\nname = 'a'\nreadme = 3\nlicense = []\nlicense-files = {}\n",
    ],
)
@pytest.mark.parametrize("lock", ["uv.lock", "poetry.lock", "pdm.lock"])
def test_wrong_types_are_read_as_empty(tmp_path: Path, text: str, lock: str) -> None:
    files = {"requirements.txt": "flask\n", "pyproject.toml": text, lock: UV_LOCK}
    assert read(tmp_path, files).requirements


def test_what_is_added_makes_fields_of_the_shorthand() -> None:
    place = (Evidence(path="uv.lock"),)
    given = Proposal(
        field="dependencies",
        value="uv.lock",
        confidence=Confidence.HIGH,
        reason="locked in",
        evidence=place,
    )
    found = python.with_additional([given], ["gunicorn==23.0.0"], "needed beside")
    assert {each.field: each.value for each in found} == {
        "dependencies.manager": "uv",
        "dependencies.additional": ["gunicorn==23.0.0"],
    }


def test_a_library_is_no_app(tmp_path: Path) -> None:
    files = {"pyproject.toml": PROJECT, "shop/__init__.py": "def add(a, b):\n    return a + b\n"}
    for found in candidates(tmp_path, files):
        assert found.score < 30
        assert found.missing


@pytest.mark.parametrize(
    ("lock_version", "expected"), [("1.1", "1.8.5"), ("2.0", "1.8.5"), ("2.1", None)]
)
def test_an_old_poetry_lock_is_read_by_the_poetry_of_its_time(
    tmp_path: Path, lock_version: str, expected: str | None
) -> None:
    lock = '[[package]]\nname = "flask"\nversion = "3.1.0"\n\n[metadata]\n'
    lock += f'lock-version = "{lock_version}"\n'
    pyproject = '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\nflask = "*"\n'
    found = read(tmp_path, {"pyproject.toml": pyproject, "poetry.lock": lock})
    assert values(found).get("dependencies.version") == expected
    assert any("old format" in note.text for note in found.notes) == bool(expected)


@pytest.mark.parametrize(("lock_version", "expected"), [("4.4.1", "2.15.4"), ("4.5.0", None)])
def test_an_old_pdm_lock_is_read_by_the_pdm_of_its_time(
    tmp_path: Path, lock_version: str, expected: str | None
) -> None:
    lock = f'[metadata]\nlock_version = "{lock_version}"\n\n'
    lock += '[[package]]\nname = "flask"\nversion = "3.1.0"\n'
    found = read(tmp_path, {"pyproject.toml": PROJECT, "pdm.lock": lock})
    assert values(found).get("dependencies.version") == expected


def test_a_version_that_setuptools_reads_from_the_code_is_there_for_it(tmp_path: Path) -> None:
    files = {
        "setup.py": "from setuptools import setup\n\nsetup()\n",
        "setup.cfg": "[metadata]\nname = shop\nversion = attr: shop.about.__version__\n"
        "[options]\npackages = find:\ninstall_requires = flask\n",
        "shop/__init__.py": "",
        "shop/about.py": '__version__ = "1.2"\n',
    }
    proposals = {each.field: each.value for each in read(tmp_path, files).proposals}
    assert proposals["dependencies.includes"] == ["setup.cfg", "shop/about.py"]
