"""Files and folders of other people, and odd modes: a rewrite keeps mode and owner, or is refused; what may not be
written is not; where another owner's file gives no lease, it is changed only when a person says so and it is still."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes.outcome import NONE
from sessiontui.disk import wait_policy
from sessiontui.disk.wait_policy import WaitPolicy
from tests.support import disks, seeing
from tests.support.capabilities import unprivileged
from tests.support.disks import SOON, Tried, every_change, every_change_of_files
from tests.support.folders import REPLY, TORN, USER, written
from tests.support.matrices import thinned


def _gives_away() -> bool:
    with tempfile.NamedTemporaryFile() as file, suppress(OSError):
        os.chown(file.name, 12345, 54321)
        return True
    return False


pytestmark = [
    pytest.mark.usefixtures("never_synced"),
    pytest.mark.skipif(not _gives_away(), reason="only root can give files away, to users whom its system knows"),
]

NOBODY = 65534
DARING = WaitPolicy(0.1, no_lease=True)


@pytest.fixture(scope="module", autouse=True)
def _everything_loaded() -> None:
    """Python itself may lie where only root reads: what is loaded late is loaded before."""
    for tried in disks.CHANGES:
        disks.ends_as(tried)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that somebody else can come to: pytest's own are root's alone."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "store"
        folder.mkdir()
        os.chown(folder, NOBODY, NOBODY)
        yield folder


@contextmanager
def as_nobody() -> Iterator[None]:
    """Only with the rights of somebody who is not root, in no group of root's."""
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(NOBODY)
    try:
        with unprivileged():
            yield
    finally:
        os.setegid(0)
        os.setgroups(groups)


# ---- mode and owner stay


MODES = [0o600, 0o640, 0o666, 0o2660, 0o6770, 0o1644]


@pytest.mark.parametrize("mode", thinned(MODES, lambda mode: mode in (0o640, 0o6770)), ids=oct)
@pytest.mark.parametrize("owner", [(0, 0), (0, 54321), (12345, 54321)], ids=str)
@pytest.mark.parametrize("name", ["append", "pop", "pop-before-damage", "compact", "cleanup"])
def test_mode_and_owner_come_through(tmp_path: Path, name: str, mode: int, owner: tuple[int, int]) -> None:
    tried = next(each for each in disks.FILES if each.name == name)
    tried.prepare(tmp_path)
    path = tmp_path / "k.jsonl"
    os.chown(path, *owner)
    path.chmod(mode)
    os.utime(path, ns=(disks.OLD, disks.OLD))
    start = seeing.seen(tmp_path)
    ours = owner[0] == os.geteuid()
    assert tried.attempt(tmp_path, SOON if ours else DARING) == NONE
    end = seeing.seen(tmp_path)
    assert end != start
    if name != "cleanup":
        status = path.stat()
        assert (status.st_mode & 0o7777, status.st_uid, status.st_gid) == (mode, *owner)
    disks.back(tmp_path, DARING)
    assert seeing.seen(tmp_path) == start
    disks.forth(tmp_path, DARING)
    assert seeing.timeless(seeing.seen(tmp_path)) == seeing.timeless(end)
    disks.settled(tmp_path)


@pytest.mark.parametrize("mode", [0o400, 0o440, 0o000])
@every_change_of_files
def test_a_file_of_ours_that_may_not_be_written(folder: Path, tried: Tried, mode: int) -> None:
    """It may be refused, or made (a rename needs no right on the file); never by half, and the mode stays."""
    with as_nobody():
        tried.prepare(folder)
        path = folder / "k.jsonl"
        if not path.exists():
            return
        path.chmod(mode)
    start = seeing.timeless(seeing.seen(folder))
    with as_nobody():
        found = tried.attempt(folder)
    now = seeing.seen(folder)
    if found != NONE:
        disks.plain(found, 3, 4)
        assert seeing.timeless(now) == start
    elif "k.jsonl" in now:
        assert now["k.jsonl"].mode == mode
    disks.settled(folder)


# ---- folders that may not be written


@every_change
def test_a_folder_that_may_not_be_written(folder: Path, tried: Tried) -> None:
    end = {name: seeing.owned(each, NOBODY) for name, each in disks.ends_as(tried).items()}
    with as_nobody():
        tried.prepare(folder)
    start, kept = seeing.seen(folder), seeing.kept(folder)
    os.chown(folder, 0, 0)
    with as_nobody():
        found = tried.attempt(folder)
        assert journal.waiting(folder) == 0
    if found == NONE:  # in place, where there is a journal already
        assert seeing.JOURNAL in os.listdir(folder)
        assert seeing.timeless(seeing.seen(folder)) == end
        return
    disks.plain(found, 3)
    assert seeing.timeless(seeing.seen(folder)) == seeing.timeless(start)
    assert seeing.kept(folder).items() >= kept.items()
    os.chown(folder, NOBODY, NOBODY)
    with as_nobody():
        disks.works_again(folder, tried, end)


