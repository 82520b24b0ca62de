"""Names of licences as people write them, and the SPDX identifier of each."""

import re

from generator import grammar

# The identifiers that projects use; one that is not here is not proposed, only read over.
_IDENTIFIERS = {
    each.lower(): each
    for each in (
        "0BSD", "AFL-3.0", "AGPL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-2.0",
        "Artistic-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Clear",
        "BSL-1.0", "BUSL-1.1", "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "CDDL-1.0", "ECL-2.0",
        "Elastic-2.0", "EPL-1.0", "EPL-2.0", "EUPL-1.2", "GPL-2.0", "GPL-2.0-only",
        "GPL-2.0-or-later", "GPL-3.0", "GPL-3.0-only", "GPL-3.0-or-later", "HPND", "ISC",
        "LGPL-2.1", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0", "LGPL-3.0-only",
        "LGPL-3.0-or-later", "MIT", "MIT-0", "MPL-2.0", "MS-PL", "MulanPSL-2.0", "NCSA", "OFL-1.1",
        "OSL-3.0", "PostgreSQL", "PSF-2.0", "Python-2.0", "SSPL-1.0", "Unlicense", "UPL-1.0",
        "WTFPL", "Zlib", "ZPL-2.1",
    )
}  # fmt: skip
_SPOKEN = {
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache-2": "Apache-2.0",
    "bsd 2-clause": "BSD-2-Clause",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "expat": "MIT",
    "gnu affero general public license v3": "AGPL-3.0-only",
    "gnu affero general public license v3 or later (agplv3+)": "AGPL-3.0-or-later",
    "gnu general public license v2 (gplv2)": "GPL-2.0-only",
    "gnu general public license v2 or later (gplv2+)": "GPL-2.0-or-later",
    "gnu general public license v3 (gplv3)": "GPL-3.0-only",
    "gnu general public license v3 or later (gplv3+)": "GPL-3.0-or-later",
    "gplv3+": "GPL-3.0-or-later",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0": "MPL-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "new bsd": "BSD-3-Clause",
    "python software foundation license": "PSF-2.0",
    "the mit license": "MIT",
    "the unlicense": "Unlicense",
    "the unlicense (unlicense)": "Unlicense",
}
# How the text of a licence begins. That of the GPL does not say whether later versions hold.
_BEGINNINGS = (
    (r"(?:the )?mit license\b", "MIT"),
    (r"permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"),
    (r"apache license version 2\.0\b", "Apache-2.0"),
    (r"bsd 3-clause\b", "BSD-3-Clause"),
    (r"bsd 2-clause\b", "BSD-2-Clause"),
    (r"mozilla public license,? version 2\.0\b", "MPL-2.0"),
    (r"isc license\b", "ISC"),
    (r"this is free and unencumbered software", "Unlicense"),
    (r"eclipse public license - v 2\.0\b", "EPL-2.0"),
)


def expression(text: str) -> str:
    """The SPDX expression of a licence as a manifest names it; empty if it has none."""
    words = " ".join(text.split())
    if spoken := _SPOKEN.get(words.lower().replace(",", "")):
        return spoken
    try:
        grammar.license_expression(words)
    except ValueError:
        return ""
    parts = re.split(r"( AND | OR |[()])", words)
    named = [part if not part or re.fullmatch(r" AND | OR |[()]", part) else _identifier(part)
             for part in parts]  # fmt: skip
    return "" if None in named else "".join(part for part in named if part)


def _identifier(text: str) -> str | None:
    name, mark, exception = text.partition(" WITH ")
    known = _IDENTIFIERS.get(name.removesuffix("+").lower())
    return f"{known}{'+' * name.endswith('+')}{mark}{exception}" if known else None


def of_text(text: str) -> str:
    """The SPDX identifier of a licence by how its text begins; empty if that does not tell."""
    start = " ".join(text[:3000].split()).lower()[:1200]
    return next((name for pattern, name in _BEGINNINGS if re.search(pattern, start)), "")
