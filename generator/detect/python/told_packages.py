"""System packages of an old Dockerfile that an app runs as programs, which no manifest tells."""

import re
from collections.abc import Sequence
from dataclasses import replace

from generator.detect.existing import Existing
from generator.detect.model import Confidence, Proposal

# Programs and fonts that are of no use to a build: a Dockerfile that has them means the app. What
# builds packages, fetches files or serves people at a shell is left out.
_FOR_RUN = re.compile(
    r"chromium(?:-driver)?|exiftool|ffmpeg|fonts-[a-z0-9.+-]{1,60}|ghostscript|graphviz|imagemagick"
    r"|libimage-exiftool-perl|libmagic1|libreoffice(?:-[a-z]{1,20})?|mupdf-tools|ocrmypdf|pandoc"
    r"|poppler-utils|qpdf|sox|tesseract-ocr(?:-[a-z0-9-]{2,20})?|wkhtmltopdf"
)
# Debian has some under another name by now.
_RENAMED = {"exiftool": "libimage-exiftool-perl", "libmagic1": "libmagic1t64"}


def add(told: Existing, proposals: Sequence[Proposal]) -> list[Proposal]:
    """The proposals, with the programs that an old Dockerfile's last stage installs."""
    found = {
        _RENAMED.get(each.value, each.value): each.evidence
        for each in told.apt_packages
        if _FOR_RUN.fullmatch(each.value)
    }
    known = next((each for each in proposals if each.field == "packages"), None)
    listed = list(map(str, known.value)) if known and isinstance(known.value, list) else []
    missing = [name for name in found if name not in listed]
    if not missing:
        return list(proposals)
    places = tuple(found[name] for name in missing)
    if known is None:
        new = Proposal(
            field="packages",
            value=sorted(missing),
            confidence=Confidence.MEDIUM,
            reason="programs that were installed in",
            evidence=places[:3],
        )
        return [*proposals, new]
    both = replace(
        known, value=sorted({*listed, *missing}), evidence=(*known.evidence, *places)[:6]
    )
    return [both if each is known else each for each in proposals]
