"""Apps that bring a server of their own: Streamlit, Gradio, Panel, NiceGUI, notebooks."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from generator.detect.model import Evidence, Note
from generator.detect.python.code import Code, Module, aside, is_main_guard, name_rank
from generator.detect.python.layout import folder, root_of
from generator.detect.python.model import Project
from generator.detect.python.program import Program
from generator.detect.python.servers import pinned
from generator.detect.python.starts import Start

_HOME = {"HOME": "/tmp"}  # noqa: S108 - a tmpfs, since the image's own home cannot be written
_TMP = ("/tmp",)  # noqa: S108


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """A framework: what imports it, the command for a `{script}`, its port and health path."""

    name: str
    package: str
    words: tuple[str, ...]
    command: tuple[str, ...]
    port: int
    health: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    tmpfs: tuple[str, ...] = ()
    port_is_ours: bool = True
    entry_names: tuple[str, ...] = ()
    brought: tuple[str, ...] = ()
    """Entry files for which a hoster brings the package, whether the project names it or not."""


_KINDS = (
    _Kind(
        name="Streamlit",
        package="streamlit",
        words=("import streamlit", "from streamlit"),
        command=(
            "streamlit", "run", "{script}", "--server.port={port}", "--server.address=0.0.0.0",
            "--server.headless=true", "--browser.gatherUsageStats=false",
        ),
        port=8501,
        health="/_stcore/health",
        entry_names=("streamlit_app.py", "app.py", "main.py", "Home.py", "home.py"),
        brought=("streamlit_app.py", "app.py", "main.py"),
    ),
    _Kind(
        name="Chainlit",
        package="chainlit",
        words=("import chainlit", "from chainlit"),
        command=(
            "chainlit", "run", "{script}", "--headless",
            "--host", "0.0.0.0", "--port", "{port}",  # noqa: S104
        ),
        port=8000,
        env=_HOME,
        tmpfs=_TMP,
    ),
    _Kind(
        name="Gradio",
        package="gradio",
        words=(".launch(",),
        command=("python", "{script}"),
        port=7860,
        env={
            "GRADIO_ANALYTICS_ENABLED": "False",
            "GRADIO_SERVER_NAME": "0.0.0.0",  # noqa: S104
        },
        tmpfs=_TMP,
        port_is_ours=False,
        brought=("app.py",),
    ),
    _Kind(
        name="NiceGUI",
        package="nicegui",
        words=("ui.run(",),
        command=("python", "{script}"),
        port=8080,
        env={"NICEGUI_STORAGE_PATH": "/tmp/nicegui"},  # noqa: S108
        tmpfs=_TMP,
        port_is_ours=False,
    ),
    _Kind(
        name="Panel",
        package="panel",
        words=(".servable(",),
        command=(
            "panel", "serve", "{script}", "--address", "0.0.0.0", "--port", "{port}",  # noqa: S104
            "--allow-websocket-origin", "*",
        ),
        port=5006,
    ),
    _Kind(
        name="Bokeh",
        package="bokeh",
        words=("curdoc(",),
        command=(
            "bokeh", "serve", "{script}", "--address", "0.0.0.0", "--port", "{port}",  # noqa: S104
            "--allow-websocket-origin", "*",
        ),
        port=5006,
    ),
)  # fmt: skip


def find(code: Code, project: Project, start: Start) -> Iterator[Program]:
    """The interactive apps of a project."""
    for kind in _KINDS:
        if not project.needs(kind.package):
            if entry := _unnamed(code, project, kind):
                yield _with_package(_program(code, project, kind, [entry]), kind)
            continue
        holding = [path for path in code.holding(*kind.words) if kind.package in code.text(path)]
        entries = sorted(holding, key=lambda path: _order(kind, path, start))
        entries = [path for path in entries if "/pages/" not in f"/{path}"] or entries
        if entries:
            yield _program(code, project, kind, entries)


def _unnamed(code: Code, project: Project, kind: _Kind) -> str:
    """The entry file that imports a package which the project leaves to its hoster to bring."""
    if project.manager != "pip" or project.installed:
        return ""
    for path in code.holding(
        *kind.words, among=[each for each in kind.brought if each in code.paths]
    ):
        module = code.module(path)
        for node in module.syntax.body if module else []:
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.partition(".")[0] == kind.package for name in names):
                return path
    return ""


def _with_package(program: Program, kind: _Kind) -> Program:
    text = (
        f"the project's dependencies do not name {kind.package}, which a hoster may bring: it is "
        "installed beside them; better name it among them, at the release the app was written for"
    )
    note = Note(text=text, evidence=program.evidence)
    return replace(program, additional=pinned(kind.package), notes=(*program.notes, note))


def _order(kind: _Kind, path: str, start: Start) -> tuple[bool, bool, int, int, int, str]:
    name = path.rsplit("/", 1)[-1]
    names = kind.entry_names
    rank = names.index(name) if name in names else len(names)
    told = path in (start.script, *start.arguments)
    return not told, aside(path), path.count("/"), rank, name_rank(path), path


def _program(code: Code, project: Project, kind: _Kind, entries: list[str]) -> Program:
    path = entries[0]
    line = next(
        (code.tree.line(path, word.replace("(", r"\(").replace(".", r"\.")) for word in kind.words),
        0,
    )
    notes = []
    if len(entries) > 1 and not aside(entries[1]) and folder(entries[1]) == folder(path):
        others = tuple(Evidence(path=other) for other in entries[1:4])
        text = f"{path} is taken for the {kind.name} app; other files could be it"
        if not any(other.rsplit("/", 1)[-1] in code.text(path) for other in entries[1:]):
            notes.append(Note(text=text, evidence=others))
    if kind.package == "nicegui" and "reload=False" not in code.text(path):
        text = "ui.run() watches the code and starts anew when it changes: write reload=False"
        notes.append(Note(text=text, evidence=(Evidence(path=path, line=line),)))
    return Program(
        kind=f"{kind.name} app",
        score=88 if not aside(path) else 40,
        path=path,
        root=root_of(code, project, path),
        reason=f"{kind.name} app in",
        evidence=(Evidence(path=path, line=line),),
        command=tuple(word.replace("{script}", path) for word in kind.command),
        port=kind.port,
        port_is_ours=kind.port_is_ours,
        health=kind.health,
        env=kind.env,
        tmpfs=kind.tmpfs,
        notes=tuple(notes),
    )


def notebooks(code: Code, project: Project) -> Iterator[Program]:
    """Notebooks that Voila shows, or that Jupyter opens."""
    found = [path for path in code.tree.matching("*.ipynb") if "/." not in f"/{path}"]
    shown = project.needs("voila")
    jupyter = project.needs("jupyterlab", "notebook", "jupyter", "jupyter-server")
    if not found or not (shown or jupyter):
        return
    # Not `.`: Voila takes no relative folder for the root of its tree.
    path = found[0] if len(found) == 1 else "/app"
    evidence = (Evidence(path=found[0]),)
    common = {"path": found[0], "root": "", "reason": "notebooks in", "evidence": evidence}
    if shown:
        command = ("voila", path, "--no-browser", "--port={port}", "--Voila.ip=0.0.0.0")
        kind, port, score = "Voila app", 8866, 70
    else:
        command = ("jupyter", "lab", "--no-browser", "--ip=0.0.0.0", "--port={port}")
        kind, port, score = "Jupyter notebooks", 8888, 40
    yield Program(
        **common,  # type: ignore[arg-type]
        kind=kind,
        score=score,
        command=command,
        port=port,
        env={**_HOME, "IPYTHONDIR": "/tmp/ipython", "JUPYTER_RUNTIME_DIR": "/tmp/jupyter"},  # noqa: S108
        tmpfs=_TMP,
        all_files=True,
    )


def has_main(module: Module) -> ast.stmt | None:
    """The `if __name__ == "__main__":` of a module."""
    return next((node for node in module.syntax.body if is_main_guard(node)), None)
