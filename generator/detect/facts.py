"""What manifests say of a project as such: its name, version, authors, licence and address."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass
from typing import Any

from generator.detect.model import Evidence
from generator.detect.tree import Tree
from generator.detect.values import entries, mapping, text, texts

_CODE_HOST = re.compile(r"https?://(?:[\w-]+\.)*(?:github|gitlab|bitbucket|codeberg|gitea)\b")
_SOURCE_LABELS = ("source", "source code", "repository", "code", "github", "gitlab")


@dataclass(frozen=True)
class Fact:
    """A text for a field of the spec, as the manifest has it, not checked yet."""

    field: str
    value: str
    evidence: Evidence


Reader = Callable[[Tree], Iterator[Fact]]


def pyproject(tree: Tree) -> Iterator[Fact]:
    """The facts of a pyproject.toml."""
    path = "pyproject.toml"
    document = tree.toml(path)
    for section, table in (
        ("project", mapping(document.get("project"))),
        ("tool.poetry", mapping(mapping(document.get("tool")).get("poetry"))),
    ):

        def fact(field: str, key: str, value: str, section: str = section) -> Fact:
            return Fact(field, value, Evidence(path=path, line=toml_line(tree, path, section, key)))

        yield fact("name", "name", text(table.get("name")))
        yield fact("version", "version", text(table.get("version")))
        yield fact("description", "description", text(table.get("description")))
        for key in ("maintainers", "authors"):
            for person in _people(table.get(key)):
                yield fact("maintainer", key, person)
        licence = table.get("license")
        yield fact("license", "license", text(licence) or text(mapping(licence).get("text")))
        for classifier in texts(table.get("classifiers")):
            if classifier.startswith("License ::"):
                yield fact("license", "classifiers", classifier.rpartition("::")[2].strip())
        yield fact("source", "repository", text(table.get("repository")))
        for address in _addresses(mapping(table.get("urls"))):
            yield Fact("source", address, Evidence(path=path, line=_line_with(tree, path, address)))


def setup_cfg(tree: Tree) -> Iterator[Fact]:
    """The facts of a setup.cfg."""
    path = "setup.cfg"
    reader = ConfigParser(interpolation=None, strict=False)
    try:
        reader.read_string(tree.text(path) or "")
    except (ConfigError, ValueError, AttributeError):
        # A line that goes on before any option began ends in the last one.
        return
    table = dict(reader.items("metadata")) if reader.has_section("metadata") else {}

    def fact(field: str, key: str, value: str | None) -> Fact:
        given = "" if (value or "").startswith(("attr:", "file:")) else value or ""
        line = tree.line(path, rf"^{key}\s*=")
        return Fact(field, given.strip(), Evidence(path=path, line=line))

    for field in ("name", "version", "description", "license"):
        yield fact(field, field, table.get(field))
    for key in ("maintainer", "author"):
        person = _person(table.get(key) or "", table.get(f"{key}_email") or "")
        yield fact("maintainer", key, person)
    yield fact("source", "url", _of_code_host(table.get("url") or ""))


def setup_py(tree: Tree) -> Iterator[Fact]:
    """The facts that a setup.py has written out."""
    from generator.detect.python.setuptools_manifests import setup_keywords

    path = "setup.py"
    table = setup_keywords(tree)
    for field in ("name", "version", "description", "license"):
        value, line = table.get(field, ("", 0))
        yield Fact(field, text(value), Evidence(path=path, line=line))
    for key in ("maintainer", "author"):
        value, line = table.get(key, ("", 0))
        mail, _ = table.get(f"{key}_email", ("", 0))
        yield Fact("maintainer", _person(text(value), text(mail)), Evidence(path=path, line=line))
    value, line = table.get("url", ("", 0))
    yield Fact("source", _of_code_host(text(value)), Evidence(path=path, line=line))


def package_json(tree: Tree) -> Iterator[Fact]:
    """The facts of a package.json."""
    path = "package.json"
    table = tree.json(path)

    def fact(field: str, key: str, value: str) -> Fact:
        line = tree.line(path, rf'^[ \t]*"{key}"[ \t]*:')
        return Fact(field, value, Evidence(path=path, line=line))

    yield fact("name", "name", text(table.get("name")).rpartition("/")[2])
    yield fact("version", "version", text(table.get("version")))
    yield fact("description", "description", text(table.get("description")))
    for key in ("maintainers", "author"):
        for person in _people(table.get(key)):
            yield fact("maintainer", key, person)
    yield fact("license", "license", text(table.get("license")))
    where = table.get("repository")
    yield fact("source", "repository", text(where) or text(mapping(where).get("url")))


def cargo(tree: Tree) -> Iterator[Fact]:
    """The facts of a Cargo.toml, those of its workspace included."""
    path = "Cargo.toml"
    document = tree.toml(path)
    shared = mapping(mapping(document.get("workspace")).get("package"))
    for section, table in (
        ("package", mapping(document.get("package"))),
        ("workspace.package", shared),
    ):

        def fact(field: str, key: str, value: str, section: str = section) -> Fact:
            return Fact(field, value, Evidence(path=path, line=toml_line(tree, path, section, key)))

        for field in ("name", "version", "description", "license"):
            yield fact(field, field, text(table.get(field)))
        for person in _people(table.get("authors")):
            yield fact("maintainer", "authors", person)
        yield fact("source", "repository", text(table.get("repository")))


def composer(tree: Tree) -> Iterator[Fact]:
    """The facts of a composer.json."""
    path = "composer.json"
    table = tree.json(path)

    def fact(field: str, key: str, value: str) -> Fact:
        line = tree.line(path, rf'^[ \t]*"{key}"[ \t]*:')
        return Fact(field, value, Evidence(path=path, line=line))

    yield fact("name", "name", text(table.get("name")).rpartition("/")[2])
    yield fact("version", "version", text(table.get("version")))
    yield fact("description", "description", text(table.get("description")))
    for person in _people(table.get("authors")):
        yield fact("maintainer", "authors", person)
    yield fact("license", "license", " OR ".join(texts(table.get("license"))))
    yield fact("source", "source", text(mapping(table.get("support")).get("source")))


def pom(tree: Tree) -> Iterator[Fact]:
    """The facts of a pom.xml; no entity and no parent is followed."""
    path = "pom.xml"
    whole = tree.text(path) or ""
    own = _without(whole, "parent")
    ends = (own.find(f"<{tag}>") for tag in ("dependencies", "build", "profiles", "modules"))
    own = own[: min((end for end in ends if end >= 0), default=len(own))]
    for field, tag in (("name", "artifactId"), ("version", "version"), ("description", None)):
        value = _tag(own, tag or field)
        yield Fact(field, value, Evidence(path=path, line=_line_with(tree, path, f">{value}<")))


def dotnet(tree: Tree) -> Iterator[Fact]:
    """The facts of the one project file of .NET."""
    found = [path for path in tree.files if path.endswith((".csproj", ".fsproj"))]
    path = next((path for path in found if "test" not in path.lower()), "")
    own = tree.text(path) or "" if path else ""
    names = {
        "name": _tag(own, "AssemblyName"),
        "version": _tag(own, "Version"),
        "description": _tag(own, "Description"),
        "maintainer": _tag(own, "Authors"),
        "license": _tag(own, "PackageLicenseExpression"),
        "source": _tag(own, "RepositoryUrl"),
    }
    for field, value in names.items():
        line = _line_with(tree, path, f">{value}<") if value else 0
        yield Fact(field, value, Evidence(path=path, line=line))
    if path:
        name = path.rpartition("/")[2].rpartition(".")[0]
        yield Fact("name", name, Evidence(path=path))


def go_module(tree: Tree) -> Iterator[Fact]:
    """The facts of a go.mod: the module's path names it and its repository."""
    path = "go.mod"
    for number, line in enumerate((tree.text(path) or "").split("\n"), 1):
        words = line.split()
        if words[:1] == ["module"] and len(words) > 1:
            module = re.sub(r"/v[0-9]+$", "", words[1].strip('"'))
            evidence = Evidence(path=path, line=number)
            yield Fact("name", module.rpartition("/")[2], evidence)
            if _CODE_HOST.match(f"https://{module}"):
                yield Fact("source", f"https://{'/'.join(module.split('/')[:3])}", evidence)
            return


