"""What is derived from profile models and practices for people and tools: schema, lists, tables.

`python -m generator.artefacts` writes what the repository keeps of it.
"""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, get_origin

import profiles
from generator.spec import FORMAT, model_in
from profiles._base import Profile
from profiles._model import Model

if TYPE_CHECKING:
    from generator.cookiecutter_door import Question

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ALWAYS = ("Dockerfile", ".dockerignore", "entrypoint.sh")
_FORMS = {list: "separated by blanks", dict: "key=value, key=value"}
_KINDS = "Kind of app; a question that names other kinds may stay blank"


def json_schema() -> dict[str, object]:
    """The JSON Schema of a spec: the fields allowed depend on the profile it names."""
    names = profiles.names()
    definitions: dict[str, object] = {}
    for name in names:
        schema = profiles.get(name).model_json_schema(ref_template="#/$defs/{model}")
        definitions |= schema.pop("$defs", {})
        properties = {"imgen": {"const": int(FORMAT)}, "profile": {"const": name}}
        schema["properties"] = properties | schema["properties"]
        schema["required"] = [*properties, *schema.get("required", [])]
        definitions[name] = schema
    return {
        "$schema": SCHEMA_DIALECT,
        "title": "imgen spec",
        "description": "A description of an app, from which imgen writes its container files.",
        "type": "object",
        "required": ["imgen", "profile"],
        "properties": {"imgen": {"const": int(FORMAT)}, "profile": {"enum": names}},
        "allOf": [
            {
                "if": {"properties": {"profile": {"const": name}}},
                "then": {"$ref": f"#/$defs/{name}"},
            }
            for name in names
        ],
        "$defs": definitions,
    }


def fields(model: type[Model], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield path, default and description of every field, parts of nested models included."""
    for name, field in model.model_fields.items():
        path = f"{prefix}{name}"
        default = "required" if field.is_required() else _default(field)
        yield path, default, field.description or ""
        if inner := model_in(field.annotation):
            yield from fields(inner, f"{path}.")  # type: ignore[arg-type]


def _default(field: Any) -> str:
    value = field.get_default(call_default_factory=True)
    if value is None or isinstance(value, Model) or value in ([], {}):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, list) else str(value)


def field_lines(profile: type[Profile]) -> list[str]:
    """The fields of a profile as lines of a terminal, 80 columns wide."""
    import textwrap

    lines = [profile.SUMMARY, ""]
    for path, default, description in fields(profile):
        suffix = f" ({default})" if default else ""
        lines.append(f"{path}{suffix}")
        lines += textwrap.wrap(description, 76, initial_indent="    ", subsequent_indent="    ")
    return lines


def cookiecutter_files() -> dict[PurePosixPath, str]:
    """The repository's cookiecutter.json and the folder of templates beside it, as text."""
    from generator.cookiecutter_door import FOLDER, file_name
    from generator.render import SHARED

    folder = PurePosixPath(FOLDER)
    files = {
        PurePosixPath("cookiecutter.json"): _json(_cookiecutter_questions()),
        folder / ".imgen.lock": "{{ imgen(cookiecutter).lock -}}\n",
        folder / "imgen.yaml": "{{ imgen(cookiecutter).spec -}}\n",
    }
    for name in _templates():
        given = name if name in _ALWAYS else file_name(name)
        files[folder / given] = (
            "{% set image = imgen(cookiecutter).image %}\n"
            f'{{% include [image.profile ~ "/{name}.j2", "{SHARED}/{name}.j2"] %}}\n'
        )
    return files


def _templates() -> dict[str, Path]:
    """The templates of whole files, one of each file's name."""
    from generator.render import SHARED, templates_folder

    folders = [templates_folder() / name for name in (*profiles.names(), SHARED)]
    found = {path.stem: path for folder in folders for path in folder.glob("*.j2")}
    return dict(sorted(found.items()))


def _cookiecutter_questions() -> dict[str, object]:
    from generator import cookiecutter_door as door
    from generator.render import environment

    asked = {question.key: question for question in door.questions()}
    name = next(iter(asked))
    kinds = {"__prompt__": _KINDS}
    kinds |= {kind: f"{kind}: {profiles.get(kind).SUMMARY}" for kind in profiles.names()}
    settings = ("trim_blocks", "lstrip_blocks")
    return {
        name: asked[name].default,
        "profile": profiles.names(),
        **{key: question.default for key, question in asked.items() if key != name},
        "__prompts__": {"profile": kinds} | {key: _prompt(asked[key]) for key in asked},
        "__checked": door.CHECK,
        "_extensions": [f"{door.__name__}.{door.CookiecutterDoor.__name__}"],
        "_jinja2_env_vars": {name: getattr(environment(), name) for name in settings},
        "_new_lines": "\n",
    }


def _prompt(question: "Question") -> str:
    """Who uses the answer, what it means, and its form where that is not one word."""
    from generator.answers import hint_at, unwrapped
    from generator.cookiecutter_door import field_at

    users = {name: profiles.get(name) for name in question.profiles}
    asking = next(user for user in users.values() if question.path in user.QUESTIONS)
    who = "" if len(users) == len(profiles.names()) else f"for {', '.join(users)}: "
    text = field_at(asking, question.path).description.rstrip(".")
    kind = get_origin(unwrapped(hint_at(asking, question.path)))
    forms = [_FORMS[kind]] if kind in _FORMS else []
    forms += dict.fromkeys(filter(None, (_parts(name, question.path) for name in users)))
    return f"{who}{text}" + (f" ({' or '.join(forms)})" if forms else "")


def _parts(profile: str, path: str) -> str:
    """How to answer in one line what a profile asks in parts, which cookiecutter cannot."""
    from generator.answers import hint_at, unwrapped

    model = profiles.get(profile)
    empty = {list: "[...]", dict: "{...}"}
    pairs = []
    for part in model.QUESTIONS:
        if part.startswith(f"{path}."):
            kind = get_origin(unwrapped(hint_at(model, part)))
            pairs.append(f"{part.removeprefix(f'{path}.')}: {empty.get(kind, '...')}")
    return f"{{{', '.join(pairs)}}}" if pairs else ""


def _json(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def repository_files(root: Path) -> dict[PurePosixPath, str]:
    """Every generated file that a clone keeps, by path; reads its README and examples."""
    from generator.catalogue_page import page
    from generator.reference import documents

    practices = {PurePosixPath("docs/practices.md"): page()}
    return {**cookiecutter_files(), **documents(root), **practices}


def main() -> None:
    """Write the generated files of a clone anew."""
    root = Path(__file__).parent.parent
    scripts = [name for name, path in _templates().items() if path.read_text().startswith("#!")]
    for path, text in repository_files(root).items():
        target = root / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        target.chmod(0o755 if path.name in scripts else 0o644)


if __name__ == "__main__":
    main()
