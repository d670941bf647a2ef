"""What the file system of a test can do, found out by doing it: a test that needs more is skipped, and says why.

Linux keeps names of any bytes; macOS takes UTF-8 only, and holds ``A`` and ``a`` for one name.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def keeps_any_name(folder: Path) -> bool:
    """Whether a name may be of bytes that are no UTF-8."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        with contextlib.suppress(OSError):
            Path(scratch, os.fsdecode(b"a\xff")).touch()
        return os.listdir(os.fsencode(scratch)) == [b"a\xff"]


def tells_case(folder: Path) -> bool:
    """Whether ``a`` and ``A`` are two names."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        Path(scratch, "a").touch()
        return not Path(scratch, "A").exists()


def links_links(folder: Path) -> bool:
    """Whether a symbolic link may have a second name."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        Path(scratch, "link").symlink_to("nowhere")
        with contextlib.suppress(OSError):
            os.link(Path(scratch, "link"), Path(scratch, "second"), follow_symlinks=False)
        return Path(scratch, "second").is_symlink()


def need_any_name(folder: Path) -> None:
    """Skip the test where a name must be UTF-8."""
    if not keeps_any_name(folder):
        pytest.skip("a file's name must be UTF-8 here")


def need_links_to_links(folder: Path) -> None:
    """Skip the test where a symbolic link can't have a second name."""
    if not links_links(folder):
        pytest.skip("a symbolic link can't have a second name here")


@contextlib.contextmanager
def listening(path: Path) -> Iterator[None]:
    """A socket at ``path``, bound by its name alone: macOS takes no path above 103 bytes."""
    with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(path.parent):
        server.bind(path.name)
        yield


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Root may do anything; this doesn't."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