def citation(tree: Tree) -> Iterator[Fact]:
    """The facts of a CITATION.cff."""
    path = "CITATION.cff"
    table = tree.yaml(path)

    def fact(field: str, key: str, value: str) -> Fact:
        return Fact(field, value, Evidence(path=path, line=tree.line(path, rf"^{key}:")))

    version = table.get("version")
    yield fact("version", "version", str(version) if isinstance(version, float) else text(version))
    for person in entries(table.get("authors")):
        name = f"{text(person.get('given-names'))} {text(person.get('family-names'))}"
        yield fact("maintainer", "authors", _person(name, text(person.get("email"))))
    yield fact("license", "license", text(table.get("license")))
    yield fact("source", "repository-code", text(table.get("repository-code")))


PYTHON: Sequence[Reader] = (pyproject, setup_cfg, setup_py)
NODE: Sequence[Reader] = (package_json,)
COMPILED: Sequence[Reader] = (cargo, go_module, pom, dotnet, composer)


def in_order(profile: str) -> Sequence[Reader]:
    """The readers of manifests, those first that a profile's apps have."""
    if profile == "nginx":
        return (*NODE, *PYTHON, *COMPILED, citation)
    if profile == "generic":
        return (*COMPILED, *NODE, *PYTHON, citation)
    return (*PYTHON, *NODE, *COMPILED, citation)


