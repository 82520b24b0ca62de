"""Sites that a Node.js tool builds."""

import re

from generator import build_tools
from generator.detect import node_start
from generator.detect.below import is_no_app
from generator.detect.model import Candidate, Confidence, Evidence
from generator.detect.sites import angular
from generator.detect.sites.context import includes
from generator.detect.sites.generators import below, major, named_source, root_folder
from generator.detect.sites.node_commands import propose_run, script_of, takes_options
from generator.detect.sites.place import Place, find, program_at_top, services
from generator.detect.sites.proposals import Site
from generator.detect.sites.serving import propose_serving
from generator.detect.tree import Tree


def candidates(tree: Tree) -> list[Candidate]:
    """The sites that Node.js tools build in a project, at its top or in a folder of it."""
    return [_site(place) for place in find(tree)]


def _site(place: Place) -> Candidate:
    generator = place.generator
    score = 60 if place.folder else 85 if generator.last else 90
    if is_no_app(place.folder.rpartition("/")[2]):
        score = 55  # the documents of what lies beside them
    names = [re.escape(name) for name in generator.packages]
    recognised = place.package(rf'"(?:{"|".join(names)})"\s*:')
    kind = f"{generator.kind} in {place.folder}" if place.folder else generator.kind
    site = Site(kind=kind, score=score)
    if server := node_start.serves(place.tree, place.project):
        site.score = 40
        site.note(f"The package also runs a server with {server}: the site alone is described")
    for note in place.installed().notes:
        site.note(note.text, *map(place.installed_at, note.evidence))
    if place.folder and not place.workspace and (found := services(place.whole, place.folder)):
        each = ", ".join(f"imgen new {folder}" for folder in found[:6])
        site.missing = f"several services, each an image of its own: {each}"
    if place.folder and not place.workspace and (manifest := program_at_top(place.whole)):
        text = "The program at the top of the project is no part of it"
        site.note(text, Evidence(path=manifest))
    _image(site, place)
    output, options = _output(site, place)
    propose_run(site, place, recognised, options)
    _manifests(site, place)
    _include(site, place, (output, generator.output, ".next", ".nuxt"))
    propose_serving(site, place, recognised)
    if git := place.config.find(generator.git_config):
        site.propose("build.packages", ["git"], "dates of changes in", [place.at(git[1])])
        site.note("The history stays out of the build, so pages have no date of their last change")
    return site.candidate("site built by a package of", recognised)


def _image(site: Site, place: Place) -> None:
    project = place.installed()
    site.propose(
        "build.image",
        project.image,
        "Node.js by" if project.node else "current Node.js release",
        map(place.installed_at, project.node_evidence if project.node else ()),
        confidence=Confidence.HIGH if project.node else Confidence.LOW,
    )


def _output(site: Site, place: Place) -> tuple[str, str]:
    """Propose the folder that the build fills; give it, below the package, and options for it."""
    generator, config = place.generator, place.config
    evidence: tuple[Evidence, ...] = ()
    folder, reason, confidence = generator.output, "usual folder", Confidence.MEDIUM
    wanted = place.project.all_dependencies()
    for package, (from_major, older) in generator.older_output.items():
        found = major(wanted.get(package, ""))
        if found is not None and found < from_major:
            folder = str(older)
    text = place.project.scripts.get(script_of(place), "")
    source = _source(place, text)
    root = root_folder(generator, config, text)
    start = source or root
    resolved = config.find(generator.resolved_config)
    told = resolved or config.find(generator.output_config)
    option = _option(text, generator.output_option)
    app = angular.read(place.tree) if config.path == "angular.json" else None
    if option:
        folder, reason, confidence = below(start, option), "named in", Confidence.HIGH
        evidence = (place.package(re.escape(generator.output_option)),)
    elif told:
        folder = below("." if resolved else start, told[0])
        reason, confidence = "named in", Confidence.HIGH
        evidence = (place.at(told[1]),)
    elif app:
        folder, reason, confidence = below(".", app.output), "named in", Confidence.HIGH
        evidence = (place.at(app.evidence),)
        if app.others:
            names = ", ".join(app.others)
            site.note(f"angular.json has further apps that are left out: {names}", evidence[0])
    else:
        folder = below(start, folder)
        if inner := config.find(generator.output_below):
            folder, evidence = f"{folder}/{inner[0]}", (place.at(inner[1]),)
    options = ""
    if not folder:
        folder = generator.output
        if generator.output_option.startswith("--") and takes_options(place, text):
            options = f"{generator.output_option} {folder}"
            folder = below(start, folder)
            site.note(
                "Built into a folder of its own, and not into one beside the project", *evidence
            )
        else:
            site.missing = "the site is built into a folder outside of the project"
    site.propose("build.output", place.path(folder), reason, evidence, confidence=confidence)
    return folder, options


def _source(place: Place, text: str) -> str:
    """The folder of the pages that a script names, such as `docs` in `vitepress build docs`."""
    if named := named_source(place.generator, text):
        return named
    first, slash, _ = place.config.path.partition("/")
    return first if place.generator.source_after and slash and not first.startswith(".") else ""


def _option(text: str, option: str) -> str:
    found = re.search(rf"{re.escape(option)}[ =]+['\"]?([\w.][\w./-]*)", text) if option else None
    return found[1] if found else ""


def _manifests(site: Site, place: Place) -> None:
    """Propose the files that the installation reads, where the command alone does not tell."""
    project = place.installed()
    folder = "" if place.workspace else place.folder
    files = [f"{folder}/{path}" if folder else path for path in project.manifests]
    run = next(each.value for each in site.proposals if each.field == "build.run")
    first = run[0] if isinstance(run, list) else ""
    if sorted(files) != sorted(build_tools.manifests(str(first))):
        site.propose(
            "build.manifests",
            files,
            "read by the installation",
            [place.installed_at(project.evidence)],
        )


def _neighbours(place: Place) -> list[str]:
    """Folders and files next to the package's folder, such as `../docs`, that its build reads."""
    texts = (place.config.text, *place.project.scripts.values())
    named = {name for text in texts for name in re.findall(r"[\"' /=]\.\./([\w-][\w.-]*)", text)}
    whole = place.whole
    found = (below(f"{place.folder}/..", name) for name in {*named, *place.generator.beside})
    return sorted(name for name in found if whole.has_folder(name) or whole.has(name))


def _include(site: Site, place: Place, outputs: tuple[str, ...]) -> None:
    if place.folder and not place.workspace:
        site.propose("include", [place.folder, *_neighbours(place)], "folder of the site")
        return
    project = place.installed()
    keep: tuple[str, ...] = ()
    if project.manager == "yarn" and not project.manager_version.startswith("1."):
        keep = (".yarnrc.yml", "yarn.lock")
    if not project.manifests and project.lock:
        keep = (*keep, project.lock)
    found = includes(place.whole, () if place.workspace else outputs, keep)
    if found != ["."]:
        # Yarn runs the script, too.
        found = sorted([*found, *(path for path in project.manifests if path.startswith(".yarn/"))])
        site.propose("include", found, "what the build reads")
