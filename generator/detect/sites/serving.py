"""How nginx serves a site that a Node.js tool built."""

import re

from generator.detect.model import Evidence
from generator.detect.sites import angular
from generator.detect.sites.generators import below
from generator.detect.sites.place import Place
from generator.detect.sites.proposals import Site


def propose_serving(site: Site, place: Place, recognised: Evidence) -> None:
    """Propose what nginx does with the files, and say what it cannot know.

    `recognised` is where the generator is named.
    """
    _spa(site, place, recognised)
    _immutable(site, place)
    _proxy(site, place)
    _notes(site, place)


def _spa(site: Site, place: Place, recognised: Evidence) -> None:
    generator, wanted = place.generator, place.project.all_dependencies()
    evidence: tuple[Evidence, ...] = (recognised,) if generator.spa else ()
    package = next((name for name in generator.spa_packages if name in wanted), "")
    if package:
        evidence = (place.package(rf'"{re.escape(package)}"\s*:'),)
    if found := place.config.find(generator.spa_config):
        evidence = (place.at(found[1]),)
    pages = [path for path in place.tree.top("*.html") if path != "index.html"]
    if evidence and not (package and pages):
        site.propose("spa", "true", "single-page app of", evidence)
    if fallback := place.config.find(generator.other_fallback):
        site.note(
            f"The fallback page is {fallback[0]}: name it index.html to have nginx answer unknown "
            "paths with it (spa: true)",
            place.at(fallback[1]),
        )


def _immutable(site: Site, place: Place) -> None:
    """Propose the locations of hashed files, unless files of fixed names lie there as well."""
    locations = list(place.generator.immutable)
    if told := place.config.find(place.generator.assets_config):
        locations = [f"/{below('.', told[0])}/"]
    app = angular.read(place.tree) if place.config.path == "angular.json" else None
    if app and app.media:
        locations.append("/media/")
    text = place.config.text
    unhashed = re.search(r"FileNames\s*:", text) and "[hash" not in text
    if unhashed or re.search(r"\bfilenameHashing\s*:\s*false", text):
        return
    fixed = [
        location
        for location in locations
        for folder in ("public", "static")
        if place.tree.has_folder(f"{folder}{location.rstrip('/')}")
        and not (folder == "static" and location == "/static/")
    ]
    if found := sorted(set(locations) - set(fixed)):
        site.propose("immutable", found, "names change with the content")
    for location in fixed:
        site.note(f"Files below {location} keep their names, so browsers ask for them anew")


def _proxy(site: Site, place: Place) -> None:
    """Say that the development server passes requests on, which nginx does not know of."""
    text = place.config.text
    target = re.search(r"\bproxy\s*:", text)
    package = place.tree.json("package.json").get("proxy")
    if not target and not isinstance(package, str):
        return
    if target:
        line = text.count("\n", 0, target.start()) + 1
        evidence = place.at(Evidence(path=place.config.path, line=line))
    else:
        evidence = place.package(r'"proxy"\s*:')
    site.note(
        "The development server passes requests on to another service; where that runs beside the "
        "container, name it in `proxy`, such as /api/: http://api:8000",
        evidence,
    )


def _notes(site: Site, place: Place) -> None:
    """Say what the generator's data says, where the configuration does not settle it."""
    for note in place.generator.notes:
        if not place.config.find(note["unless"]):
            site.note(note["text"], place.at(Evidence(path=place.config.path or "package.json")))