def toml_line(tree: Tree, path: str, section: str, key: str) -> int:
    """The line of a key in a section of a TOML file, or that of the section; 0 if none."""
    inside, found = section == "", 0
    for number, raw in enumerate((tree.text(path) or "").split("\n"), 1):
        line = raw.strip()
        if line.startswith("["):
            name = line.strip("[] ")
            inside = name == section
            found = number if inside and not found else found
            if name == f"{section}.{key}":
                return number
        elif inside and re.match(rf"[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return found


def _line_with(tree: Tree, path: str, words: str) -> int:
    whole = tree.text(path) or ""
    start = whole.find(words)
    return whole.count("\n", 0, start) + 1 if start >= 0 else 0


def _people(value: object) -> Iterator[str]:
    """The people of a list or a single one, as texts or as mappings with name and mail."""
    if isinstance(value, dict):
        yield _person(text(value.get("name")), text(value.get("email")))
    for each in entries(value):
        yield _person(text(each.get("name")), text(each.get("email")))
    for line in texts(value):
        yield line.partition("(")[0].strip()  # npm puts a home page in round brackets


def _person(name: str, mail: str) -> str:
    name, mail = " ".join(name.split()), mail.strip()
    if name and "," in mail:
        mail = ""
    return f"{name} <{mail}>" if name and mail else name or mail


def _addresses(urls: Mapping[str, Any]) -> Iterator[str]:
    """Addresses of the source, those first whose label says so."""
    found = {label.lower(): text(address) for label, address in urls.items()}
    yield from (found[label] for label in _SOURCE_LABELS if label in found)
    yield from filter(None, map(_of_code_host, found.values()))


def _of_code_host(address: str) -> str:
    match = re.match(rf"{_CODE_HOST.pattern}[^/]*/[^/\s]+/[^/\s#?]+", address)
    return match[0] if match else ""


def _tag(xml: str, name: str) -> str:
    match = re.search(rf"<{name}>([^<$]{{1,500}})</{name}>", xml)
    return " ".join(match[1].split()) if match else ""


def _without(xml: str, name: str) -> str:
    start, end = xml.find(f"<{name}>"), xml.find(f"</{name}>")
    return xml[:start] + xml[end:] if 0 <= start < end else xml
