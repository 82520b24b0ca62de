"""Where in a project the package of a site lies, and which generator it uses."""

from dataclasses import dataclass

from generator.detect import node
from generator.detect.model import Evidence
from generator.detect.node import NodeProject
from generator.detect.sites import angular
from generator.detect.sites.generators import Config, Generator, is_static, known
from generator.detect.tree import Tree
from generator.detect.values import mapping

# Folders in which the site of a larger project usually lies.
_FOLDERS = ("frontend", "client", "web", "webapp", "ui", "site", "website", "www", "app", "docs")


# A folder with one of these is a program by itself.
_MANIFESTS = (
    "Cargo.toml", "Gemfile", "Pipfile", "build.gradle", "composer.json", "go.mod", "manage.py",
    "package.json", "pom.xml", "pyproject.toml", "requirements.txt", "setup.py",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Place:
    """A site's package inside a project: `tree` and `project` are the package's own.

    `folder` is where it lies below the whole project, "" for the top. With `workspace` the
    package's dependencies are installed from the top, whose project that is.
    """

    tree: Tree
    project: NodeProject
    generator: Generator
    config: Config
    whole: Tree
    folder: str = ""
    workspace: NodeProject | None = None

    def path(self, path: str) -> str:
        """A path of the package as one of the whole project."""
        return f"{self.folder}/{path}" if self.folder else path

    def at(self, evidence: Evidence) -> Evidence:
        """A place in the package as one in the whole project."""
        return Evidence(path=self.path(evidence.path), line=evidence.line)

    def installed(self) -> NodeProject:
        """The project whose packages are installed: the workspace's, or the package's own."""
        return self.workspace or self.project

    def installed_at(self, evidence: Evidence) -> Evidence:
        """A place in that project as one in the whole project."""
        return evidence if self.workspace else self.at(evidence)

    def package(self, pattern: str) -> Evidence:
        """The line of package.json in which a pattern is found."""
        line = self.tree.line("package.json", pattern)
        return self.at(Evidence(path="package.json", line=line))


def find(tree: Tree) -> list[Place]:
    """The packages that are sites: the one at the top, or those in folders."""
    project = node.read(tree)
    if project:
        if place := _recognised(tree, project, whole=tree):
            return [place]
        if project.members:
            found = [_in_folder(tree, member, workspace=project) for member in project.members]
            return [place for place in found if place]
    found = [_in_folder(tree, folder) for folder in _FOLDERS if tree.has(f"{folder}/package.json")]
    return [place for place in found if place]


def services(tree: Tree, folder: str) -> list[str]:
    """The folders of a project that are services of their own, if there are more than this one."""
    found = {path.partition("/")[0] for path in tree.named(*_MANIFESTS) if path.count("/") == 1}
    return sorted({*found, folder}) if found - {folder} else []


def program_at_top(tree: Tree) -> str:
    """The manifest of a program beside the folders of a project; empty if there is none."""
    return tree.first(*(name for name in _MANIFESTS if name != "package.json")) or ""


def uses_generator(tree: Tree) -> bool:
    """Whether the project at the top uses a generator, for a static site or not."""
    project = node.read(tree)
    return project is not None and generator_of(project) is not None


def generator_of(project: NodeProject) -> Generator | None:
    """The generator that a project uses, whether for a static site or not."""
    wanted = project.all_dependencies()
    return next((each for each in known() if each.fits(wanted)), None)


def _extends_an_editor(tree: Tree) -> bool:
    """Whether the pages are made for an editor's windows, as an extension of VS Code has them."""
    return "vscode" in mapping(tree.json("package.json").get("engines"))


def _in_folder(tree: Tree, folder: str, workspace: NodeProject | None = None) -> Place | None:
    inner = tree.below(folder)
    project = node.read(inner)
    if not project:
        return None
    return _recognised(inner, project, whole=tree, folder=folder, workspace=workspace)


def _recognised(
    tree: Tree,
    project: NodeProject,
    *,
    whole: Tree,
    folder: str = "",
    workspace: NodeProject | None = None,
) -> Place | None:
    """The package as a site, or None: the first generator that it uses decides."""
    generator = generator_of(project)
    if not generator:
        return None
    if _extends_an_editor(tree):
        return None
    config = Config.of(tree, generator)
    if not is_static(tree, project, generator, config):
        return None
    if config.path == "angular.json" and (app := angular.read(tree)) and app.server:
        return None
    return Place(
        tree=tree,
        project=project,
        generator=generator,
        config=config,
        whole=whole,
        folder=folder,
        workspace=workspace,
    )
