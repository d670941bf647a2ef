"""Records whose quotes, colons or blanks are not those of JSON: “smart” quotes, full-width signs, no-break blanks.

A word processor, a chat program or an input method puts them there. Refuses lines that hold more than one record.
"""

from __future__ import annotations

import re
from typing import Final

from sessiontui.damage.encodings import is_utf8
from sessiontui.damage.patterns import lazy
from sessiontui.damage.shapes import MOST, is_record
from sessiontui.damage.verdict import Shape, Verdict
from sessiontui.model import Salvage

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


def layer(line: bytes) -> Verdict | None:
    """The printed signs over a line; None where there are none, or where it is no record without them."""
    if line.isascii() or len(line) > MOST or not _SIGN.search(line) or not is_utf8(line):
        return None
    text = line.decode()
    found = next((match for each in _RECORD if (match := each.fullmatch(text))), None)
    if not found or _BEGUN.search(found["text"]):
        return None
    frame = text[found.start("record") : found.start("text")] + text[found.end("text") : found.end("record")]
    content = found["text"]
    if found["open"] != '"':
        content = _RAW.sub(lambda sign: '\\"' if sign["quote"] or sign[0] == '"' else sign[0], content)
    record = f'{{"role":"{found["role"]}","content":"{content}"}}'.encode()
    if not _PRINTER.search(frame) or not is_record(record):
        return None
    at = len(_PRINTER.split(text, 1)[0].encode())
    salvage, what = Salvage.OFFERED, "quotes, colons or blanks of the record are those of a printed text, not of JSON"
    if _UNSURE.search(found["text"]):
        salvage, what = Salvage.PARTIAL, f"{what}; in its text they may have been others too"
    return Shape("typographic", at, what, salvage, (record,)).verdict(len(line))
