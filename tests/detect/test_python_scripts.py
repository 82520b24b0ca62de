"""Python programs that are no web app of a server: scripts, pages, notebooks."""

from pathlib import Path

import pytest

from generator.detect.python.servers import VERSIONS
from tests.detect.python_app import (
    apps,
    notes,
    places,
    project_of,
    value,
)


def test_streamlit(tmp_path: Path) -> None:
    files = {
        "app.py": "import streamlit as st\n",
        "pages/1_more.py": "import streamlit as st\n",
        "data.csv": "a,b\n",
        ".streamlit/config.toml": "",
        ".streamlit/secrets.toml": "",
    }
    (app,) = apps(tmp_path, files, project_of("streamlit"))
    command = value(app, "command")
    assert isinstance(command, list)
    assert command[:4] == ["streamlit", "run", "app.py", "--server.port=8501"]
    assert "--server.headless=true" in command
    assert value(app, "healthcheck") == "/_stcore/health"
    assert value(app, "tmpfs") is None
    assert value(app, "include") == ["app.py", "data.csv", "pages", ".streamlit/config.toml"]
    assert "holds secrets" in notes(app)


@pytest.mark.parametrize(
    ("path", "code", "package"),
    [
        ("streamlit_app.py", "import pandas as pd\nimport streamlit as st\n", "streamlit"),
        ("app.py", "from streamlit import title\n", "streamlit"),
        ("app.py", "import gradio as gr\ngr.Blocks().launch()\n", "gradio"),
    ],
)
def test_what_a_hoster_brings_is_installed(
    tmp_path: Path, path: str, code: str, package: str
) -> None:
    (app,) = apps(tmp_path, {path: code}, project_of("pandas"))
    assert app.additional == (f"{package}=={VERSIONS[package]}",)
    assert f"do not name {package}" in notes(app)
    assert value(app, "command")


def test_nothing_is_brought_for_what_is_not_surely_an_entry(tmp_path: Path) -> None:
    code = "import streamlit as st\n"
    inner = "def show():\n    import streamlit as st\n"
    for number, (files, project) in enumerate(
        [
            ({"charts.py": code}, project_of("pandas")),
            ({"app.py": inner}, project_of("pandas")),
            ({"app.py": code}, project_of("pandas", manager="poetry")),
        ]
    ):
        (app,) = apps(tmp_path / str(number), files, project)
        assert app.missing
        assert not app.additional


def test_gradio(tmp_path: Path) -> None:
    code = "import gradio as gr\ndemo = gr.Blocks()\ndemo.launch()\n"
    (app,) = apps(tmp_path, {"demo.py": code}, project_of("gradio"))
    assert value(app, "command") == ["python", "demo.py"]
    assert value(app, "port") == "7860"
    assert value(app, "env.GRADIO_SERVER_NAME") == "0.0.0.0"
    assert value(app, "env.GRADIO_ANALYTICS_ENABLED") == "False"


@pytest.mark.parametrize(
    ("package", "code", "first", "port"),
    [
        ("panel", "import panel as pn\npn.pane.Str('x').servable()\n", "panel", "5006"),
        ("bokeh", "from bokeh.io import curdoc\ncurdoc()\n", "bokeh", "5006"),
        ("chainlit", "import chainlit as cl\n", "chainlit", "8000"),
        ("nicegui", "from nicegui import ui\nui.run(port=8090)\n", "python", "8090"),
    ],
)
def test_other_interactive(tmp_path: Path, package: str, code: str, first: str, port: str) -> None:
    app = apps(tmp_path, {"app.py": code}, project_of(package))[0]
    command = value(app, "command")
    assert isinstance(command, list)
    assert (command[0], value(app, "port")) == (first, port)
    assert "app.py" in command


def test_notebooks(tmp_path: Path) -> None:
    (app,) = apps(tmp_path / "a", {"show.ipynb": "{}"}, project_of("voila"))
    command = value(app, "command")
    assert isinstance(command, list)
    assert command[:2] == ["voila", "show.ipynb"]
    (app,) = apps(tmp_path / "c", {"a.ipynb": "{}", "b.ipynb": "{}"}, project_of("voila"))
    command = value(app, "command")
    assert isinstance(command, list)
    assert command[:2] == ["voila", "/app"]
    (app,) = apps(tmp_path / "b", {"show.ipynb": "{}"}, project_of("jupyterlab"))
    assert app.score == 40