@every_change
def test_root_does_not_change_the_store_of_somebody_else(folder: Path, tried: Tried) -> None:
    with as_nobody():
        tried.prepare(folder)
    start, kept = seeing.seen(folder), seeing.kept(folder)
    found = tried.attempt(folder)
    disks.plain(found, 3)
    assert found.hint
    assert seeing.seen(folder) == start
    assert seeing.kept(folder) == kept


# ---- another owner's file


VERBS: dict[str, Callable[..., object]] = {
    "pop": disks.take,
    "compact": disks.tidy,
    "cleanup": disks.clean,
    "append": disks.add,
}
BYTES = {
    "pop": TORN + b"\n" + USER,
    "compact": USER + REPLY,
    "cleanup": None,
    "append": TORN + b"\n" + USER + REPLY + USER,
}


@pytest.fixture
def theirs(folder: Path) -> Path:
    """A store of nobody's, with a file of root's that anybody may write."""
    path = written(folder, "k", TORN + b"\n" + USER + REPLY, mode=0o666, mtime_ns=disks.OLD)
    assert path.stat().st_uid == 0
    return folder


REFUSED = {"pop": "no lease can be had on k.jsonl: the file belongs to another user", "cleanup": "no lease can be had"}
"""By what; a rewrite needs the owner to be kept, too, and may say so first."""


@pytest.mark.parametrize("verb", VERBS)
def test_another_owners_file_gives_no_lease(theirs: Path, verb: str) -> None:
    start = seeing.seen(theirs)
    with as_nobody():
        found = Tried(verb, lambda _: None, VERBS[verb]).attempt(theirs)
    disks.plain(found, 3, 4)
    assert found.reason.startswith(REFUSED.get(verb, ""))
    assert verb != "pop" or "--no-lease" in found.hint
    assert seeing.seen(theirs) == start
    assert seeing.kept(theirs) == {}


@pytest.mark.parametrize("verb", VERBS)
def test_another_owners_file_that_is_still_is_changed_where_a_person_says_so(
    theirs: Path, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wait_policy, "IDLE", 0.2)
    start = seeing.seen(theirs)
    with as_nobody():
        found = Tried(verb, lambda _: None, VERBS[verb]).attempt(theirs, DARING)
    now = seeing.seen(theirs)
    if verb == "compact":  # its owner can't be kept
        disks.plain(found, 3, 4)
        assert seeing.timeless(now) == seeing.timeless(start)
        return
    assert found == NONE
    assert (now["k.jsonl"].data if "k.jsonl" in now else None) == BYTES[verb]
    assert now.get("k.jsonl", start["k.jsonl"]).owner == (0, 0)
    with as_nobody():
        undone = Tried("undo", lambda _: None, disks.back).attempt(theirs, DARING)
    assert undone == NONE
    assert seeing.seen(theirs)["k.jsonl"].data == start["k.jsonl"].data
    disks.settled(theirs)


@pytest.mark.parametrize("verb", ["pop", "append"])
def test_another_owners_file_that_is_not_still_is_not_changed(
    theirs: Path, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its writer writes whenever somebody waits for it to be still."""
    path = theirs / "k.jsonl"
    sleep = time.sleep
    late: list[bytes] = []

    def writes(seconds: float) -> None:
        late.append(USER)
        with path.open("ab") as file:
            file.write(USER)
        sleep(min(seconds, 0.01))

    before = path.read_bytes()
    os.utime(path)
    monkeypatch.setattr(time, "sleep", writes)
    with as_nobody():
        found = Tried(verb, lambda _: None, VERBS[verb]).attempt(theirs, DARING)
    disks.plain(found, 4)
    assert path.read_bytes() == before + b"".join(late)
    assert seeing.kept(theirs) == {}


def test_who_holds_a_file_is_not_said_where_that_may_not_be_seen(folder: Path) -> None:
    """Root's process has it open; only root may see what root has open."""
    with as_nobody():
        path = written(folder, "k", USER + REPLY, mtime_ns=disks.OLD)
    start = seeing.seen(folder)
    program = "import sys; file = open(sys.argv[1], 'ab'); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with as_nobody():
            found = Tried("pop", lambda _: None, disks.take).attempt(folder)
        assert found.reason == "k.jsonl is open for writing in another program; nothing was changed"
        assert (found.code, found.hint) == (
            4,
            "wait longer with --wait SECONDS, or change it with --no-lease once it has been still for 2 seconds",
        )
        assert seeing.seen(folder) == start
        holder.communicate()
    with as_nobody():
        assert Tried("pop", lambda _: None, disks.take).attempt(folder) == NONE
    assert path.read_bytes() == USER
