"""Where an Angular app is built to, as angular.json tells."""

from dataclasses import dataclass

from generator.detect.model import Evidence
from generator.detect.tree import Tree
from generator.detect.values import mapping, text


@dataclass(frozen=True, kw_only=True)
class App:
    """The output folder of the app's browser files, empty if nothing tells it.

    `media` says that the builder puts the assets of styles into /media/, under changing names.
    `others` are further apps of the workspace.
    """

    output: str
    server: bool
    media: bool
    evidence: Evidence
    others: tuple[str, ...] = ()


def read(tree: Tree) -> App | None:
    """Read the app that `ng build` makes; None if angular.json names none."""
    workspace = tree.json("angular.json")
    projects = mapping(workspace.get("projects"))
    apps = [
        name
        for name, project in projects.items()
        if text(mapping(project).get("projectType")) in ("application", "")
        and _build(mapping(project))
    ]
    if not apps:
        return None
    chosen = text(workspace.get("defaultProject"))
    name = chosen if chosen in apps else apps[0]
    build = _build(mapping(projects[name]))
    options = mapping(build.get("options"))
    browser = text(build.get("builder")).endswith(":application")
    output = options.get("outputPath")
    base = text(mapping(output).get("base")) if isinstance(output, dict) else text(output)
    base = base or f"dist/{name}"
    if browser:
        folder = mapping(output).get("browser", "browser")
        base = "/".join(filter(None, (base, text(folder))))
    return App(
        output=base,
        server=(bool(options.get("ssr")) and text(options.get("outputMode")) != "static")
        or text(options.get("outputMode")) == "server",
        media=browser,
        evidence=Evidence(
            path="angular.json",
            line=tree.line("angular.json", r'"outputPath"\s*:')
            or tree.line("angular.json", r'"projects"\s*:'),
        ),
        others=tuple(each for each in apps if each != name),
    )


def _build(project: dict[str, object] | object) -> dict[str, object]:
    targets = mapping(project).get("architect") or mapping(project).get("targets")
    return dict(mapping(mapping(targets).get("build")))
