"""Try imgen on checked-out repositories, one folder `owner+name` each, and tell what came of it.

For each it runs what a newcomer runs, without any edit: `imgen new --yes`, then `imgen verify`.
The results stay in docs/compatibility.json, of which docs/compatibility.md is made; a remark
written there by hand stays.

    python docs/compatibility.py FOLDER [NAME ...]   tries those repositories, or all
    python docs/compatibility.py                     writes the page again
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "compatibility.json"
PAGE = HERE / "compatibility.md"
# The two builds without a cache take the longest and say nothing of the detection.
SKIPPED = ("--skip", "reproducible")
INTRODUCTION = """\
# Compatibility

What `imgen new --yes` and then `imgen verify` made of real repositories, with no edit between them
(`python docs/compatibility.py FOLDER` on a folder of checkouts). *Proven* means that the image was
built, ran read-only and without privileges as a non-root user, answered, stopped in time, and that
every other check of `imgen verify` but `reproducible` passed. Base images were stand-ins made of
the same distributions; a repository that needs one of which there is no stand-in, such as Python
3.14, is not proven for that reason alone.

What counts is the last run of each, and not all are of the newest code: detection changed between
them. The first 95 were developed with. Of the others, 28 were held back until the end: 10 of them
were proven at first sight. Of the 18 that were not, 8 asked for downloads that were out of reach or
for another service, 6 for releases that no supported Python or Node.js runs, or are no service.
"""


def imgen(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder, as its user does."""
    command = [sys.executable, "-m", "generator", *arguments]
    environment = {"PYTHONPATH": str(HERE.parent)}
    return subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def attempt(repository: Path) -> dict[str, Any]:
    """What detection, `new` and `verify` say of one repository; seconds of each."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / repository.name.rpartition("+")[2]
        shutil.copytree(repository, folder, symlinks=True)
        started = time.monotonic()
        detected = imgen("detect", "--format", "json", folder=folder)
        found = json.loads(detected.stdout or "{}")
        seconds = time.monotonic() - started
        new = imgen("new", "--yes", folder=folder)
        result = {
            "detected": _kind(found),
            "profile": _profile(folder),
            "detect_seconds": round(seconds, 2),
            "new": new.returncode,
        }
        if new.returncode:
            return {**result, "why": _last(new.stderr)}
        started = time.monotonic()
        verified = imgen("verify", "--format", "json", *SKIPPED, folder=folder)
        result["seconds"] = round(time.monotonic() - started)
        return {**result, "verify": verified.returncode, **_told(verified)}


def _kind(found: Mapping[str, Any]) -> str:
    chosen = found.get("chosen") or {}
    return str(found.get("kind") or chosen.get("kind") or "nothing")


def _profile(folder: Path) -> str:
    spec = folder / "imgen.yaml"
    lines = spec.read_text(encoding="utf-8").splitlines() if spec.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("profile:")), "")


def _told(verified: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    try:
        report = json.loads(verified.stdout)
    except ValueError:
        return {"why": _last(verified.stderr)}
    failed = [row for row in report.get("results", []) if row.get("status") == "failed"]
    passed = sum(row.get("status") == "passed" for row in report.get("results", []))
    why = "; ".join(f"{row['check']}: {row['evidence']}" for row in failed)[:600]
    return {"passed": passed, **({"why": why} if why else {})}


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return " ".join(lines[-6:])[-600:]


def page(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The page for all results, those that were proven first."""
    proven = [name for name, row in results.items() if row.get("verify") == 0]
    others = [name for name in results if name not in proven]
    lines = [
        INTRODUCTION,
        f"{len(proven)} of {len(results)} proven.",
        "",
        "| repository | detected | profile | outcome |",
        "|---|---|---|---|",
        *(_row(name, results[name]) for name in [*sorted(proven), *sorted(others)]),
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, row: Mapping[str, Any]) -> str:
    if row.get("verify") == 0:
        outcome = f"proven: {row['passed']} checks in {row['seconds']} s"
    else:
        outcome = "not proven" if row["new"] == 0 else "refused"
    remark = str(row.get("remark", "")) or ("" if row.get("verify") == 0 else _short(row))
    cells = (name.replace("+", "/"), row["detected"], row["profile"], f"{outcome}. {remark}")
    return "| " + " | ".join(str(cell).replace("|", "\\|").strip() for cell in cells) + " |"


def _short(row: Mapping[str, Any]) -> str:
    return " ".join(str(row.get("why", "")).split())[:160]


def main(arguments: list[str]) -> None:
    """Try the repositories asked for, keep the results, and write the page."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    if arguments:
        folder, *names = arguments
        repositories = sorted(path for path in Path(folder).iterdir() if path.is_dir())
        for repository in repositories:
            if names and repository.name not in names:
                continue
            row = attempt(repository)
            remark = results.get(repository.name, {}).get("remark")
            results[repository.name] = {**row, **({"remark": remark} if remark else {})}
            print(json.dumps({repository.name: row}), flush=True)  # noqa: T201
            RESULTS.write_text(
                json.dumps(results, indent=2, sort_keys=True) + "\n", encoding="utf-8"
            )
    PAGE.write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
