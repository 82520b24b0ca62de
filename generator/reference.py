"""The documentation that follows from the models: README's table and docs/spec.md."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import profiles
from generator.artefacts import fields
from generator.document import load
from profiles._base import Profile

_SPEC_HEAD = """\
# The spec

A spec is YAML; `imgen schema` prints its JSON Schema for editors. The first two lines name the
format and the profile:

```yaml
imgen: 1
profile: {profile}
```

Values are text until a field says otherwise: `python: 3.10` is 3.10 and not 3.1, and
`DEBUG: true` under `env` is the word true. A field without a value is not there yet.

`imgen profiles NAME` prints the fields below in a terminal. All of this page comes from the
models' own descriptions.
"""


def profile_table(examples: Path) -> str:
    """The profiles and the examples below a folder as a table of Markdown, for the README."""
    lines = ["| profile | for | examples |", "|---|---|---|"]
    for name in profiles.names():
        shown = ", ".join(
            f"[{spec.parent.name}](examples/{spec.parent.name})"
            for spec in sorted(examples.glob("*/imgen.yaml"))
            if load(spec.read_text(), source=str(spec)).value.get("profile") == name
        )
        lines.append(f"| `{name}` | {profiles.get(name).SUMMARY} | {shown} |")
    return "\n".join(lines) + "\n"


def spec_reference() -> str:
    """docs/spec.md: the fields of every profile, those of all of them once."""
    own = {name: list(fields(profiles.get(name))) for name in profiles.names()}
    common = [field for field in fields(Profile) if all(field in rows for rows in own.values())]
    groups: dict[str, list[str]] = {}
    for name, rows in own.items():
        table = "\n".join(_rows([field for field in rows if field not in common]))
        groups.setdefault(table, []).append(name)
    parts = [_SPEC_HEAD.format(profile="python-multistage"), "## Every profile\n", *_rows(common)]
    for table, names in groups.items():
        summaries = [f"- `{name}`: {profiles.get(name).SUMMARY}" for name in names]
        parts += [f"\n## {', '.join(names)}\n", *summaries, f"\n{table}"]
    return "\n".join(parts) + "\n"


def _rows(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    yield "| field | default | meaning |"
    yield "|---|---|---|"
    for path, default, description in rows:
        shown = f"`{default}`" if default and default != "required" else default
        yield f"| `{path}` | {shown} | {description.replace('|', chr(92) + '|')} |"


def filled(text: str, marker: str, content: str) -> str:
    """Put content between `<!-- marker -->` and `<!-- /marker -->`.

    Raises:
        ValueError: if a marker is missing.
    """
    start, end = f"<!-- {marker} -->\n", f"<!-- /{marker} -->"
    before, found_start, rest = text.partition(start)
    _, found_end, after = rest.partition(end)
    if not found_start or not found_end:
        raise ValueError(f"no markers for {marker}")
    return f"{before}{start}{content}{end}{after}"


def documents(root: Path) -> dict[PurePosixPath, str]:
    """Every generated document of a clone by path; reads its README and examples."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    table = profile_table(root / "examples")
    return {
        PurePosixPath("README.md"): filled(readme, "profiles", f"\n{table}\n"),
        PurePosixPath("docs/spec.md"): spec_reference(),
    }
