"""Files that come and go: cleanup removes them, an append to a new key and an undone cleanup create them.

Nothing is ever written over: where a file of that name exists, it refuses. A file that is removed is kept first, as a
hard link or a copy, and comes back as a fresh copy with its mode, owner and time.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import Literal

from sessiontui.changes import patches, splices
from sessiontui.changes.edits import Create, KeptFile, Remove, Rename, Splice, Traits
from sessiontui.changes.files import common, digest, give_traits, kept_bytes, link_or_copy, opened, traits
from sessiontui.changes.folder import Folder
from sessiontui.changes.record import ChangeRecord
from sessiontui.disk import lines, live_replace, replace, stamps
from sessiontui.disk.attributes import Like
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Changed, Refused
from sessiontui.model import Span


def remove(record: ChangeRecord, key: str, file: str, expect: Stamp) -> None:
    """Take a file away. Raises ``Changed`` when it is not as ``expect`` says; what a writer appends in the last
    instant brings the file back."""
    path = record.folder.sessions / file
    name = record.name("old")
    with opened(path) as fd:
        if stamps.stamp(fd) != expect:
            raise Changed(path.name)
        kept = link_or_copy(record.folder, path, fd, name, expect.size) or KeptFile(
            name, expect.size, digest(fd, expect.size) or ""
        )
        linked = expect._replace(ctime_ns=stamps.stamp(fd).ctime_ns)
        was = traits(fd)
        record.write(Remove(key, file, kept, was))
        n = len(record.steps)
        with live_replace.quiet(fd, path, record.patience):
            if not stamps.stamp(fd) == stamps.stamp_of(os.stat(path)) == linked:
                raise Changed(path.name)
            replace.remove(path)
        if os.fstat(fd).st_size != expect.size:
            _bring_back(record, path, fd, was)
            record.mark(n, "void")
            raise Changed(path.name)
    record.made()


def _bring_back(record: ChangeRecord, path: Path, fd: int, was: Traits) -> None:
    """Give a removed file its name again, in front of what a writer may have put into a new one of that name."""
    size = os.fstat(fd).st_size
    try:
        replace.create(path, lines.pieces(fd, Span(0, size)), was.mode, Like(fd, path.name))
    except FileExistsError:
        patches.insert(record, path, 0, fd, Span(0, size))


def require_welcome(sessions: Path, file: str, hint: str) -> None:
    """Raise ``Refused`` where a new session file of this name would keep ZeroClaw from opening the store."""
    for suffix in (".migrated", ".importing"):
        if os.path.lexists(sessions / (file + suffix)):
            raise Refused(
                f"{file.removesuffix('.jsonl')} was moved into sessions.db ({file}{suffix}); with a new {file} beside it "
                "ZeroClaw would refuse to open the store; nothing was changed",
                hint,
            )
    from sessiontui.changes import database  # late: files alone need no SQLite

    if database.has_receipts(sessions / "sessions.db"):
        raise Refused(
            "this store was imported into sessions.db; with a new .jsonl file in it ZeroClaw would refuse to open it; "
            "nothing was changed",
            hint,
        )


def create(record: ChangeRecord, key: str, file: str, source: KeptFile, was: Traits, *, again: bool = False) -> None:
    """Make a file from kept bytes; ``again``: they are those of a file that was there, whose attributes it gets too.
    Raises ``Refused`` where one of that name exists."""
    path = record.folder.sessions / file
    record.write(Create(key, file, source, was))
    with kept_bytes(record.folder, source) as fd:
        try:
            like = Like(fd, file) if again else None
            replace.create(path, lines.pieces(fd, Span(0, source.length)), was.mode, like)
        except FileExistsError:
            raise Refused(f"{file} exists by now and is not written over; nothing was changed") from None
    give_traits(path, was, source.length)
    record.made()


def rename(record: ChangeRecord, key: str, file: str, new: str) -> None:
    """Give a file another name. Raises ``Refused`` where that is taken."""
    record.write(Rename(key, file, new))
    try:
        replace.rename(record.folder.sessions / file, record.folder.sessions / new)
    except FileExistsError:
        if os.path.samefile(record.folder.sessions / file, record.folder.sessions / new):  # it has both names
            replace.remove(record.folder.sessions / file)
            record.made()
            return
        raise Refused(f"{new} exists by now and is not written over; nothing was changed") from None
    record.made()


def rename_back(record: ChangeRecord, key: str, file: str, new: str) -> None:
    """Give a file that was just renamed its name again, for a message came in that instant."""
    record.write(Rename(key, new, file))
    name_back(record, new, file)
    record.made()


def name_back(record: ChangeRecord, new: str, file: str) -> None:
    """Give a file its own name again, in front of what a writer may have put into a new one of that name."""
    there, here = record.folder.sessions / new, record.folder.sessions / file
    try:
        replace.rename(there, here)
    except FileExistsError:
        with opened(there) as fd, opened(here) as new_one:
            whole = Span(0, os.fstat(fd).st_size)
            stands = common(new_one, 0, fd, whole) == whole.length  # a kill came between the two steps
            if not stands:
                patches.insert(record, here, 0, fd, whole)
        replace.remove(there)


def settle_rename(record: ChangeRecord, edit: Rename) -> Literal["made", "void"]:
    """Find out whether it has the new name, and finish a rename that was interrupted between the two."""
    old, new = record.folder.sessions / edit.file, record.folder.sessions / edit.new
    if os.path.lexists(old) and os.path.lexists(new) and os.path.samefile(old, new):
        replace.remove(old)
    return "void" if os.path.lexists(old) else "made"


def foresee_rename(folder: Folder, edit: Rename) -> str:
    """Say what taking it back means. Raises ``Refused`` where the old name is taken or the file is gone."""
    if os.path.lexists(folder.sessions / edit.file):
        raise Refused(f"{edit.file} exists again and is not written over; nothing was changed")
    if not os.path.lexists(folder.sessions / edit.new):
        raise Refused(f"{edit.new} is gone; nothing was changed")
    return f"rename {edit.new} to {edit.file}"


def revert_rename(record: ChangeRecord, edit: Rename) -> None:
    """Give it its old name back."""
    foresee_rename(record.folder, edit)
    rename(record, edit.key, edit.new, edit.file)


def settle_remove(record: ChangeRecord, edit: Remove) -> Literal["made", "void"]:
    """Find out whether the file went; one of that name may have come since, and what went stays kept. Where a message
    came in the last instant, the file is brought back."""
    path = record.folder.sessions / edit.file
    with suppress(FileNotFoundError), opened(path) as fd:
        status = os.fstat(fd)
        same = record.folder.inode(edit.old.name) == (status.st_dev, status.st_ino)
        if same or digest(fd, edit.old.length) == edit.old.sha256:
            return "void"
    if record.folder.size(edit.old.name) <= edit.old.length:
        return "made"
    fd = record.folder.open(edit.old.name)
    try:  # who had to wait has written to it
        _bring_back(record, path, fd, edit.was)
    finally:
        os.close(fd)
    return "void"


def settle_create(record: ChangeRecord, edit: Create) -> Literal["made", "void"]:
    """Find out whether the file came."""
    try:
        with opened(record.folder.sessions / edit.file) as fd:
            if digest(fd, edit.source.length) != edit.source.sha256:
                return "void"
    except FileNotFoundError:
        return "void"
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        return "void"
    give_traits(record.folder.sessions / edit.file, edit.was, edit.source.length)
    return "made"


def foresee_remove(folder: Folder, edit: Remove) -> str:
    """Say what taking it back means. Raises ``Refused`` where a file of that name exists now, or may not come."""
    require_wanted(folder, edit)
    with kept_bytes(folder, edit.old):
        return f"bring {edit.file} back, {edit.old.length} bytes"


def require_wanted(folder: Folder, edit: Remove) -> None:
    """Raise ``Refused`` where a file that was removed can't come back, or would do harm."""
    require_free(folder, edit)
    require_welcome(folder.sessions, edit.file, f"the bytes are in {folder.path(edit.old.name)}")


