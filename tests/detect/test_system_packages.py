"""System packages for Python packages without a wheel, and what Alpine lacks."""

from pathlib import Path

import pytest

from generator import packages
from generator.detect import python
from generator.detect.python import musl, system_packages, wheels

from .projects import proposal, read, values


@pytest.mark.parametrize(
    ("line", "build", "run"),
    [
        ("flask==3.1.0", None, None),
        ("psycopg2==2.9.10", ["gcc", "libc6-dev", "libpq-dev"], ["libpq5"]),
        ("psycopg2-binary==2.9.10", None, None),
        ("psycopg==3.2.3", None, ["libpq5"]),
        ("psycopg[binary]==3.2.3", None, None),
        ("psycopg[c]==3.2.3", ["gcc", "libc6-dev", "libpq-dev"], ["libpq5"]),
        ("psycopg==3.2.3\npsycopg-binary==3.2.3", None, None),
        ("cryptography", None, None),
        ("opencv-python==4.11.0.86", None, ["libgl1", "libglib2.0-0t64"]),
        ("opencv-python-headless", None, None),
        ("weasyprint", None, ["libharfbuzz-subset0", "libpango-1.0-0", "libpangoft2-1.0-0"]),
        ("mysqlclient", ["default-libmysqlclient-dev", "gcc", "libc6-dev", "pkg-config"],
         ["libmariadb3"]),
        ("uwsgi", ["gcc", "libc6-dev"], None),
        ("MarkupSafe==2.0", None, None),
        ("lxml==4.6.0", ["gcc", "libc6-dev", "libxml2-dev", "libxslt1-dev"],
         ["libxml2", "libxslt1.1"]),
        ("lxml", None, None),
        ("python_magic", None, ["libmagic1t64"]),
        ("tool @ git+https://example.com/tool.git", ["git"], None),
    ],
)  # fmt: skip
def test_packages_follow_the_requirements(
    tmp_path: Path, line: str, build: list[str] | None, run: list[str] | None
) -> None:
    files = {"requirements.txt": line, ".python-version": "3.13\n"}
    found = values(read(tmp_path, files))
    assert (found.get("build_packages"), found.get("packages")) == (build, run)


def test_what_is_added_needs_its_packages_too(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask==3.1.0\n",
        "uwsgi.ini": "[uwsgi]\nmodule = app:app\n",
        "app.py": "from flask import Flask\napp = Flask(__name__)\n",
    }
    found = python.with_system_packages([], read(tmp_path, files), ["uwsgi==2.0.31"])
    assert [(each.field, each.value) for each in found] == [
        ("build_packages", ["gcc", "libc6-dev"])
    ]
    again = python.with_system_packages(found, read(tmp_path, files), ["psycopg2==2.9.10"])
    assert [(each.field, each.value) for each in again] == [
        ("build_packages", ["gcc", "libc6-dev", "libpq-dev"]),
        ("packages", ["libpq5"]),
    ]


def test_maps_in_django_need_their_libraries(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "django\n",
        "shop/settings.py": 'INSTALLED_APPS = [\n    "django.contrib.gis",\n]\n',
    }
    found = read(tmp_path, files)
    assert values(found)["packages"] == ["libgdal36", "libgeos-c1t64", "libproj25"]
    place = found.requirements[system_packages.GEODJANGO].evidence
    assert str(place) == "shop/settings.py:2"


@pytest.mark.parametrize(
    ("wheel", "minor", "library", "expected"),
    [
        ("a-1-py3-none-any.whl", "3.13", "musl", True),
        ("a-1-py2.py3-none-any.whl", "3.13", "glibc", True),
        ("a-1-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "3.13", "glibc", True),
        ("a-1-cp313-cp313-manylinux_2_17_x86_64.whl", "3.13", "musl", False),
        ("a-1-cp313-cp313-manylinux_2_17_x86_64.whl", "3.12", "glibc", False),
        ("a-1-cp313-cp313t-manylinux_2_17_x86_64.whl", "3.13", "glibc", False),
        ("a-1-cp39-abi3-musllinux_1_2_x86_64.whl", "3.13", "musl", True),
        ("a-1-cp313-abi3-musllinux_1_2_x86_64.whl", "3.12", "musl", False),
        ("a-1-cp313-cp313-musllinux_1_2_aarch64.whl", "3.13", "musl", False),
        ("a-1-cp313-cp313-macosx_11_0_arm64.whl", "3.13", "glibc", False),
        ("a-1-py3-none-manylinux_2_17_x86_64.whl", "3.13", "glibc", True),
        ("a-1-1-cp313-cp313-linux_x86_64.whl", "3.13", "glibc", True),
        ("nonsense.whl", "3.13", "glibc", False),
    ],
)
def test_wheel_names(wheel: str, minor: str, library: str, *, expected: bool) -> None:
    assert wheels.fits(wheel, minor, library) is expected


LOCK = """\
    [[package]]
    name = "fast"
    version = "1.0"
    source = {{ registry = "index" }}
    wheels = [
        {{ url = "files/fast-1.0-{tag}.whl" }},
    ]
    """
PROJECT = '[project]\nname = "shop"\ndependencies = ["fast"]\n'


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("py3-none-any", []),
        ("cp313-cp313-musllinux_1_2_x86_64", []),
        ("cp313-cp313-manylinux_2_17_x86_64", ["fast"]),
    ],
)
def test_the_lock_tells_what_alpine_lacks(tmp_path: Path, tag: str, expected: list[str]) -> None:
    found = read(tmp_path, {"pyproject.toml": PROJECT, "uv.lock": LOCK.format(tag=tag)})
    assert [each.name for each in musl.without_musl_wheels(found)] == expected
    assert len(musl.notes(found)) == len(expected)


