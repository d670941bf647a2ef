"""Files that hold something else than lines of JSON, told by how they begin, as ``file`` tells them.

Bytes in, a name out that goes on from “the file is”. Refuses to look further than the beginning it is given.
"""

from __future__ import annotations

import re
from typing import Final

from sessiontui.damage.encodings import valid_up_to
from sessiontui.damage.patterns import lazy
from sessiontui.dialects import programs

HEAD: Final = 4096
"""So many bytes from the beginning tell it."""

_Signatures = list[tuple[re.Pattern[bytes], str]]


def _compiled(signatures: dict[bytes, str]) -> _Signatures:
    return [(lazy(pattern, re.DOTALL), name) for pattern, name in signatures.items()]


_SURE: Final = _compiled({
    rb"SQLite format 3\x00": "a SQLite database",
    rb"\x37\x7f\x06[\x82\x83]": "the write-ahead log of a SQLite database",
    rb"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7": "the journal of a SQLite database",
    rb"\x1f\x8b\x08": "compressed with gzip",
    rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18": "compressed with zstd",
    rb"\xfd7zXZ\x00": "compressed with xz",
    rb"BZh[1-9]1AY&SY": "compressed with bzip2",
    rb"\x04\x22\x4d\x18|\x02\x21\x4c\x18": "compressed with lz4",
    rb"LZIP[\x00\x01]": "compressed with lzip",
    rb"\x89LZO\x00\r\n\x1a\n": "compressed with lzop",
    rb"\xff\x06\x00\x00sNaPpY": "compressed with snappy",
    rb"PK\x03\x04.{26}(?:\[Content_Types\]\.xml|_rels/|word/|xl/|ppt/|docProps/|mimetypeapplication/vnd\.oasis)": "an office document",
    rb"PK\x03\x04.{26}META-INF/": "a Java archive",
    rb"PK(?:\x03\x04|\x05\x06|\x07\x08)": "a zip archive",
    rb"7z\xbc\xaf\x27\x1c": "a 7z archive",
    rb"Rar!\x1a\x07": "a rar archive",
    rb".{257}ustar[\x00 ]": "a tar archive",
    rb"!<arch>\n": "an ar archive",
    rb"07070[127]\d{8}|\xc7\x71": "a cpio archive",
    rb"MSCF\x00\x00\x00\x00": "a cabinet archive",
    rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an office document (OLE)",
    rb"\x89PNG\r\n": "a picture (PNG)",
    rb"\xff\xd8\xff": "a picture (JPEG)",
    rb"GIF8[79]a": "a picture (GIF)",
    rb"II\*\x00|MM\x00\*": "a picture (TIFF)",
    rb"RIFF.{4}WEBP": "a picture (WebP)",
    rb"8BPS\x00\x01": "a picture (Photoshop)",
    rb"\x00\x00[\x01\x02]\x00[\x01-\xff]\x00": "a picture (icon)",
    rb"\x00\x00\x00.ftyp(?:hei[cx]|avif|mif1)": "a picture (HEIF)",
    rb"RIFF.{4}(?:WAVE|AVI )|ID3[\x02-\x04]|OggS\x00|fLaC\x00|\x1a\x45\xdf\xa3|FORM.{4}AIF|\x00\x00\x00.ftyp": "sound or video",
    rb"%PDF-": "a PDF",
    rb"\x7fELF": "a program (ELF)",
    rb"[\xce\xcf]\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]|\xca\xfe\xba\xbe\x00\x00\x00[\x01-\x1f]": "a program (Mach-O)",
    rb"\xca\xfe\xba\xbe": "a Java class",
    rb"\xca\xfe\xd0\x0d|\xfe\xed\xfe\xed|\xce\xce\xce\xce\x00\x00\x00": "a Java key store or pack",
    rb"\xac\xed\x00\x05": "serialized by Java",
    rb"MZ.{2}.?\x00": "a program (Windows)",
    rb"\x00asm[\x01\x02]\x00": "a program (WebAssembly)",
    rb"PAR1": "a Parquet file",
    rb"ARROW1\x00\x00|FEA1\x00": "an Arrow file",
    rb"ORC\x0a|Obj\x01": "an ORC or Avro file",
    rb"\x89HDF\r\n\x1a\n|CDF[\x01\x02\x05]": "scientific data (HDF or NetCDF)",
    rb"\x93NUMPY": "a NumPy array",
    rb"bplist\d\d": "a property list",
    rb"\x00\x00\x00\x01Bud1": "a .DS_Store of the Finder",
    rb"\x00\x05\x16\x07": "an AppleDouble file (attributes that macOS keeps of another one)",
    rb"\x00\x05\x16\x00": "an AppleSingle file",
    rb"\x00\x00\x01\x00\x00\x00.{2}\x00\x00": "a resource fork of macOS",
    rb"XSym\n\d{4}\n": "a link that macOS keeps as a file",
    rb"L\x00\x00\x00\x01\x14\x02\x00": "a shortcut of Windows",
    rb"b0(?:VIM |nano)": "a swap file of an editor",
    rb"Vim\x9fUnDo\xe5": "an undo file of Vim",
    rb"VimCrypt~\d\d!": "encrypted by Vim",
    rb"PACK\x00\x00\x00|DIRC\x00\x00\x00|\xfftOc\x00\x00": "a file of Git's own",
    rb"age-encryption\.org/v\d\n": "encrypted with age",
    rb"Salted__": "encrypted with OpenSSL",
    rb"LUKS\xba\xbe": "an encrypted disk",
    rb"\x03\xd9\xa2\x9a": "a KeePass database",
    rb"(?:\xd4\xc3\xb2\xa1|\xa1\xb2\xc3\xd4|\x0a\x0d\x0d\x0a.{4}\x4d\x3c\x2b\x1a)": "captured network traffic",
    rb"LPKSHHRH": "a journal of systemd",
    rb"wOF[F2]|OTTO\x00|\x00\x01\x00\x00\x00[\x04-\x40]": "a font",
    rb"MDMP|PMDMP|PAGEDU": "a memory dump",
    rb"rdb\d|REDIS\d{4}": "a Redis dump",
})  # fmt: skip
_LIKELY: Final = _compiled({
    rb"version https://(?:git-lfs|hawser)\.github\.com/spec/v\d": "a Git LFS pointer (the file itself is kept elsewhere)",
    rb"/annex/objects/|\.git/annex/": "a git-annex pointer (the file itself is kept elsewhere)",
    rb"# v[23] git bundle\n": "a Git bundle",
    rb"\x1f\x8b": "compressed with gzip",
    rb"\x1f[\x9d\xa0]": "compressed with compress",
    rb"\x5d\x00\x00[\x00-\xff]{2}": "compressed with lzma",
    rb"BZh": "compressed with bzip2",
    rb"-----BEGIN PGP PUBLIC|-----BEGIN PGP PRIVATE|[\x94\x95\x98\x99].{1,2}[\x03\x04]|\x98.\x04": "a PGP key",
    rb"-----BEGIN PGP|\x84.\x03|\x85..\x03|[\x8c\xc3][\x04-\x3f]\x04|\xc1[^\x80-\xbf].?\x03|[\xd2\xd4][\x01\xc0-\xff]|[\x90\xa3][\x01-\x0d]": "a PGP message",
    rb"-----BEGIN AGE ENCRYPTED": "encrypted with age",
    rb"-----BEGIN CERTIFICATE|-----BEGIN X509": "a certificate",
    rb"-----BEGIN [A-Z0-9 ]+-----|PuTTY-User-Key-File-|-{4} BEGIN SSH2|(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S+) AAAA": "a cryptographic key",
    rb"\x00{4}openssh|openssh-key-v1\x00|0\x82..(?:\x02\x01[\x00-\x03]|0[\x80-\x83])": "a cryptographic key",
    rb"\$ANSIBLE_VAULT;": "encrypted with Ansible",
    rb"\x80[\x02-\x05](?:\x95.{4}\x00|[\](}cX\x8c\x8a])": "a pickle of Python",
    rb".[\x0b-\x0f\xc6-\xf3]\r\n[\x00-\x03]\x00\x00\x00": "compiled Python",
    rb"\{\\rtf": "a text document (RTF)",
    rb"%!PS": "a PostScript document",
    rb"BM.{4}\x00{4}": "a picture (BMP)",
    rb"From \S+ .{0,80}\d{4}\r?\n\S": "a mailbox",
    rb"(?:Return-Path|Received|Delivered-To|MIME-Version|Message-ID): ": "a mail",
    rb"BEGIN:V(?:CALENDAR|CARD)": "a calendar or an address",
    rb"diff --git |--- \S+[^\n]*\n\+\+\+ |From [0-9a-f]{40} Mon Sep 17": "a patch",
    rb"#!": "a script",
    rb"\[InternetShortcut\]": "a shortcut of Windows",
})  # fmt: skip
_MARKUP: Final = _compiled({
    rb"<(?:!doctype html|html|head|body|script)": "a web page",
    rb"<svg": "a picture (SVG)",
    rb"<!doctype plist": "a property list",
    rb"<\?xml|<!doctype": "an XML document",
})  # fmt: skip
_TEXTS: Final = _compiled({
    rb"(?:---|%YAML)\s|(?:[\w.-]+:(?: [^\n]*)?\r?\n(?:\s+[^\n]*\n|#[^\n]*\n|- [^\n]*\n)*){3}": "a YAML document",
    rb"(?:[#;][^\n]*\n|\s*\n)*\[[\w. :\"-]+\]\s*\n\s*(?:[\w.-]+\s*=|[#;])": "a configuration file",
    rb"#{1,6} \S[^\n]*\n(?:\s*\n|[^#\n][^\n]*\n)|[^\n]+\n(?:===+|---+)\s*\n": "a Markdown document",
})  # fmt: skip
_BINARY: Final = lazy(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def kind(head: bytes) -> str | None:
    """What a file that begins so is; None where it may be lines of JSON."""
    return sure(head) or likely(head)


def sure(head: bytes) -> str | None:
    """The same by a signature that no text has: whatever lines are behind it, they are that file's own."""
    return _named(_SURE, head)


def likely(head: bytes) -> str | None:
    """The same by a signature in front of which somebody may have been, or behind which somebody may have gone on."""
    begin = head[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return _named(_MARKUP, begin) or _named(_LIKELY, head)


def _named(signatures: _Signatures, head: bytes) -> str | None:
    return next((name for pattern, name in signatures if pattern.match(head)), None)


def is_binary(data: bytes) -> bool:
    """Whether control characters are in it that no text has; NULs and escapes are none."""
    return _BINARY.search(data) is not None


def text(head: bytes) -> str:
    """What a file without a signature is, in which no record is."""
    stop = valid_up_to(head)
    is_text = stop == len(head) or (len(head) == HEAD and stop > HEAD - 4)
    if is_binary(head) or (b"\x00" in head and not is_text):
        return "binary"
    if not is_text:
        return "text in another encoding than UTF-8, without a record in it"
    return _named(_TEXTS, head) or _rows(head.splitlines()) or "text, without a record in it"


def _rows(lines: list[bytes]) -> str | None:
    """What lines are that have one shape."""
    first = [line for line in lines if line.strip()][:8]
    if first and all(isinstance(programs.loaded(line), dict | list) for line in first[:-1] or first):
        return "made of JSON lines without role and content"
    if first and first[0].lstrip()[:1] in b"{[":
        return "a JSON document without role and content"
    for comma in b",\t;":
        counts = {line.count(comma) for line in first}
        if len(first) > 1 and len(counts) == 1 and counts != {0}:
            return "a table (CSV)"
    return None
