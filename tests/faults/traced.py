"""Our command line as the system sees it: run under strace, its calls read back, and one of them made to fail there.

Where strace is missing, or may trace nothing, a test is skipped and says so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
BY_DESCRIPTOR = {"write", "pwrite64", "writev", "pwritev", "pwritev2", "fsync", "fdatasync", "ftruncate", "fchmod"}
BY_DESCRIPTOR |= {"fchown", "fallocate", "copy_file_range", "sendfile", "fcntl"}
BY_NAME = {"open", "openat", "openat2", "creat", "truncate", "chmod", "fchmodat", "chown", "lchown", "fchownat"}
BY_NAME |= {"rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir"}
BY_NAME |= {"mkdir", "mkdirat", "mknod", "mknodat", "utimensat", "setxattr", "lsetxattr", "fsetxattr"}
STEPS = {"pwrite64": "write", "fdatasync": "fsync", "fchmod": "chmod", "fchown": "chown", "utimensat": "utime"}
STEPS |= {"fcntl": "lease", "renameat2": "rename", "rmdir": "unlink", "remove": "unlink", "replace": "rename"}

_ENTRY = re.compile(r"^\d+\s+(\w+)\((.*)$")
_DESCRIPTOR = re.compile(r"^\d+<([^>]*)>")
_NAME = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')


class Seen(NamedTuple):
    """A call that may write, as the system saw it."""

    name: str
    """The system's own."""
    nth: int
    """Of those with this name."""
    path: str

    @property
    def step(self) -> tuple[str, str]:
        """What it is whatever it is called, and the name that it is done to."""
        return step(self.name, self.path)


def step(name: str, path: str) -> tuple[str, str]:
    """A call by Python's name or the system's, and a path whose random part is left out."""
    base = re.sub(r"\.sessiontui-[0-9a-f]+\.tmp", ".sessiontui-….tmp", os.path.basename(path))
    return STEPS.get(name, name.removesuffix("at")), base.removesuffix(" (deleted)")


def need_strace() -> None:
    """Skip a test where nothing can be traced, and say why."""
    if (why := _blocker()) is not None:
        pytest.skip(why)


@cache
def _blocker() -> str | None:
    if shutil.which("strace") is None:
        return "strace is missing: what the system sees is not held against what is counted"
    tried = subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return f"strace may trace nothing here: {tried.stderr.strip()}" if tried.returncode else None


def traced(folder: Path, command: tuple[str, ...]) -> list[Seen]:
    """Run it, and give the calls that may write."""
    log = folder.with_suffix(".trace")
    done = _run(folder, command, "-y", "-s", "0", "-e", "signal=none", "-e", "trace=%file,%desc", "-o", str(log))
    assert done.returncode == 0, done.stderr
    return seen(log.read_text())


def injected(folder: Path, command: tuple[str, ...], call: Seen, fault: str) -> subprocess.CompletedProcess[str]:
    """Run it with a fault, ``error=EIO`` or ``signal=SIGKILL``, at one call."""
    quick = [] if fault.startswith("signal") else ["--seccomp-bpf"]  # with it strace 6.1 sends no signal
    where = f"inject={call.name}:{fault}:when={call.nth}"
    return _run(folder, command, *quick, "-o", os.devnull, "-e", f"trace={call.name}", "-e", where)


def _run(folder: Path, command: tuple[str, ...], *how: str) -> subprocess.CompletedProcess[str]:
    ours = [sys.executable, "-B", "-m", "sessiontui", *command, "-s", str(folder)]
    return subprocess.run(["strace", "-f", *how, *ours], cwd=ROOT, capture_output=True, text=True, check=False)


def seen(log: str) -> list[Seen]:
    """The calls that may write, of the lines that strace wrote."""
    counts: dict[str, int] = {}
    found = []
    for line in log.split("\n"):
        entry = _ENTRY.match(line)
        if entry is None:
            continue
        name, arguments = entry.groups()
        counts[name] = counts.get(name, 0) + 1
        if _writes(name, arguments):
            found.append(Seen(name, counts[name], _path(name, arguments)))
    return found


def _writes(name: str, arguments: str) -> bool:
    if name == "fcntl":
        return "F_SETLEASE" in arguments
    if name.startswith("open"):
        return "O_CREAT" in arguments or "O_TRUNC" in arguments
    return name in BY_DESCRIPTOR | BY_NAME


def _path(name: str, arguments: str) -> str:
    opened = _DESCRIPTOR.match(arguments)
    names = _NAME.findall(arguments)
    if opened and (name in BY_DESCRIPTOR or not names):
        return str(opened[1])
    folder, path = names[-1]
    return f"{folder}/{path}" if folder and not path.startswith("/") else str(path)
