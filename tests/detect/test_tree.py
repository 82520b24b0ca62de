"""What a scan lists and reads: git's rules, links, bounds, encodings."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.detect import files
from generator.detect.documents import read_json, read_toml, read_yaml
from generator.detect.ignored import IgnoreRules
from generator.detect.tree import Tree
from tests.helpers import ROOT


def write(root: Path, *paths: str, text: str = "x\n") -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def test_files_are_sorted_shallow_ones_first(tmp_path: Path) -> None:
    write(tmp_path, "b", "a/b/c", "a/b.py", "a/a/z")
    tree = Tree.scan(tmp_path)
    assert tree.files == ["b", "a/b.py", "a/a/z", "a/b/c"]
    assert tree.folders == ["a", "a/a", "a/b"]
    assert tree.has_folder("a/a")
    assert not tree.has_folder("a/")
    assert tree.named("c", "b") == ["b", "a/b/c"]
    assert tree.matching("a/*") == ["a/b.py", "a/a/z", "a/b/c"]
    assert tree.top("*") == ["b"]
    assert tree.below("a").files == ["b.py", "a/z", "b/c"]
    assert tree.below("a").text("b.py") == "x\n"


@pytest.mark.parametrize(
    "folder", [".git", "node_modules", "__pycache__", ".tox", "a/node_modules", "shop.egg-info"]
)
def test_folders_that_tools_make_are_skipped(folder: str, tmp_path: Path) -> None:
    write(tmp_path, f"{folder}/package.json", "kept")
    assert Tree.scan(tmp_path).files == ["kept"]


def test_a_virtual_environment_is_known_by_its_mark(tmp_path: Path) -> None:
    write(tmp_path, "myenv/pyvenv.cfg", "myenv/lib/flask.py", "env/settings.py")
    assert Tree.scan(tmp_path).files == ["env/settings.py"]


GLOBS = st.text(alphabet="ab*/!?[]^-\\ .#", min_size=1, max_size=8)
NAMES = st.lists(st.text(alphabet="ab.", min_size=1, max_size=3), min_size=1, max_size=3)


@pytest.mark.skipif(not shutil.which("git"), reason="needs git to compare with")
@given(
    lines=st.lists(GLOBS, min_size=1, max_size=4), inner=GLOBS, names=st.lists(NAMES, max_size=8)
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_git_ignores_is_not_listed(
    lines: list[str], inner: str, names: list[list[str]], tmp_path: Path
) -> None:
    root = tmp_path / "root"
    repository = tmp_path / "repository"
    shutil.rmtree(root, ignore_errors=True)
    write(root, "a/b/a", "a/a", "b", "ab/b", "a/ab/b.a", "b.a/a")
    for parts in names:
        place = root.joinpath(*(part if part.strip(".") else "a" for part in parts))
        try:
            write(root, place.relative_to(root).as_posix())
        except (FileExistsError, IsADirectoryError, NotADirectoryError):
            continue
    (root / ".gitignore").write_text("\n".join(lines), encoding="utf-8")
    (root / "a" / ".gitignore").write_text(inner, encoding="utf-8")
    assert set(Tree.scan(root).files) == untracked(root, repository)


def untracked(root: Path, repository: Path) -> set[str]:
    """The files that git would add, with its own data outside of the folder."""
    home = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_DIR": str(repository),
        "GIT_WORK_TREE": str(root),
    }
    if not repository.exists():
        subprocess.run(["git", "init", "-q"], cwd=root, check=True, env=home)
    command = ["git", "-c", "core.excludesFile=", "ls-files", "-o", "-z", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, env=home, capture_output=True)
    return set(filter(None, listed.stdout.decode().split("\0")))


def test_a_folder_that_is_ignored_hides_what_is_let_in_below_it(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", text="build/\n!build/kept\n")
    write(tmp_path, "build/kept", "src/build/x", "src/a")
    assert Tree.scan(tmp_path).files == [".gitignore", "src/a"]


def test_the_exclude_file_of_the_repository_counts(tmp_path: Path) -> None:
    write(tmp_path, ".git/info/exclude", text="secret\n")
    write(tmp_path, "secret", "a")
    assert Tree.scan(tmp_path).files == ["a"]


@pytest.mark.parametrize("glob", ["*a" * 200 + "b", "**/a/" * 80 + "b", "[a" * 100, "?*" * 200])
def test_patterns_take_linear_time(glob: str) -> None:
    rules = IgnoreRules("", glob)
    started = time.process_time()
    rules.verdict("/".join(["a" * 250] * 16), folder=False)
    rules.verdict("a/" * 32 + "a" * 250, folder=False)
    assert time.process_time() - started < 1


def test_links_are_followed_to_files_inside_alone(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, "real/file", text="in\n")
    write(tmp_path, "outside", text="secret\n")
    (root / "inner").symlink_to("real/file")
    (root / "outer").symlink_to("../outside")
    (root / "loop").symlink_to("loop")
    (root / "up").symlink_to("..")
    (root / "folder").symlink_to("real")
    (root / "gone").symlink_to("nothing")
    (root / "rootish").symlink_to(f"{root}-other")
    write(tmp_path, "root-other", text="secret\n")
    tree = Tree.scan(root)
    assert tree.files == ["inner", "real/file"]
    assert tree.text("inner") == "in\n"


def test_a_link_as_ignore_file_is_not_read(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, "a")
    write(tmp_path, "rules", text="a\n")
    (root / ".gitignore").symlink_to("../rules")
    assert Tree.scan(root).files == ["a"]


def test_what_is_no_regular_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Dockerfile")
    (tmp_path / "package.json").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        assert Tree.scan(tmp_path).files == []
    # One that takes a file's place after the scan is not waited for either.
    tree = Tree(tmp_path, ["Dockerfile", "package.json"])
    assert tree.text("Dockerfile") is None
    assert tree.text("package.json") is None


def test_a_file_of_200_megabytes_is_left_out_and_told(tmp_path: Path) -> None:
    with (tmp_path / "big.json").open("wb") as file:
        file.truncate(200 * 2**20)
    tree = Tree.scan(tmp_path)
    assert tree.json("big.json") == {}
    assert tree.unread == ["big.json: is larger than 4 MiB"]


def test_bytes_are_bounded_in_all(tmp_path: Path) -> None:
    write(tmp_path, "a/a", "b", text="0123456789abc")
    tree = Tree.scan(tmp_path, budget=files.Budget(left=10))
    assert tree.below("a").text("a")
    assert tree.text("b") is None
    assert len(tree.unread) == 1
    assert tree.unread[0].startswith("b: ")


def test_files_are_bounded_the_deepest_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_FILES", 3)
    write(tmp_path, "a/b/c", "z", "a/y", "a/x", "a/b/d")
    tree = Tree.scan(tmp_path)
    assert tree.files == ["z", "a/x", "a/y"]
    assert tree.unread == ["more than 3 files: the deepest were left out"]


def test_what_was_left_out_is_told_briefly(tmp_path: Path) -> None:
    names = [f"f{number}" for number in range(30)]
    tree = Tree(tmp_path, names)
    for name in names:
        (tmp_path / name).mkdir()
        assert tree.text(name) is None
    assert len(tree.unread) == 21
    assert tree.unread[-1] == "and more"


def test_depth_is_bounded(tmp_path: Path) -> None:
    write(tmp_path, "/".join(["d"] * 60), "a")
    tree = Tree.scan(tmp_path)
    assert tree.files == ["a"]
    assert tree.unread == ["more than 32 folders deep: left out"]


UNREADABLE = """
import sys
from pathlib import Path
from generator.detect import detect
from generator.detect.tree import Tree
tree = Tree.scan(Path(sys.argv[1]))
print(tree.files, tree.text("secret.txt"), tree.unread)
detect(Path(sys.argv[1]))
"""
# root reads everything, unless it gives that up.
WITHOUT_POWERS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_folder_without_read_permission_is_told(tmp_path: Path) -> None:
    write(tmp_path, "closed/app.py", "a.txt", "secret.txt")
    (tmp_path / "closed").chmod(0)
    (tmp_path / "secret.txt").chmod(0)
    done = subprocess.run(
        [
            *(WITHOUT_POWERS if os.geteuid() == 0 else []),
            sys.executable,
            "-c",
            UNREADABLE,
            tmp_path,
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    (tmp_path / "closed").chmod(0o755)
    assert done.returncode == 0, done.stderr
    told = "['closed/: Permission denied', 'secret.txt: Permission denied']"
    assert done.stdout.strip() == f"['a.txt', 'secret.txt'] None {told}"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xef\xbb\xbfname\r\nx\r", "name\nx\n"),
        ("größe".encode("utf-16"), "größe"),
        ("größe".encode("latin-1"), "größe"),
        (b"a\0b", None),
        (b"", ""),
    ],
)
def test_text_in_any_encoding(raw: bytes, text: str | None, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(raw)
    assert Tree.scan(tmp_path).text("f") == text


def test_lines_are_counted_from_one(tmp_path: Path) -> None:
    write(tmp_path, "f", text="a\nport = 1\n")
    tree = Tree.scan(tmp_path)
    assert tree.line("f", r"^port") == 2
    assert tree.line("f", "none") == 0
    assert tree.line("missing", "a") == 0


BOMB = "a: &a [x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "- " * 100_000,
        "? " * 5000,
        "{a: " * 5000,
        BOMB,
        "a: &a [*a]",
        "a: &a {b: *a}",
        "a: 2020-99-99",
        "a: " + "1:" * 5000 + "1",
        "a: " + "9" * 10_000,
        "a: !!int []",
        "a: !!python/object/apply:os.system [x]",
        "a: !!timestamp x",
        "[1]: 2",
        "a: \x00",
        "--- 1\n--- 2",
    ],
)
def test_yaml_that_would_hurt(text: str) -> None:
    started = time.process_time()
    found = read_yaml(text)
    assert len(str(found)) < 10_000
    assert time.process_time() - started < 2


def test_yaml_with_a_program_s_own_tags_is_read() -> None:
    text = "site_name: docs\nemoji: !!python/name:a.b\nurl: !ENV [A, b]\nn: &x {p: 80}\nm: *x\n"
    assert read_yaml(text) == {
        "site_name": "docs",
        "emoji": None,
        "url": None,
        "n": {"p": 80},
        "m": {"p": 80},
    }


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "9" * 10_000,
        ".".join(["a"] * 300_000) + " = 1",
        ". ".join(['"a"'] * 100_000) + " = 1",
        "[" + ".".join(["a"] * 300_000) + "]",
        "a = 2020-99-99",
        "a = 1\na = 2",
        "x" * 1_000_000,
    ],
)
def test_toml_that_would_hurt(text: str) -> None:
    started = time.process_time()
    assert read_toml(text) == {}
    assert time.process_time() - started < 3


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ' * 100_000, "9" * 10_000, "[]", "nul"])
def test_json_that_would_hurt(text: str) -> None:
    assert read_json(text) == {}


def test_json_with_lines_of_comments_is_read() -> None:
    assert read_json('{\n // why\n "a": "http://b"\n}') == {"a": "http://b"}


def test_a_document_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", text="a = 1\n")
    tree = Tree.scan(tmp_path)
    first = tree.toml("a.toml")
    (tmp_path / "a.toml").write_text("a = 2\n", encoding="utf-8")
    assert tree.toml("a.toml") is first
