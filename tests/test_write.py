"""Files on disk: what a plan sees, what it leaves alone, and that all is written or nothing."""

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import pytest

from generator.errors import ConflictError, WriteError
from generator.table import visible_lines
from generator.write import LOCK, Change, Kind, Plan, apply, diff, lock_text, plan

FILES = {
    PurePosixPath("Dockerfile"): "FROM a:1\n",
    PurePosixPath("entrypoint.sh"): "#!/bin/sh\nexec true\n",
}

NOBODY = 65534


def with_text(text: str) -> dict[PurePosixPath, str]:
    return {**FILES, PurePosixPath("Dockerfile"): text}


def kinds(planned: Plan) -> list[Kind]:
    return [change.kind for change in planned.changes]


def written(root: Path, files: Mapping[PurePosixPath, str] = FILES) -> Path:
    apply(plan(files, root))
    return root


def names(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir())


def snapshot(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_new_files_are_created(tmp_path: Path) -> None:
    planned = plan(FILES, tmp_path)
    assert kinds(planned) == [Kind.CREATE, Kind.CREATE]
    assert snapshot(tmp_path) == {}
    changed = apply(planned)
    assert [str(change.path) for change in changed] == ["Dockerfile", "entrypoint.sh"]
    assert snapshot(tmp_path) == {
        ".imgen.lock": lock_text(FILES).encode(),
        "Dockerfile": b"FROM a:1\n",
        "entrypoint.sh": b"#!/bin/sh\nexec true\n",
    }


def test_a_second_time_nothing_changes(tmp_path: Path) -> None:
    written(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert apply(plan(FILES, tmp_path)) == []
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_a_file_that_nobody_edited_is_updated(tmp_path: Path) -> None:
    written(tmp_path)
    planned = plan(with_text("FROM a:2\n"), tmp_path)
    assert kinds(planned) == [Kind.UPDATE, Kind.SAME]
    apply(planned)
    assert (tmp_path / "Dockerfile").read_text(encoding="utf-8") == "FROM a:2\n"
    assert kinds(plan(with_text("FROM a:3\n"), tmp_path)) == [Kind.UPDATE, Kind.SAME]


@pytest.mark.parametrize(
    "edited",
    [b"FROM a:1\n# mine\n", b"FROM a:1\r\n", b"FROM a:1", b"", b"\xef\xbb\xbfFROM a:1\n"],
    ids=["line", "CRLF", "no newline", "empty", "BOM"],
)
def test_a_file_that_a_person_edited_is_left_alone(tmp_path: Path, edited: bytes) -> None:
    written(tmp_path)
    (tmp_path / "Dockerfile").write_bytes(edited)
    before = snapshot(tmp_path)
    planned = plan(with_text("FROM a:2\n"), tmp_path)
    assert [str(change.path) for change in planned.conflicts] == ["Dockerfile"]
    with pytest.raises(ConflictError, match=r"edited by hand: Dockerfile"):
        apply(planned)
    assert snapshot(tmp_path) == before


def test_force_replaces_what_a_person_edited(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "Dockerfile").write_text("mine\n", encoding="utf-8")
    apply(plan(FILES, tmp_path), force=True)
    assert snapshot(tmp_path)["Dockerfile"] == b"FROM a:1\n"
    assert kinds(plan(FILES, tmp_path)) == [Kind.SAME, Kind.SAME]


def test_a_file_that_was_there_before_imgen_is_a_persons(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("mine\n", encoding="utf-8")
    assert kinds(plan(FILES, tmp_path)) == [Kind.CONFLICT, Kind.CREATE]


def test_the_same_text_by_a_persons_hand_is_no_conflict(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a:1\n", encoding="utf-8")
    assert kinds(plan(FILES, tmp_path)) == [Kind.SAME, Kind.CREATE]


def test_a_file_that_belongs_to_the_person_is_not_in_the_lock(tmp_path: Path) -> None:
    spec = PurePosixPath("imgen.yaml")
    files = {spec: "imgen: 1\n", **FILES}
    apply(plan(files, tmp_path, unlocked=[spec]))
    assert str(spec) not in json.loads((tmp_path / LOCK).read_text(encoding="utf-8"))["files"]
    assert (
        kinds(plan({**files, spec: "imgen: 1\n\n"}, tmp_path, unlocked=[spec]))[0] is Kind.CONFLICT
    )


def test_a_file_that_was_removed_is_created_again(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "Dockerfile").unlink()
    assert kinds(plan(FILES, tmp_path)) == [Kind.CREATE, Kind.SAME]


def test_folders_are_made_on_the_way(tmp_path: Path) -> None:
    files = {PurePosixPath("a/b/Dockerfile"): "FROM a:1\n"}
    written(tmp_path / "new" / "root", files)
    assert (tmp_path / "new/root/a/b/Dockerfile").read_text(encoding="utf-8") == "FROM a:1\n"


def test_scripts_may_be_run_and_other_files_may_not(tmp_path: Path) -> None:
    umask = os.umask(0o027)
    try:
        written(tmp_path)
    finally:
        os.umask(umask)
    assert mode(tmp_path / "entrypoint.sh") == 0o750
    assert mode(tmp_path / "Dockerfile") == 0o640
    assert mode(tmp_path / LOCK) == 0o640


def test_the_mode_of_a_file_is_kept(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "Dockerfile").chmod(0o604)
    apply(plan(with_text("FROM a:2\n"), tmp_path))
    assert mode(tmp_path / "Dockerfile") == 0o604


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    "path", ["../Dockerfile", "/Dockerfile", "a/../../Dockerfile", ".", "a/.."]
)
def test_no_file_lies_outside_the_folder(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    with pytest.raises(WriteError, match=r"lies outside the target folder"):
        plan({PurePosixPath(path): "x"}, root)
    assert not root.exists()


@pytest.fixture(params=["file", "folder", "dangling", "lock"])
def linked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder in which a link leads out of it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "Dockerfile").write_text("not ours\n", encoding="utf-8")
    root = tmp_path / "root"
    root.mkdir()
    match request.param:
        case "file":
            (root / "Dockerfile").symlink_to(outside / "Dockerfile")
        case "folder":
            (root / "deep").symlink_to(outside)
        case "dangling":
            (root / "Dockerfile").symlink_to(outside / "nothing")
        case _:
            (root / LOCK).symlink_to(outside / "Dockerfile")
    before = snapshot(outside)
    yield root
    assert snapshot(outside) == before


def test_no_link_is_written_through(linked: Path) -> None:
    files = {
        PurePosixPath("Dockerfile"): "FROM a:1\n",
        PurePosixPath("deep/Dockerfile"): "FROM a:1\n",
    }
    with pytest.raises(
        WriteError, match=r"is a link, and imgen writes through none: remove it first"
    ):
        apply(plan(files, linked), force=True)


def test_no_link_that_came_after_the_plan_is_written_through(tmp_path: Path) -> None:
    root = tmp_path / "root"
    planned = plan(FILES, root)
    root.mkdir()
    (root / "Dockerfile").symlink_to(tmp_path / "outside")
    with pytest.raises(WriteError, match=r"is a link"):
        apply(planned)
    assert not (tmp_path / "outside").exists()
    assert names(root) == ["Dockerfile"]


@pytest.mark.parametrize("what", ["folder", "pipe"])
def test_what_is_no_file_is_not_replaced(tmp_path: Path, what: str) -> None:
    target = tmp_path / "Dockerfile"
    if what == "folder":
        target.mkdir()
    else:
        os.mkfifo(target)
    with pytest.raises(WriteError, match=r"is not a regular file"):
        plan(FILES, tmp_path)


def test_what_is_no_text_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(b"\xff\xfe")
    with pytest.raises(WriteError, match=r"is not UTF-8 text"):
        plan(FILES, tmp_path)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("", encoding="utf-8")
    with pytest.raises(WriteError, match=r"Not a directory"):
        plan(FILES, tmp_path / "root")


def test_a_failure_half_way_leaves_everything_as_it_was(tmp_path: Path) -> None:
    written(tmp_path)
    planned = plan({**with_text("FROM a:2\n"), PurePosixPath("z"): "new\n"}, tmp_path)
    before = snapshot(tmp_path)
    (tmp_path / "z").mkdir()  # appears after the plan was made
    with pytest.raises(WriteError, match=r"z"):
        apply(planned)
    assert snapshot(tmp_path) == before
    assert names(tmp_path) == [".imgen.lock", "Dockerfile", "entrypoint.sh", "z"]


def test_a_created_file_is_removed_again_after_a_failure(tmp_path: Path) -> None:
    planned = plan({**FILES, PurePosixPath("z"): "new\n"}, tmp_path)
    (tmp_path / "z").mkdir()
    with pytest.raises(WriteError):
        apply(planned)
    assert names(tmp_path) == ["z"]


def test_a_folder_in_the_way_of_a_folder_leaves_everything_as_it_was(tmp_path: Path) -> None:
    planned = plan({**FILES, PurePosixPath("a/b"): "new\n"}, tmp_path)
    (tmp_path / "a").write_text("", encoding="utf-8")
    with pytest.raises(WriteError):
        apply(planned)
    assert names(tmp_path) == ["a"]


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """A folder of a person who is not root, to whom modes would mean nothing."""
    folder = Path(tempfile.mkdtemp())
    user = os.geteuid()
    if user == 0:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    yield folder
    os.seteuid(user)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_that_may_not_be_written_is_told(own_folder: Path) -> None:
    own_folder.chmod(0o555)
    with pytest.raises(WriteError, match=r"Permission denied"):
        written(own_folder)
    assert names(own_folder) == []


def test_a_file_that_may_not_be_read_is_told(own_folder: Path) -> None:
    (own_folder / "Dockerfile").touch(mode=0)
    with pytest.raises(WriteError, match=r"Permission denied"):
        plan(FILES, own_folder)


@pytest.mark.parametrize(
    "lock",
    [
        "", "not json", "[]", "null", "1", '"files"', "{}", '{"files": []}', '{"files": null}',
        '{"files": {"Dockerfile": 1}}',
        '{"files": {"Dockerfile": ["sha256:0"]}}',
        '{"imgen": 1, "files": {"../../etc/passwd": "sha256:0"}}', "[" * 100_000,
        '{"files": ' * 50_000, "9" * 5000, '{"files": {"Dockerfile": "sha256:"}}', "\ufeff{}",
    ],
    ids=lambda lock: ascii(lock)[:40],
)  # fmt: skip
def test_a_broken_lock_protects_everything(tmp_path: Path, lock: str) -> None:
    (tmp_path / "Dockerfile").write_text("mine\n", encoding="utf-8")
    (tmp_path / LOCK).write_text(lock, encoding="utf-8")
    planned = plan(FILES, tmp_path)
    assert kinds(planned) == [Kind.CONFLICT, Kind.CREATE]
    apply(planned, force=True)
    assert (tmp_path / LOCK).read_text(encoding="utf-8") == lock_text(FILES)


def test_a_lock_lists_the_files_by_name(tmp_path: Path) -> None:
    written(tmp_path)
    lock = json.loads((tmp_path / LOCK).read_text(encoding="utf-8"))
    assert lock["imgen"] == 1
    assert list(lock["files"]) == ["Dockerfile", "entrypoint.sh"]
    assert lock_text(dict(reversed(FILES.items()))) == lock_text(FILES)


def test_a_difference_is_a_unified_diff(tmp_path: Path) -> None:
    written(tmp_path)
    (change, same) = plan(with_text("FROM a:2"), tmp_path).changes
    assert diff(change) == (
        "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1 +1 @@\n-FROM a:1\n+FROM a:2\n"
        "\\ No newline at end of file\n"
    )
    assert diff(same) == ""


def test_the_difference_of_a_new_file_is_all_of_it(tmp_path: Path) -> None:
    (change, _) = plan(FILES, tmp_path).changes
    assert diff(change) == "--- /dev/null\n+++ b/Dockerfile\n@@ -0,0 +1 @@\n+FROM a:1\n"


def test_a_difference_ends_its_lines_at_line_feeds_alone() -> None:
    old, new = "a\x0cb\u2028c\r\nd\n", "a\x0cb\u2028c\r\ne\n"
    change = Change(path=PurePosixPath("f"), kind=Kind.UPDATE, old=old, new=new)
    told = diff(change)
    assert told.endswith("@@ -1,2 +1,2 @@\n a\x0cb\u2028c\r\n-d\n+e\n")
    assert visible_lines(told).endswith(" a\\x0cb\\u2028c\r\n-d\n+e\n")
    plain = "--- a\n+++ b\n@@ -1 +1 @@\n-\tGrüße 🐳\r\n+\tx\r\n"
    assert visible_lines(plain) == plain
