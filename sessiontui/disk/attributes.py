"""What a file has beside bytes, mode, owner and times: its ACL and extended attributes, given to the file that takes its
place."""

from __future__ import annotations

import errno
import os
import sys
from typing import Final, NamedTuple

from sessiontui.errors import Refused

_ACL: Final = "system.posix_acl_access"
_OF_BYTES: Final = ("security.ima", "security.evm")
"""The system makes these of a file's bytes."""
_NONE: Final = (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
_DISK: Final = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
_COPYFILE_ACL, _COPYFILE_XATTR = 1, 4


class Like(NamedTuple):
    """A file whose place another one takes, open for reading."""

    fd: int
    name: str
    """For people."""


class _Uncarried(Exception):
    """An attribute can't be given to the other file, and why."""


def carry(old: Like, new: int) -> None:
    """Give the open file ``new`` the ACL and the attributes of ``old``, and no ACL of its folder's that ``old`` has not.
    Raises ``Refused``. To be called before the mode is set, which the removal of an ACL changes."""
    try:
        if sys.platform == "darwin":
            _carry_all(old.fd, new)
        elif hasattr(os, "listxattr"):
            _carry(old.fd, new)
    except _Uncarried as error:
        attribute, why = error.args
        raise Refused(
            f"{old.name} has {attribute}, which can't be given to the file that takes its place: "
            f"{getattr(why, 'strerror', None) or why}",
            "remove the attribute, or run this as the owner of the store",
            unchanged=True,
        ) from error


def _carry(old: int, new: int) -> None:
    wanted, there = _listed(old), _listed(new)
    for name in wanted:
        if name not in _OF_BYTES:
            _give(old, new, name)
    if _ACL in there and _ACL not in wanted:
        try:
            os.removexattr(new, _ACL)
        except OSError as error:
            raise _Uncarried("no ACL", error) from error


def _listed(fd: int) -> list[str]:
    """The names of a file's attributes; none where its file system has no such thing."""
    try:
        return os.listxattr(fd)
    except OSError as error:
        if error.errno in _NONE:
            return []
        raise


def _give(old: int, new: int, name: str) -> None:
    value = _value(old, name)
    if value is None or value == _value(new, name):
        return
    try:
        os.setxattr(new, name, value)
    except OSError as error:
        if error.errno in _DISK:
            raise
        raise _Uncarried(f"the attribute {name}", error) from error


def _value(fd: int, name: str) -> bytes | None:
    """None where it isn't there, or nobody may see it: then it can't be told from the other's."""
    try:
        return os.getxattr(fd, name)
    except OSError as error:
        if error.errno in (errno.ENODATA, *_NONE):
            return None
        raise _Uncarried(f"the attribute {name}", error) from error


def _carry_all(old: int, new: int) -> None:
    """On macOS, where Python has but the system's own copy, which ``shutil`` uses for bytes."""
    import posix

    copy = getattr(posix, "_fcopyfile", None)
    if copy is None:
        raise _Uncarried("extended attributes", "this Python can't copy them")
    try:
        copy(old, new, _COPYFILE_ACL | _COPYFILE_XATTR)
    except OSError as error:
        if error.errno in _DISK:
            raise
        if error.errno not in _NONE:
            raise _Uncarried("extended attributes", error) from error
