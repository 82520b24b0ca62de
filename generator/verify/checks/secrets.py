"""Required secrets are asked for, may come as files, and never stand in the image."""

import json
import re
from pathlib import Path

from generator.secrecy import secret_name
from generator.table import count
from generator.verify.bench import Bench
from generator.verify.checks._model import Check, Outcome, failed, listed, passed, skipped, verdict
from generator.verify.errors import EndedError, PatienceError
from generator.verify.hidden import SHORTEST, strings
from generator.verify.layers import WHITEOUT, File, Layer

_PATIENCE = 15.0  # seconds in which a refused start has to end
_KEY_NAMES = re.compile(
    r"(?:.*/)?(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.env(?:\.(?!example$|sample$|template$|dist$)[^/]+)?"
    r"|\.netrc|\.pypirc|\.git-credentials|\.htpasswd|[^/]+\.(?:p12|pfx|jks|keystore))"
    r"|(?:.*/)?\.aws/credentials|(?:.*/)?\.docker/config\.json|(?:.*/)?\.kube/config",
    re.DOTALL,  # a name may hold line ends
)
_WITH_CONTENT = {
    re.compile(r"(?s)(?:.*/)?[^/]+\.(?:pem|key)"): re.compile(
        rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    ),
    re.compile(r"(?s)(?:.*/)?\.npmrc"): re.compile(rb"_(?:authToken|auth|password)\s*="),
    re.compile(r"(?s)(?:.*/)?(?:pip\.conf|config\.toml)"): re.compile(rb"://[^/@\s:]+:[^/@\s]+@"),
}
_LARGEST = 1_000_000  # bytes; no key file is larger


def required_secrets(bench: Bench) -> Outcome:
    """Leave out one secret after the other."""
    subject = bench.subject
    if not subject.secrets:
        return skipped("it requires no secret; --secret NAME=VALUE names one")
    patience = min(_PATIENCE, bench.engine.patience)
    faults = []
    seen = []
    for name in subject.secrets:
        words = bench.options(secrets=subject.secret_variables(but=name))
        try:
            done = bench.engine.run(
                bench.tag,
                *words,
                hardening=bench.hardening,
                timeout=patience,
                environment=subject.client_environment(),
            )
        except PatienceError:
            faults.append(f"without {name} it keeps running")
            continue
        if done.returncode == 0:
            faults.append(f"without {name} it ends with 0")
        elif name not in done.stdout + done.stderr:
            faults.append(f"without {name} it ends with {done.returncode} and does not name it")
        seen.append(f"without {name}: exit {done.returncode} and a message that names it")
    return verdict(faults, listed(seen))


def secret_files(bench: Bench) -> Outcome:
    """Give every secret as a file."""
    subject = bench.subject
    if not subject.secrets:
        return skipped("it requires no secret; --secret NAME=VALUE names one")
    folder = bench.engine.scratch() / "secrets"
    folder.mkdir(exist_ok=True)
    words = []
    for name, value in subject.secrets.items():
        file = _secret_file(folder / name, value)
        words += ["--env", f"{name}_FILE=/run/imgen/{name}"]
        words += ["--volume", f"{file}:/run/imgen/{name}:ro"]
    names = [f"{name}_FILE" for name in subject.secrets]
    try:
        with bench.start(*words, secrets=()) as container:
            bench.wait_until_ready(container)
            container.must_run()
    except (EndedError, PatienceError) as error:
        return failed(f"with {listed(names)} it {error}")
    return passed(f"starts with {listed(names)}")


def _secret_file(path: Path, value: str) -> Path:
    # The container's user must be able to read it, and the folders above are this user's alone.
    path.write_text(value, encoding="utf-8")
    path.chmod(0o444)
    return path


def no_secrets(bench: Bench) -> Outcome:
    """Look for the secrets given, for key files and for secret-looking variables."""
    faults = [*_given(bench), *_key_files(bench.own_layers), *_variables(bench)]
    files = sum(len(layer.files) for layer in bench.own_layers)
    short = [name for name, value in bench.secrets.items() if len(value) < SHORTEST]
    number = len(bench.secrets) - len(short)
    values = f"none of {count(number, 'secret value')} and " if number else ""
    told = f"{values}no key file in history, config and {count(files, 'file')}"
    if short:
        told += f"; {listed(short)} is too short to be looked for"
    return verdict(faults, told)


def _given(bench: Bench) -> list[str]:
    canaries = {name: value for name, value in bench.secrets.items() if len(value) >= SHORTEST}
    if not canaries:
        return []
    history = bench.engine.history(bench.tag)
    told = json.loads(bench.engine.call("image", "inspect", bench.tag).stdout)
    config = "\n".join(strings(told))
    faults = []
    for name, value in canaries.items():
        places = ["history"] if value in history else []
        places += ["config"] if value in config else []
        numbers = [
            n for n, layer in enumerate(bench.own_layers, 1) if layer.holds({value.encode()})
        ]
        places += [f"layer {number} above the base" for number in numbers]
        if places:
            faults.append(f"{name} in {listed(places)}")
    return faults


def _key_files(layers: list[Layer]) -> list[str]:
    return [f"/{file.path}" for layer in layers for file in layer.files if _is_key(layer, file)]


def _is_key(layer: Layer, file: File) -> bool:
    if file.is_folder or file.is_link or file.name.startswith(WHITEOUT) or not file.size:
        return False
    if _KEY_NAMES.fullmatch(file.path):
        return True
    wanted = next((text for name, text in _WITH_CONTENT.items() if name.fullmatch(file.path)), None)
    if wanted is None or file.size > _LARGEST or "/tests/" in file.path or "/test/" in file.path:
        return False
    return bool(wanted.search(layer.read(file.path) or b""))


def _variables(bench: Bench) -> list[str]:
    """Variables that the image sets itself and whose names say what they hold."""
    below = bench.base.environment if bench.base else {}
    return [
        f"variable {name} in config"
        for name, value in bench.image.environment.items()
        if value and secret_name(name) and below.get(name) != value and not _is_path(value)
    ]


def _is_path(value: str) -> bool:
    return value.startswith(("/run/", "/var/run/"))


CHECKS = (
    Check(
        name="required-secrets",
        practice="S2.10",
        title="asks for missing secrets",
        run=required_secrets,
    ),
    Check(
        name="secret-files", practice="S2.10", title="takes secrets from files", run=secret_files
    ),
    Check(name="no-secrets", practice="S2.15", title="holds no secret", run=no_secrets),
)