def test_script_with_a_main_guard(tmp_path: Path) -> None:
    code = 'import helper\nif __name__ == "__main__":\n    helper.run()\n'
    files = {"bot.py": code, "helper.py": "", "unused.py": "", "README.md": ""}
    (app,) = apps(tmp_path, files, project_of())
    assert value(app, "command") == ["python", "bot.py"]
    assert value(app, "include") == ["bot.py", "helper.py"]
    assert places(app, "command") == ["bot.py:2"]


def test_package_with_main_module(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/__main__.py": "from .cli import main\n\nmain()\n",
        "pkg/cli.py": "def main(): ...\n",
    }
    (app,) = apps(tmp_path, files, project_of())
    assert value(app, "command") == ["python", "-m", "pkg"]
    assert value(app, "include") == ["pkg"]


def test_script_in_a_folder_finds_its_imports(tmp_path: Path) -> None:
    main = 'if __name__ == "__main__":\n    pass\n'
    beside = {"app/main.py": "import other\n" + main, "app/other.py": ""}
    (app,) = apps(tmp_path / "a", beside, project_of())
    assert value(app, "command") == ["python", "app/main.py"]
    above = {"app/main.py": "from app import other\n" + main, "app/other.py": ""}
    (app,) = apps(tmp_path / "b", above, project_of())
    assert value(app, "command") == ["python", "-m", "app.main"]


def test_console_script_of_an_installed_project(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "tool"\nreadme = "README.md"\n',
        "README.md": "",
        "src/tool/__init__.py": "",
        "src/tool/cli.py": "def main(): ...\n",
    }
    scripts = {"tool-dev": "tool.dev:main", "tool": "tool.cli:main"}
    project = project_of(roots=("src", ""), scripts=scripts, installed=True)
    app = apps(tmp_path, files, project)[0]
    assert value(app, "command") == ["tool"]
    assert value(app, "include") == ["README.md", "src"]
    assert places(app, "command") == ["pyproject.toml:9"]
    assert "no port: if it is no job or worker, say which subcommand serves" in notes(app)


def test_reloading_of_nicegui_is_said(tmp_path: Path) -> None:
    code = "from nicegui import ui\nui.run({})\n"
    (app,) = apps(tmp_path / "a", {"main.py": code.format("")}, project_of("nicegui"))
    assert "write reload=False" in notes(app)
    (app,) = apps(tmp_path / "b", {"main.py": code.format("reload=False")}, project_of("nicegui"))
    assert "reload" not in notes(app)


def test_script_beside_an_installed_package_is_copied_with_its_data(tmp_path: Path) -> None:
    files = {
        "main.py": "import os\nfrom jester import bot\nos.listdir('./cogs')\nbot.run()\n",
        "jester/__init__.py": "",
        "jester/bot.py": "",
        "cogs/fun.py": "",
        "README.md": "",
    }
    (app,) = apps(tmp_path, files, project_of(installed=True))
    assert value(app, "command") == ["python", "main.py"]
    assert sorted(value(app, "include")) == ["cogs", "jester", "main.py"]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("argument", "asked"),
    [
        ('p.add_argument("symbols", nargs="+")', True),
        ('p.add_argument("--key", required=True)', True),
        ('p.add_argument("symbols", nargs="*")', False),
        ('p.add_argument("symbol", nargs="?")', False),
        ('p.add_argument("--out", default="x")', False),
        ('p.add_argument("-v", action="store_true")', False),
    ],
)
def test_arguments_that_a_script_needs_are_said(
    tmp_path: Path, argument: str, *, asked: bool
) -> None:
    code = f"import argparse\np = argparse.ArgumentParser()\n{argument}\n"
    code += 'if __name__ == "__main__":\n    p.parse_args()\n'
    (app,) = apps(tmp_path, {"main.py": code}, project_of())
    assert ("does not start without its arguments" in notes(app)) is asked


def test_arguments_of_the_own_command_are_kept(tmp_path: Path) -> None:
    code = 'import argparse\np = argparse.ArgumentParser()\np.add_argument("mode")\n'
    code += 'if __name__ == "__main__":\n    p.parse_args()\n'
    argv = "python main.py serve --fast"
    (app,) = apps(tmp_path, {"main.py": code}, project_of(), argv=argv)
    assert value(app, "command") == argv.split()
    assert "arguments" not in notes(app)


def test_pages_lead_to_what_they_import(tmp_path: Path) -> None:
    files = {
        "app.py": "import streamlit as st\n",
        "pages/sales.py": "import streamlit\nfrom charts import bar\n",
        "charts.py": "",
        "unused.py": "",
    }
    (app,) = apps(tmp_path, files, project_of("streamlit"))
    assert value(app, "include") == ["app.py", "charts.py", "pages"]
