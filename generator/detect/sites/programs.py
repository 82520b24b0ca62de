"""Sites that a program without Node.js or Python builds: Hugo, Jekyll and Zola."""

import re

from generator.detect.model import Candidate, Confidence, Evidence
from generator.detect.sites.generators import below
from generator.detect.sites.proposals import Site
from generator.detect.tree import Tree
from generator.detect.values import text

_DEBIAN = "debian:trixie-slim"
_RUBY = "ruby:3.4-slim-trixie"
_RUBY_3_3 = "ruby:3.3-slim-trixie"


def candidates(tree: Tree) -> list[Candidate]:
    """The sites of these generators in a tree."""
    found = [_hugo(tree), _jekyll(tree), _zola(tree)]
    return [each for each in found if each]


def _hugo(tree: Tree) -> Candidate | None:
    path = tree.first(
        "hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config/_default/hugo.toml",
        "config/_default/config.toml", "config/_default/hugo.yaml", "config/_default/config.yaml",
        "config.toml", "config.yaml", "config.yml",
    )  # fmt: skip
    if not path or not any(map(tree.has_folder, ("content", "layouts", "archetypes", "themes"))):
        return None
    source = tree.text(path) or ""
    if "hugo" not in path and not re.search(r"^[ \t]*[\"']?(?:baseurl|theme|languagecode)\b",
                                            source, re.IGNORECASE | re.MULTILINE):  # fmt: skip
        return None
    here = Evidence(path=path)
    site = Site(kind="Hugo site", score=90)
    site.propose("build.image", _DEBIAN, "Debian's own hugo", confidence=Confidence.MEDIUM)
    site.propose("build.packages", ["hugo"], "Hugo site of", [here])
    site.propose("build.run", ["hugo --minify --baseURL /"], "usual command", [here])
    told = re.search(r"(?i)^[ \t]*publishDir[\"']?\s*[:=]\s*[\"']?([\w./-]+)", source, re.MULTILINE)
    output = below(".", told[1]) if told else "public"
    site.propose("build.output", output or "public", "named in" if told else "usual folder",
                 [here] if told else ())  # fmt: skip
    folders = (
        "archetypes", "assets", "config", "content", "data", "i18n", "layouts", "static", "themes",
    )  # fmt: skip
    entries = sorted({path.partition("/")[0], *filter(tree.has_folder, folders)})
    site.propose("include", entries, "what Hugo reads", [here])
    theme = re.search(
        r"^[\"']?theme[\"']?[ \t]*[:=][ \t]*[\"']?([\w.-]+)[\"']?[ \t]*$", source, re.MULTILINE
    )
    if theme and not tree.has_folder(f"themes/{theme[1]}"):
        where = Evidence(path=path, line=tree.line(path, r"^[ \t]*[\"']?theme\b"))
        site.note(f"Hugo stops without the theme {theme[1]}, which is not below themes", where)
        site.missing = (
            f"the theme {theme[1]}: where it is a git submodule, fetch it with git submodule "
            "update --init, and let imgen look again"
        )
    if tree.has("go.mod"):
        site.missing = "the site's Hugo modules come by git: run hugo mod vendor and commit _vendor"
        if tree.has_folder("_vendor"):
            site.missing = ""
    if tree.has("package.json"):
        site.note("Packages of package.json, for styles, are not installed", here)
    return site.candidate("Hugo site of", here)


def _jekyll(tree: Tree) -> Candidate | None:
    gemfile = tree.text("Gemfile") or ""
    gems = re.search(r"^\s{0,8}gem ['\"](?:jekyll|github-pages)['\"]", gemfile, re.MULTILINE)
    config = tree.first("_config.yml", "_config.yaml")
    posts = any(map(tree.has_folder, ("_posts", "_layouts", "_includes")))
    if not gems and not (config and posts and not tree.has("package.json")):
        return None
    here = Evidence(path="Gemfile" if gems else config or "Gemfile")
    site = Site(kind="Jekyll site", score=90)
    told = text(tree.yaml(config).get("destination")) if config else ""
    output = below(".", told) if told else "_site"
    if gems:
        image = _RUBY_3_3 if _needs_older_ruby(tree) else _RUBY
        site.propose("build.image", image, "Ruby release", confidence=Confidence.LOW)
        site.propose("build.packages", ["build-essential"], "gems with C code")
        files = [path for path in ("Gemfile", "Gemfile.lock") if tree.has(path)]
        site.propose("build.manifests", files, "read by the installation", [here])
        run = ["bundle install", "bundle exec jekyll build"]
    else:
        theme = text(tree.yaml(config).get("theme")) if config else ""
        names = ["jekyll"] + ([f"ruby-jekyll-theme-{theme}"] if theme == "minima" else [])
        site.propose("build.image", _DEBIAN, "Debian's own jekyll")
        site.propose("build.packages", names, "Jekyll site of", [here])
        run = ["jekyll build"]
    if config and (path := text(tree.yaml(config).get("baseurl")).strip("/")):
        where = Evidence(path=config, line=tree.line(config, r"^baseurl[ \t]*:"))
        site.note(f"Built for / and not for /{path}, since nginx serves it there", where)
        run[-1] += " --baseurl ''"
    site.propose("build.run", run, "usual commands", [here])
    site.propose("build.output", output or "_site", "named in" if told else "usual folder",
                 [Evidence(path=config)] if told and config else ())  # fmt: skip
    return site.candidate("Jekyll site of", here)


def _needs_older_ruby(tree: Tree) -> bool:
    """Whether the lock has a Jekyll that loads what Ruby 3.4 no longer brings along."""
    lock = tree.text("Gemfile.lock") or ""
    old = re.search(r"^ {4}jekyll \((?:3|4\.[0-3])\.", lock, re.MULTILINE)
    return bool(old) and not re.search(r"^ {4}csv \(", lock, re.MULTILINE)


def _zola(tree: Tree) -> Candidate | None:
    path = tree.first("config.toml", "zola.toml")
    if not path or not re.search(r"^base_url\s*=", tree.text(path) or "", re.MULTILINE):
        return None
    if not tree.has_folder("content") and not tree.has_folder("templates"):
        return None
    here = Evidence(path=path)
    site = Site(kind="Zola site", score=80)
    site.missing = (
        "an image with zola and a shell: name one in build.image, with build.run [zola build] and "
        "build.output public, or build the site beforehand and give its folder as site"
    )
    return site.candidate("Zola site of", here)
