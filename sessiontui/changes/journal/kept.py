"""What a record says of a file: the bytes that the journal keeps of it, and what it has beside its bytes. Pure values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of the journal, with what it held when it was recorded: a link's inode may have grown since."""

    name: str
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Traits:
    """What a file has beside its bytes."""

    mode: int
    uid: int
    gid: int
    mtime_ns: int
