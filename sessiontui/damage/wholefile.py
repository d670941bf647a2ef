"""Files that hold something else than lines of JSON, told by how they begin, as ``file`` tells them."""

from __future__ import annotations

from typing import Final

_MAGIC: Final = (
    (b"SQLite format 3\0", "a SQLite database"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"\xfd7zXZ\0", "compressed with xz"),
    (b"BZh", "compressed with bzip2"),
    (b"PK\x03\x04", "a zip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x89PNG\r\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"%PDF-", "a PDF"),
    (b"\x7fELF", "a program"),
)
_MARKUP: Final = ((b"<!doctype html", "a web page"), (b"<html", "a web page"), (b"<?xml", "an XML document"))


def kind(head: bytes) -> str | None:
    """What a file that begins so is; None where it may be lines of JSON."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    begin = head[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((name for magic, name in _MARKUP if begin.startswith(magic)), None)
