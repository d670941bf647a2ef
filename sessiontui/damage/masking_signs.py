"""One sign for all of a class: what a byte, a character or an escape becomes where text is masked.

Lengths stay, and how bytes decode. Refuses to tell structure from text: that is for ``masked``.
"""

from __future__ import annotations

from typing import Final

from sessiontui.damage.patterns import lazy

_KEPT: Final = b' "\\{}[]:,\x00\x07\x08\t\n\x0b\x0c\r\x1a\x1b\x7f'
_STRUCTURE: Final = _KEPT + b"'+-._"
_ESCAPES: Final = b"\"\\/'bfnrtuxU"
_TOKEN: Final = lazy(
    rb"\\(?:u[0-9a-fA-F]{0,4}|x[0-9a-fA-F]{0,2}|U[0-9a-fA-F]{0,8}|[\x00-\x7f])?|[^\\\x80-\xff]+|[\x80-\xff]+"
)
_HIGH: Final = lazy(
    rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]"
    rb"|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]"
)
"""A pair of halves in six bytes, a character, or a byte of neither."""
_LONELY: Final = lazy(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_FEW: Final = 4
"""Bytes beyond ASCII that stand alone: more of them are a text in some other encoding."""


def _sign(byte: int, kept: bytes) -> int:
    """What a byte becomes."""
    if byte in kept:
        return byte
    if byte >= 0x80:  # the first that decoders, of UTF-8 and of cp1252, take as they take this one
        undefined = dict(zip(b"\x81\x8d\x8f\x90\x9d", b"\x81\x81\x81\x90\x90", strict=True))  # in cp1252
        starts = b"\x80\x91\xa0\xb0\xc0\xc2\xe0\xe1\xed\xee\xf0\xf1\xf4\xf5\xfe\xff"
        return undefined.get(byte) or max(start for start in starts if start <= byte)
    if byte < 0x20:
        return 0x01
    sign = chr(byte)
    return ord("9" if sign.isdigit() else "*" if not sign.isalpha() else "X" if sign.isupper() else "x")


_PLAIN: Final = bytes(_sign(byte, _KEPT) for byte in range(0x100))
FORMAL: Final = bytes(_sign(byte, _STRUCTURE) for byte in range(0x100))


def text(data: bytes) -> bytes:
    """Bytes of which nothing is known but that they are part of something; escapes keep their kind."""
    return _TOKEN.sub(lambda token: _escape(token[0]) if token[0][:1] == b"\\" else run(token[0]), blurred(data))


def blurred(data: bytes) -> bytes:
    """The same, but for bytes that stand alone too often."""
    alone = len(_LONELY.findall(data))
    return _LONELY.sub(lambda byte: byte[0].translate(_PLAIN), data) if alone > _FEW else data


def run(run: bytes) -> bytes:
    """Bytes that are all ASCII, or none of them is."""
    if run[0] < 0x80:
        return run.translate(_PLAIN)
    return run if len(run) == 1 else _HIGH.sub(lambda found: _character(found[0]), run)


def _character(found: bytes) -> bytes:
    """One match of ``_HIGH``."""
    if len(found) == 6:
        return b"\xed\xa0\xbd\xed\xb9\x82"
    return found.translate(_PLAIN) if len(found) == 1 else _alike(found.decode()).encode()


def _alike(sign: str) -> str:
    """The character that stands for all of its class that take as many bytes."""
    if sign.isspace() or sign == "\ufeff":
        return sign
    if sign < "\xa0":
        return "\x80"
    return {2: "é§", 3: "語†", 4: "𐐀🙂"}[len(sign.encode())][not sign.isalnum()]


def _escape(escape: bytes) -> bytes:
    """An escape of the same kind."""
    kind, digits = escape[1:2], escape[2:]
    if kind in b"uxU" and digits:
        full = len(digits) == {b"u": 4, b"x": 2, b"U": 8}[kind]
        return escape[:2] + (b"%0*x" % (len(digits), code(int(digits, 16))) if full else b"0" * len(digits))
    if kind in _ESCAPES:
        return escape
    return b"\\q" if kind.isalpha() else b"\\" + kind.translate(_PLAIN)


def code(number: int) -> int:
    """The character that an escape may name in place of this one."""
    if number < 0x80:
        return byte(number)
    if 0xD800 <= number < 0xE000:
        return 0xD83D if number < 0xDC00 else 0xDE42
    return ord(_alike(chr(number))) if number <= 0x10FFFF else 0xFFFFFFFF


def byte(number: int) -> int:
    """The byte that an escape may name in place of this one."""
    return _PLAIN[number] if number >= 0x20 else number
