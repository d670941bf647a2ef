"""Records whose quotes, colons or blanks are not those of JSON: “smart” quotes, full-width signs, no-break blanks.

A word processor, a chat program or an input method puts them there. Refuses lines that hold more than one record.
"""

from __future__ import annotations

import re
from typing import Final

from sessiontui.damage.corrections import is_record
from sessiontui.damage.layers import Layer
from sessiontui.damage.patterns import lazy
from sessiontui.damage.shapes import MOST
from sessiontui.model import Part, Reading, Salvage, Span

_BLANKS: Final = "\u00a0\u3000\ufeff\u2000-\u200f\u202f\u205f\u2060"
_QUOTES: Final = "“”„‟＂«»‘’‚‛＇"
_S: Final = rf"[ \t\r{_BLANKS}]*+"
_Q: Final = f'["{_QUOTES}]'
_COLON: Final = f"{_S}[:：﹕]{_S}"
_COMMA: Final = f"{_S}[,，﹐]{_S}"
_ROLE: Final = f"{_Q}role{_Q}{_COLON}{_Q}(?P<role>[A-Za-z_-]{{1,40}}){_Q}"
_CONTENT: Final = f"{_Q}content{_Q}{_COLON}(?P<open>{_Q})(?P<text>.*){_Q}"
_BEGUN: Final = lazy(f"[{{｛]{_S}{_Q}(?:role|content){_Q}{_COLON}{_Q}")
_RECORD: Final = tuple(
    lazy(f"{_S}(?P<record>[{{｛]{_S}{pairs}{_S}[}}｝]){_S}", re.DOTALL)
    for pairs in (_ROLE + _COMMA + _CONTENT, _CONTENT + _COMMA + _ROLE)
)
_SIGN: Final = lazy(
    rb"[{,:\"}](?:[ \t]*+)(?:\xc2[\xa0\xab\xbb]|\xe3\x80\x80|\xef\xbb\xbf|\xef\xbc|\xef\xbd|\xe2\x80|\xe2\x81)|\A[ \t]*+\xef\xbd\x9b"
    rb"|(?:\xc2\xa0|\xe3\x80\x80|\xef\xbb\xbf|\xe2\x80.|\xe2\x81.)[:\"}]"
)
_PRINTER: Final = lazy(f"[{_QUOTES}{_BLANKS}：﹕，﹐｛｝]")
_UNSURE: Final = lazy(f"[{_QUOTES}{_BLANKS}]")
_RAW: Final = lazy(rf'\\(?P<quote>[{_QUOTES}])|\\.|"', re.DOTALL)
_WHAT: Final = "quotes, colons or blanks of the record are those of a printed text, not of JSON"


def layer(line: bytes) -> Layer | None:
    """The printed signs over a line; None where there are none, or where it is no record without them."""
    if line.isascii() or len(line) > MOST or not _SIGN.search(line):
        return None
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return None
    found = next((match for each in _RECORD if (match := each.fullmatch(text))), None)
    if not found or _BEGUN.search(found["text"]):
        return None
    frame = text[found.start("record") : found.start("text")] + text[found.end("text") : found.end("record")]
    record = _record(found)
    if not record or not _PRINTER.search(frame):
        return None
    first = _PRINTER.search(text)
    at = len(text[: first.start()].encode()) if first else 0
    unsure = _UNSURE.search(found["text"])
    salvage = Salvage.PARTIAL if unsure else Salvage.OFFERED
    what = f"{_WHAT}; in its text they may have been others too" if unsure else _WHAT
    part = Part(Span(0, len(line)), salvage, (record,))
    return Layer("typographic", what, at, 0, len(line), (Reading("with the signs of JSON", (part,)),))


def _record(found: re.Match[str]) -> bytes | None:
    text = found["text"]
    if found["open"] != '"':
        text = _RAW.sub(lambda sign: '\\"' if sign["quote"] or sign[0] == '"' else sign[0], text)
    record = f'{{"role":"{found["role"]}","content":"{text}"}}'.encode()
    return record if is_record(record) else None
