"""Proposals for the fields that any app has: name, version, maintainer, licence and so on."""

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from generator import grammar, secrecy
from generator.detect import facts, licenses
from generator.detect.facts import Fact
from generator.detect.model import Alternative, Confidence, Evidence, Proposal
from generator.detect.tree import Tree

FIRST_VERSION = "0.1.0"
_MOST_ALTERNATIVES = 3
_LONGEST = 500  # of what is looked at more closely
_REASONS = {
    "description": "described in",
    "license": "named in",
    "maintainer": "named in",
    "name": "named in",
    "source": "named in",
    "version": "set in",
}
# What `init` commands and templates leave for someone to fill in.
_PLACEHOLDER = re.compile(
    r"(?i)\byour[ _-]?(?:name|e?mail|organi[sz]ation|company)|\byou@"
    r"|\bjohn doe\b|\bauthor name\b|^(?:author|name|me|todo|fixme|tbd|unknown|none)$"
    r"|add (?:your|a) description|description here|^(?:todo|fixme)\b|\{\{|\$\{|<.*\bhere\b.*>"
)
_VERSION_LINE = r"""^__version__(?:\s*:\s*\w+)?\s*=\s*["']([^"'\n]{1,100})["']"""
_TAG = r"v?[0-9]{1,9}(\.[0-9]{1,9}){1,3}"
_CHANGELOG = r"(?m)^#{1,3}\s*(?:Version\s+|Release\s+)?\[?v?([0-9]+\.[0-9]+[0-9A-Za-z.-]*)"


def read(tree: Tree, *, profile: str = "") -> list[Proposal]:
    """Propose what the manifests and the repository of a tree say of the app as such.

    Name, version and maintainer are always proposed, from what is usual if nothing says them.
    `profile` decides whose manifest is asked first where there are several.
    """
    given = [fact for reader in facts.in_order(profile) for fact in reader(tree) if fact.value]
    sources = {
        "version": [*_of(given, "version"), *_versions(tree)],
        "description": _of(given, "description"),
        "license": [*_of(given, "license"), *_licences(tree)],
        "source": [*_of(given, "source"), *_origin(tree)],
    }
    name = _name(tree, _of(given, "name"))
    found = [name, _proposal("version", sources["version"]) or _first_version()]
    found.append(_maintainer(tree, _of(given, "maintainer"), str(name.value)))
    others = (_proposal(field, sources[field]) for field in ("description", "license", "source"))
    return [*found, *filter(None, others)]


def _of(given: list[Fact], field: str) -> list[Fact]:
    return [fact for fact in given if fact.field == field]


def _proposal(field: str, given: list[Fact]) -> Proposal | None:
    """Propose the first fact that the spec takes; those that say otherwise are alternatives."""
    valid: dict[str, list[Evidence]] = {}
    for fact in given:
        value = _CLEAN[field](fact.value) if len(fact.value) <= _LONGEST else ""
        if value:
            valid.setdefault(value, []).append(fact.evidence)
    if not valid:
        return None
    (value, evidence), *others = valid.items()
    listed = others[:_MOST_ALTERNATIVES] if field in ("version", "license") else []
    return Proposal(
        field=field,
        value=value,
        confidence=Confidence.HIGH,
        reason=_REASONS[field],
        evidence=tuple(evidence[:2]),
        alternatives=tuple(
            Alternative(value=other, evidence=tuple(places[:2]), reason=_REASONS[field])
            for other, places in listed
        ),
    )


def _accepted(check: Callable[[object], object], text: str) -> str:
    """A text that a check of the spec takes; empty for one that it does not."""
    try:
        return str(check(text))
    except ValueError:
        return ""


def slug(text: str) -> str:
    """A text as a name of an image: lower-case words joined by hyphens; empty if it has none."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return _accepted(grammar.app_name, name)


def version(text: str) -> str:
    """A version as the spec takes it, without a `v` before it and a build's name after it."""
    plain = re.sub(r"^v(?=[0-9])", "", text.strip()).partition("+")[0]
    unset = re.fullmatch(r"0(?:\.0)*(?:[-.]?(?:dev|development|semantic|semantically).*)?", plain)
    return "" if unset else _accepted(grammar.version, plain)


def address(text: str) -> str:
    """The https address of a repository however it is written; empty if it has none."""
    found = text.strip().removeprefix("git+").removeprefix("scm:git:")
    if match := re.fullmatch(r"(github|gitlab|bitbucket):([\w.-]+/[\w.-]+)", found):
        host = {"bitbucket": "bitbucket.org"}.get(match[1], f"{match[1]}.com")
        found = f"https://{host}/{match[2]}"
    elif re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", found):
        found = f"https://github.com/{found}"  # as npm takes it
    elif match := re.fullmatch(r"(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+):(?!//)([^\s:@]+)", found):
        found = f"https://{match[1]}/{match[2]}"
    try:
        parts = urlsplit(found)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https", "ssh", "git") or "." not in host:
        return ""
    place = f"{host}:{port}" if port and parts.scheme in ("http", "https") else host
    scheme = "http" if parts.scheme == "http" and port else "https"
    path = parts.path.rstrip("/").removesuffix(".git")
    return _accepted(secrecy.public_url, f"{scheme}://{place}{path}")


