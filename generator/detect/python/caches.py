"""Where libraries keep what they load or compute, if their home cannot be written."""

from collections.abc import Sequence

from generator.detect.python.code import Code
from generator.detect.python.model import Project

_SCRATCH = (
    (("matplotlib", "seaborn"), "MPLCONFIGDIR", "/tmp/matplotlib"),  # noqa: S108
    (("numba", "librosa", "umap-learn"), "NUMBA_CACHE_DIR", "/tmp/numba"),  # noqa: S108
)
_MODELS = ("transformers", "sentence-transformers", "diffusers", "huggingface-hub", "datasets")
_MODELS_FOLDER = "/var/cache/huggingface"
_CORPORA_FOLDER = "/var/cache/nltk"


def add(  # noqa: PLR0913, PLR0917 - what it reads, and what it adds to
    code: Code,
    project: Project,
    files: Sequence[str],
    env: dict[str, str],
    tmpfs: set[str],
    volumes: set[str],
) -> None:
    """Add the variables and folders that a project's libraries need."""
    for packages, name, path in _SCRATCH:
        if "HOME" not in env and project.needs(*packages):
            env[name] = path
            tmpfs.add("/tmp")  # noqa: S108
    if project.needs(*_MODELS):
        env["HF_HOME"] = _MODELS_FOLDER
        volumes.add(_MODELS_FOLDER)
    if project.needs("nltk") and code.holding("nltk.download(", among=files):
        env["NLTK_DATA"] = _CORPORA_FOLDER
        volumes.add(_CORPORA_FOLDER)
