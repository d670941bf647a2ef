"""File systems of a test's own: full, read-only, or with something else in the place of a file of the system's.

A test ``on`` a file system runs in a thread that has its own view of what is mounted: it can make a disk full or
read-only, and nobody else sees it. Needs root, or `unshare -Urm` before pytest; skips, and says so, elsewhere.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Final, ParamSpec

import pytest

P = ParamSpec("P")

PAGE: Final = 4096

_NEW_MOUNTS: Final = 0x00020000
_READ_ONLY, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 1, 32, 4096, 16384, 1 << 18


def on(kind: str, options: str = "") -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Run a test with a new file system of this kind at its ``tmp_path``, where only its own thread sees it."""

    def deciding(test: Callable[P, None]) -> Callable[P, None]:
        @wraps(test)
        def running(*args: P.args, **kwargs: P.kwargs) -> None:
            tmp_path = kwargs["tmp_path"]
            assert isinstance(tmp_path, Path)

            def body() -> None:
                _own_mounts()
                mount(kind, tmp_path, options)
                test(*args, **kwargs)

            with ThreadPoolExecutor(1) as thread:
                thread.submit(body).result()

        return running

    return deciding


def _own_mounts() -> None:
    """Give this thread its own view of what is mounted; the test is skipped where that isn't allowed."""
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    if unshare is None or unshare(_NEW_MOUNTS) != 0:
        pytest.skip("mounting isn't allowed here; `unshare -Urm` before pytest allows it")
    _mount("none", "/", "", _RECURSIVE | _PRIVATE)


def _mount(source: str, target: str | Path, kind: str, flags: int = 0, options: str = "") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    names = (source.encode(), os.fsencode(target), kind.encode())
    if libc.mount(*names, ctypes.c_ulong(flags), options.encode()) != 0:
        pytest.skip(f"no {kind or 'such'} file system can be mounted here: {os.strerror(ctypes.get_errno())}")


def mount(kind: str, target: Path, options: str = "") -> None:
    """Mount a new file system."""
    _mount("none", target, kind, 0, options)


def cover(path: str, data: bytes, scratch: Path) -> None:
    """Put a file of these bytes in the place of a file that only the system writes."""
    other = scratch / "instead"
    other.write_bytes(data)
    _mount(str(other), path, "", _BIND)


def unmount(target: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.umount(os.fsencode(target)) == 0, os.strerror(ctypes.get_errno())


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing can be written to the file system that is mounted at ``folder``."""
    _mount("none", folder, "", _REMOUNT | _READ_ONLY)
    try:
        yield
    finally:
        _mount("none", folder, "", _REMOUNT)


@contextmanager
def filled(folder: Path, pages: int) -> Iterator[None]:
    """So many pages, and no more, are left on the file system of ``folder``."""
    filler = folder / "filler"
    free = os.statvfs(folder).f_bavail - pages
    assert free >= 0
    with filler.open("wb") as file:
        for _ in range(free):
            file.write(b"x" * PAGE)
    assert os.statvfs(folder).f_bavail == pages
    try:
        yield
    finally:
        filler.unlink()