def _told(text: str) -> str:
    line = " ".join(text.split())
    return "" if _PLACEHOLDER.search(line) else _accepted(secrecy.label_text, line)


_CLEAN: Mapping[str, Callable[[str], str]] = {
    "description": _told,
    "license": licenses.expression,
    "maintainer": _told,
    "name": slug,
    "source": address,
    "version": version,
}


def _name(tree: Tree, given: list[Fact]) -> Proposal:
    found = _proposal("name", given)
    if found:
        return found
    value = slug(tree.root.resolve().name) or "app"
    return Proposal(
        field="name", value=value, confidence=Confidence.MEDIUM, reason="the folder's name"
    )


def _first_version() -> Proposal:
    return Proposal(
        field="version",
        value=FIRST_VERSION,
        confidence=Confidence.LOW,
        reason="the project names none",
    )


def _versions(tree: Tree) -> Iterator[Fact]:
    """Versions that stand outside of manifests: in code, a file, a tag or a change log."""
    names = ("__about__.py", "__version__.py", "_version.py", "version.py", "__init__.py")
    modules = [path for path in tree.named(*names) if path.count("/") <= 2][:40]
    for path in modules:
        if match := re.search(_VERSION_LINE, tree.text(path) or "", re.MULTILINE):
            line = tree.line(path, r"^__version__")
            yield Fact("version", match[1], Evidence(path=path, line=line))
            break
    if file := tree.first("VERSION", "VERSION.txt", "version.txt", ".version"):
        lines = (tree.text(file) or "").strip().split("\n")
        if len(lines) == 1:
            yield Fact("version", lines[0], Evidence(path=file, line=1))
    tags = [tag for tag in tree.repository.tags if re.fullmatch(_TAG, tag)]
    if tags:
        newest = max(tags, key=lambda tag: [int(part) for part in tag.lstrip("v").split(".")])
        yield Fact("version", newest, Evidence(path=f".git/refs/tags/{newest}"))
    if log := tree.first("CHANGELOG.md", "CHANGELOG", "CHANGES.md", "HISTORY.md"):
        text = tree.text(log) or ""
        if match := re.search(_CHANGELOG, text):
            line = text.count("\n", 0, match.start()) + 1
            yield Fact("version", match[1], Evidence(path=log, line=line))


def _licences(tree: Tree) -> Iterator[Fact]:
    path = tree.first("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "COPYING")
    name = licenses.of_text(tree.text(path) or "") if path else ""
    if path and name:
        yield Fact("license", name, Evidence(path=path))


def _origin(tree: Tree) -> Iterator[Fact]:
    remote = tree.repository.config.get("remote.origin.url", "")
    if remote and "://" not in remote and "@" not in remote:
        return  # a folder of this machine
    yield Fact("source", remote, Evidence(path=".git/config"))


def _maintainer(tree: Tree, given: list[Fact], name: str) -> Proposal:
    """Propose who answers for the app: by the manifest, the owners' files, or the repository."""
    if found := _proposal("maintainer", given):
        return found
    guesses = [(fact, Confidence.MEDIUM, "named in") for fact in _owners(tree)]
    config = tree.repository.config
    person = config.get("user.name", ""), config.get("user.email", "")
    place = Evidence(path=".git/config")
    if person[0]:
        text = f"{person[0]} <{person[1]}>" if person[1] else person[0]
        guesses.append((Fact("maintainer", text, place), Confidence.LOW, "user in"))
    source = next((address(fact.value[:_LONGEST]) for fact in _origin(tree)), "")
    owner = urlsplit(source).path.strip("/").rpartition("/")[0]
    guesses.append((Fact("maintainer", owner, place), Confidence.LOW, "owner of the origin in"))
    for fact, confidence, reason in guesses:
        if value := _told(fact.value[:_LONGEST]):
            return Proposal(
                field="maintainer",
                value=value,
                confidence=confidence,
                reason=reason,
                evidence=(fact.evidence,),
            )
    return Proposal(
        field="maintainer",
        value=f"{name} maintainers",
        confidence=Confidence.LOW,
        reason="the project names nobody",
    )


def _owners(tree: Tree) -> Iterator[Fact]:
    """People and teams out of MAINTAINERS and CODEOWNERS."""
    for path in tree.top("MAINTAINERS*"):
        for number, line in enumerate((tree.text(path) or "").split("\n")[:200], 1):
            match = re.search(r"([\w.' -]{2,80}) *<([\w.+-]+@[\w.-]+)>", line[:500])
            if match:
                value = f"{match[1].strip(' -*')} <{match[2]}>"
                yield Fact("maintainer", value, Evidence(path=path, line=number))
                break
    if owners := tree.first(".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"):
        for number, line in enumerate((tree.text(owners) or "").split("\n")[:200], 1):
            words = line.split("#")[0].split()
            if len(words) > 1 and words[0] == "*":
                yield Fact("maintainer", words[1].lstrip("@"), Evidence(path=owners, line=number))