def test_the_table_tells_what_alpine_lacks(tmp_path: Path) -> None:
    text = "flask\nopencv-python-headless\nlxml\nmysqlclient\n"
    found = read(tmp_path, {"requirements.txt": text})
    names = [each.name for each in musl.without_musl_wheels(found)]
    assert names == ["opencv-python-headless", "mysqlclient"]


def test_packages_for_alpine(tmp_path: Path) -> None:
    found = read(tmp_path, {"requirements.txt": "mysqlclient\n"})
    fields = {each.field: each.value for each in musl.packages(found)}
    assert fields == {
        "build_packages": ["gcc", "mariadb-connector-c-dev", "musl-dev", "pkgconf"],
        "packages": ["mariadb-connector-c"],
    }


def test_a_locked_package_without_a_fitting_wheel_is_compiled(tmp_path: Path) -> None:
    lock = LOCK.format(tag="cp313-cp313-macosx_11_0_arm64")
    found = values(read(tmp_path, {"pyproject.toml": PROJECT, "uv.lock": lock}))
    assert found["build_packages"] == ["gcc", "libc6-dev"]


def test_the_table_is_well_formed() -> None:
    table = system_packages.table()
    assert len(table) > 60
    for name, entry in table.items():
        assert name == name.lower().replace("_", "-").replace(".", "-")
        assert entry.wheels in ("all", "glibc", "none")
        assert entry.compiler == "none" or system_packages.compiler("apt", entry.compiler)
        for family, check in (("apt", packages.apt_package), ("apk", packages.apk_package)):
            for side, names in entry.families[family].items():
                assert side in ("build", "run", "always")
                assert [check(each) for each in names] == sorted(names)


@pytest.mark.parametrize(
    ("line", "python", "reason"),
    [
        ("sqlalchemy==2.0.23", "3.12", "the newest version that fits the package in"),
        ("sqlalchemy==2.0.31", None, ""),
        ("sqlalchemy==1.4.46", None, ""),
        ("django==3.1.14", "3.11", "the newest version that fits the package in"),
        (
            "psycopg2-binary==2.9.3",
            "3.11",
            "the supported version nearest to that of the package in",
        ),
    ],
)
def test_old_releases_hold_python_back(
    tmp_path: Path, line: str, python: str | None, reason: str
) -> None:
    found = proposal(read(tmp_path, {"requirements.txt": line}), "python")
    assert (found.value if found else None) == python
    assert not found or found.reason == reason


@pytest.mark.parametrize(
    ("requirements", "additional"),
    [
        ("gunicorn==20.0.4", (system_packages.SETUPTOOLS,)),
        ("gunicorn==20.0.4\nsetuptools==84.0.0", (system_packages.SETUPTOOLS,)),
        ("gunicorn==20.0.4\nsetuptools==75.0.0", ()),
        ("gunicorn==21.2.0", ()),
        ("gunicorn", ()),
    ],
)
def test_what_imports_pkg_resources_gets_it(
    tmp_path: Path, requirements: str, additional: tuple[str, ...]
) -> None:
    found = read(tmp_path, {"requirements.txt": requirements})
    assert found.additional == additional
    assert bool(additional) == any("pkg_resources" in note.text for note in found.notes)


def test_falcon_3_holds_python_back(tmp_path: Path) -> None:
    assert values(read(tmp_path / "a", {"requirements.txt": "falcon==3.1.3\n"}))["python"] == "3.12"
    found = values(read(tmp_path / "b", {"requirements.txt": "falcon==4.0.2\n"}))
    assert "python" not in found
    assert "build_packages" not in found


def test_packages_that_streamlit_projects_name(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "streamlit==1.33.0\nopencv-python==4.11.0.86\n",
        "packages.txt": "# for maps\nffmpeg\nlibgl1-mesa-glx libxml2-dev\n$(id)\nnginx\n",
    }
    found = read(tmp_path / "a", files)
    assert values(found)["packages"] == ["ffmpeg", "libgl1", "libglib2.0-0t64"]
    assert values(found)["build_packages"] == ["libxml2-dev"]
    places = [str(each) for each in proposal(found, "packages").evidence]  # type: ignore[union-attr]
    assert places == ["requirements.txt:2", "packages.txt:2", "packages.txt:3"]
    said = " ".join(each.text for each in found.notes)
    assert "left out what is no Debian package for this image: $(id), nginx" in said
    found = read(tmp_path / "b", files | {"requirements.txt": "flask\n"})
    assert "packages" not in values(found)
