"""Variables behind a condition, a prefix or a model: which are needed, and by which name."""

from pathlib import Path

import pytest

from generator.detect.python.code import Code
from generator.detect.python.environment import find
from tests.detect.python_app import tree_of


def needed(root: Path, text: str) -> list[str]:
    """The variables that a module does not start without."""
    code = Code(tree_of(root, {"app.py": text}))
    return [each.name for each in find(code, ["app.py"]) if each.needed]


@pytest.mark.parametrize(
    ("debug", "off"),
    [
        ("False", True),
        ('os.environ.get("DEBUG") == "1"', True),
        ('os.environ.get("DEBUG", "False").lower() in ("1", "true")', True),
        ('os.environ.get("DEBUG", "True") == "True"', False),
        ("True", False),
        ("sys.argv[1:] == []", False),
    ],
)
def test_what_is_read_without_debug_is_needed(tmp_path: Path, debug: str, off: bool) -> None:  # noqa: FBT001
    text = (
        "import os, sys\n"
        f"DEBUG = {debug}\n"
        "if DEBUG:\n"
        '    KEY = os.environ["KEY_FOR_WORK"]\n'
        "else:\n"
        '    KEY = os.environ["KEY"]\n'
        "if not DEBUG:\n"
        '    MAIL = os.environ["MAIL"]\n'
    )
    assert needed(tmp_path, text) == (["KEY", "MAIL"] if off else [])


@pytest.mark.parametrize("debug", ["False", "True"])
def test_switches_of_a_scheme_and_of_ci_are_off(tmp_path: Path, debug: str) -> None:
    text = (
        "import os, environ\n"
        f"env = environ.Env(DEBUG=(bool, {debug}), STATIC=(bool, False), S3=(bool, True))\n"
        'DEBUG = env("DEBUG")\n'
        'STATIC = env("STATIC")\n'
        'S3 = env("S3")\n'
        "if DEBUG:\n"
        '    KEY = "for work"\n'
        'elif "CI" in os.environ:\n'
        '    KEY = env("KEY_OF_CI")\n'
        "else:\n"
        '    KEY = env("KEY")\n'
        'DATABASES = {"default": env.db("MAIN_DB")} if not STATIC else {}\n'
        'STORE = "" if S3 else env("STORE")\n'
    )
    assert needed(tmp_path, text) == ([] if debug == "True" else ["KEY"]) + ["MAIN_DB"]


def test_another_switch_is_off_only_if_it_says_so(tmp_path: Path) -> None:
    text = (
        "import os\n"
        'FILES = os.environ.get("FILES")\n'
        "if FILES:\n"
        "    STORE = FILES\n"
        "else:\n"
        '    STORE = os.environ["STORE"]\n'
    )
    assert needed(tmp_path, text) == []


def test_a_prefix_of_environs_belongs_to_the_name(tmp_path: Path) -> None:
    text = (
        "from environs import Env\n"
        "env = Env()\n"
        'KEY = env.str("KEY")\n'
        'with env.prefixed("SHOP_"):\n'
        '    with env.prefixed("DB_"):\n'
        '        HOST = env("HOST")\n'
    )
    assert needed(tmp_path, text) == ["KEY", "SHOP_DB_HOST"]


def test_a_model_in_settings_has_a_variable_for_each_field(tmp_path: Path) -> None:
    text = (
        "from pydantic import BaseModel\n"
        "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
        "class Db(BaseModel):\n"
        "    host: str\n"
        "    port: int = 5432\n"
        "class Settings(BaseSettings):\n"
        '    model_config = SettingsConfigDict(env_prefix="APP_"{more})\n'
        "    db: Db\n"
        "    key: str\n"
    )
    nested = text.replace("{more}", ', env_nested_delimiter="__"')
    assert needed(tmp_path / "a", nested) == ["APP_DB__HOST", "APP_KEY"]
    assert needed(tmp_path / "b", text.replace("{more}", "")) == ["APP_DB", "APP_KEY"]