def require_free(folder: Folder, edit: Remove) -> None:
    """Raise ``Refused`` where a file of that name exists now."""
    if os.path.lexists(folder.sessions / edit.file):
        raise Refused(
            f"{edit.file} exists again and is not written over; nothing was changed",
            f"the bytes are in {folder.path(edit.old.name)}",
        )


def revert_remove(record: ChangeRecord, edit: Remove) -> None:
    """Bring the file back."""
    require_free(record.folder, edit)
    create(record, edit.key, edit.file, edit.old, edit.was, again=True)


def foresee_create(folder: Folder, edit: Create) -> str:
    """Say what taking it back means. Raises ``Refused`` where its bytes are no longer there."""
    found = _found(folder, edit)
    if isinstance(found, Splice):
        return splices.foresee(folder, found)
    return f"remove {edit.file}"


def revert_create(record: ChangeRecord, edit: Create) -> None:
    """Remove the file; where messages came since, only the bytes that it was made with."""
    found = _found(record.folder, edit)
    if isinstance(found, Splice):
        splices.revert(record, found)
    else:
        remove(record, edit.key, edit.file, found)


def _found(folder: Folder, edit: Create) -> Splice | Stamp:
    """The file that holds just the bytes that it was made with; where something stands behind them, the creation as a
    splice into an empty file."""
    try:
        with opened(folder.sessions / edit.file) as fd:
            stamp = stamps.stamp(fd)
            if digest(fd, edit.source.length) != edit.source.sha256:
                raise Refused(
                    f"{edit.file} has changed since it was made; nothing was changed",
                    "undo later changes of this session first",
                )
            if stamp.size == edit.source.length:
                return stamp
            empty = lines.tail_hash(fd, 0)
    except FileNotFoundError:
        raise Refused(f"{edit.file} is already gone; nothing was changed") from None
    return Splice(edit.key, edit.file, 0, 0, edit.source.length, 0, empty, edit.source, edit.was)
