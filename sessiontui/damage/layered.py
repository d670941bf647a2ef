"""Masked lines whose records are under a layer of another program: what tells the layer stays, and its escapes' kind.

Lengths stay. A word of the format stays where quotes are around it, and nothing else of a text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sessiontui.damage import masking_signs
from sessiontui.damage.patterns import lazy

_SIGNS: Final = (
    rb"\xc2[\xa0\xab\xbb]|\xe2\x80[\x80-\x8f\x98-\x9f\xaf]|\xe2\x81[\x9f\xa0]|\xe3\x80\x80|\xef\xbb\xbf"
    rb"|\xef\xbc[\x82\x87\x8c\x9a]|\xef\xb9[\x90\x95]|\xef\xbd[\x9b\x9d]"
)
"""What ``typographic`` takes for a sign of JSON."""
_WORDS: Final = (
    rb"role|content|system|user|assistant|tool|log|message|msg|line|data|record|entry|event|payload|body|text|value"
    rb"|raw|_raw|streams|entries|records|logEvents|MESSAGE|stream|time|timestamp|ts|level"
)
_CODE: Final = lazy(rb"(?:\x1b|\\x1[bB]|\\u001[bB]|\\u\{1[bB]\}|\\0?33|\\e|\^\[|\xe2\x90\x9b)?\[[0-9;:]*[mK]")
_TOKEN: Final = lazy(
    rb"(?P<escape>\\+(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[bfnrt\"'/`$])?)"
    rb"|(?P<word>(?:(?<=[\"'])|(?<=\xe2\x80[\x98-\x9f])|(?<=\xef\xbc[\x82\x87]))(?:"
    + _WORDS
    + rb")(?=\\*[\"'`]|\xe2\x80[\x98-\x9f]|\xef\xbc[\x82\x87]))"
    rb"|(?P<before>(?<![\w\\])(?:[bBuUrRfF]{1,2}|\$)(?=['\"])|\b(?:echo|printf|curl|wget|--?d(?:ata)?|--json|jq)\b)"
    rb"|(?P<before_too>(?i:\binsert\s+into\b|\bvalues\s*\(|\bselect\b|\bwhere\b))"
    rb"|(?P<quote>['`])|(?P<sign>" + _SIGNS + rb")"
)
_HEXADECIMAL: Final = lazy(rb"(\\+[uUx])([0-9a-fA-F]+)")


def without_colours(line: bytes, mask: Callable[[bytes], bytes]) -> bytes:
    """The line masked as what it says without its colour codes, and these where they were."""
    made: list[bytes] = []
    inner = mask(_CODE.sub(b"", line))
    at = taken = 0
    for code in _CODE.finditer(line):
        size = code.start() - at
        made += (inner[taken : taken + size], code[0])
        taken += size
        at = code.end()
    return b"".join((*made, inner[taken:]))


def masked(line: bytes) -> bytes:
    """The line with each text masked."""
    made: list[bytes] = []
    at = 0
    for token in _TOKEN.finditer(line):
        kept = _escape(token[0]) if token["escape"] else token[0]
        made += (masking_signs.text(line[at : token.start()]), kept)
        at = token.end()
    return b"".join((*made, masking_signs.text(line[at:])))


def _escape(escape: bytes) -> bytes:
    """An escape of the same kind, whose number is one for its class."""
    numbered = _HEXADECIMAL.fullmatch(escape)
    if not numbered:
        return escape
    code = (masking_signs.byte if len(numbered[2]) == len("ff") else masking_signs.code)(int(numbered[2], 16))
    return numbered[1] + b"%0*x" % (len(numbered[2]), code)
