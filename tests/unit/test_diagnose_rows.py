"""One row a fixture: bytes of a damaged file, what is found in it, and what repair makes of it without being asked.

A finding is its line, id, the byte of the line at which it goes wrong, what can be had back, how many messages that
gives, and over how many lines it goes. Every file of the table of faults stands here, and the baits that look like one.
"""

from __future__ import annotations

from typing import cast

import pytest

from sessiontui.damage import salvage
from sessiontui.damage.diagnose import account, faults, lines_of
from sessiontui.damage.salvage import Wish
from sessiontui.dialects import zeroclaw
from sessiontui.model import Message, Severity
from tests.support.damage import applied

A = b'{"role":"user","content":"a"}'
B = b'{"role":"assistant","content":"b"}'

ROWS = [
    pytest.param(
        A + b'\n{"role":"user","con',
        [(2, "torn", 19, "none", 0, 1)],
        None,
        id="torn in a key",
    ),
    pytest.param(
        A + b'\n{"role":',
        [(2, "torn", 8, "none", 0, 1)],
        None,
        id="torn behind a colon",
    ),
    pytest.param(
        A + b'\n{"role":"assistant","content":"Hello, I ca',
        [(2, "torn", 42, "partial", 1, 1)],
        None,
        id="torn in a text",
    ),
    pytest.param(
        A + b'\n{"role":"assistant","content":"caf\\u00',
        [(2, "torn", 38, "partial", 1, 1)],
        None,
        id="torn in an escape",
    ),
    pytest.param(
        A + b'\n{"role":"assistant","content":"x\xe6\x87',
        [(2, "torn", 34, "partial", 1, 1)],
        None,
        id="torn in a character",
    ),
    pytest.param(
        b'{"role":"assistant","content":"Hello, I ca\n' + A + b"\n",
        [(1, "torn", 42, "partial", 1, 1)],
        None,
        id="torn inside the file",
    ),
    pytest.param(
        b'{"role":"assi' + A + b"\n",
        [(1, "fused", 13, "lossless", 1, 1)],
        A + b"\n",
        id="fused in role",
    ),
    pytest.param(
        b'{"ro' + A + b"\n",
        [(1, "fused", 4, "lossless", 1, 1)],
        A + b"\n",
        id="fused in key",
    ),
    pytest.param(
        b'{"role":"assistant","content":"I was say' + A + b"\n",
        [(1, "fused", 40, "lossless", 1, 1)],
        A + b"\n",
        id="fused in content",
    ),
    pytest.param(
        b'{"role":"assistant","content":"x\\' + A + b"\n",
        [(1, "fused", 33, "lossless", 1, 1)],
        A + b"\n",
        id="fused in an escape",
    ),
    pytest.param(
        b'{"role":"assistant","content":"x\\u00' + A + b"\n",
        [(1, "fused", 36, "lossless", 1, 1)],
        A + b"\n",
        id="fused in a \\u",
    ),
    pytest.param(
        b'{"role":"assistant","content":"x\xe6\x87' + A + b"\n",
        [(1, "fused", 34, "lossless", 1, 1)],
        A + b"\n",
        id="fused in a character",
    ),
    pytest.param(
        b'{"role":' + A + b"\n",
        [(1, "fused", 8, "lossless", 1, 1)],
        A + b"\n",
        id="fused behind a colon",
    ),
    pytest.param(
        b"{" + A + b"\n",
        [(1, "fused", 1, "lossless", 1, 1)],
        A + b"\n",
        id="fused behind a brace",
    ),
    pytest.param(
        b'{"role":"assistant","content":"see {\\"role\\":\\"user\\",\\"content\\":\\"x\\"} and' + A + b"\n",
        [(1, "fused", 76, "lossless", 1, 1)],
        A + b"\n",
        id="fused, quoted JSON in the torn one",
    ),
    pytest.param(
        b'{"role":"assi' + A + b'{"role":"us\n',
        [(1, "fused", 13, "lossless", 1, 1)],
        A + b"\n",
        id="fused, then torn",
    ),
    pytest.param(
        b'{"role":"assi{"role":"us' + A + b"\n",
        [(1, "fused", 13, "lossless", 1, 1)],
        A + b"\n",
        id="two torn, then whole",
    ),
    pytest.param(
        A + B + b"\n\n",
        [(1, "glued", 29, "lossless", 2, 1)],
        A + b"\n" + B + b"\n\n",
        id="glued, two",
    ),
    pytest.param(
        A + B + A + b"\n",
        [(1, "glued", 29, "lossless", 3, 1)],
        A + b"\n" + B + b"\n" + A + b"\n",
        id="glued, three",
    ),
    pytest.param(
        A + b" \t" + B + b"\n",
        [(1, "glued", 31, "lossless", 2, 1)],
        A + b"\n" + B + b"\n",
        id="glued with white space",
    ),
    pytest.param(
        A + b"\r" + B + b"\r",
        [(1, "glued", 30, "lossless", 2, 1)],
        A + b"\n" + B + b"\n",
        id="glued by CR",
    ),
    pytest.param(
        A + b'{"role":"assi\n',
        [(1, "fused", 29, "lossless", 1, 1)],
        A + b"\n",
        id="glued, the last torn",
    ),
    pytest.param(
        b"\x00\x00\x00\x00" + A + b"\n",
        [(1, "nul-run", 0, "lossless", 1, 1)],
        A + b"\n",
        id="NULs in front",
    ),
    pytest.param(
        A + b"\n\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        [(2, "nul-run", 0, "lossless", 0, 1)],
        A + b"\n",
        id="NULs to the end",
    ),
    pytest.param(
        A + b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\n",
        [(1, "nul-run", 29, "lossless", 1, 1)],
        A + b"\n",
        id="NULs behind",
    ),
    pytest.param(
        A + b"\x00\x00\x00\x00\x00\x00\x00\x00\x00" + B + b"\n",
        [(1, "nul-run", 29, "lossless", 2, 1)],
        A + b"\n" + B + b"\n",
        id="NULs between",
    ),
    pytest.param(
        b'{"role":"assistant","content":"abc\x00\x00\x00def"}\n' + A + b"\n",
        [(1, "nul-run", 34, "none", 0, 1)],
        None,
        id="NULs inside",
    ),
    pytest.param(
        b'\x00\x00\x00ould do that"}\n' + A + b"\n",
        [(1, "nul-run", 0, "none", 0, 1)],
        None,
        id="NULs and a tail",
    ),
    pytest.param(
        b'{"role":"user","content":"caf\xe9"}\n',
        [(1, "invalid-utf8", 29, "partial", 1, 1)],
        None,
        id="cp1252",
    ),
    pytest.param(
        b'{"role":"user","content":"\xe6\x87"}\n',
        [(1, "invalid-utf8", 26, "none", 0, 1)],
        None,
        id="a character cut",
    ),
    pytest.param(
        b'{"role":"user","content":"\xed\xa0\xbd\xed\xb8\x80"}\n',
        [(1, "invalid-utf8", 26, "lossless", 1, 1)],
        b'{"role":"user","content":"\xf0\x9f\x98\x80"}\n',
        id="CESU-8",
    ),
    pytest.param(
        b'{"role":"user","content":"\xc0\x80"}\n',
        [(1, "invalid-utf8", 26, "none", 0, 1)],
        None,
        id="overlong",
    ),
    pytest.param(
        b'{"role":"user","content":"\xff\xfe"}\n',
        [(1, "invalid-utf8", 26, "none", 0, 1)],
        None,
        id="0xff",
    ),
    pytest.param(
        b"\xef\xbb\xbf" + A + b"\n" + B + b"\n",
        [(1, "bom", 0, "lossless", 1, 1)],
        A + b"\n" + B + b"\n",
        id="BOM of a file",
    ),
    pytest.param(
        A + b"\n\xef\xbb\xbf" + B + b"\n",
        [(2, "bom", 0, "lossless", 1, 1)],
        A + b"\n" + B + b"\n",
        id="BOM of a line",
    ),
    pytest.param(
        b'\xff\xfe{\x00"\x00r\x00o\x00l\x00e\x00"\x00:\x00"\x00u\x00s\x00e\x00r\x00"\x00,\x00"\x00c\x00o\x00n\x00t\x00e\x00n\x00t\x00"\x00:\x00"\x00a\x00"\x00}\x00\n\x00{\x00"\x00r\x00o\x00l\x00e\x00"\x00:\x00"\x00a\x00s\x00s\x00i\x00s\x00t\x00a\x00n\x00t\x00"\x00,\x00"\x00c\x00o\x00n\x00t\x00e\x00n\x00t\x00"\x00:\x00"\x00b\x00"\x00}\x00\n\x00',
        [(1, "utf16", 0, "lossless", 2, 3)],
        A + b"\n" + B + b"\n",
        id="UTF-16 LE with mark",
    ),
    pytest.param(
        b'{\x00"\x00r\x00o\x00l\x00e\x00"\x00:\x00"\x00u\x00s\x00e\x00r\x00"\x00,\x00"\x00c\x00o\x00n\x00t\x00e\x00n\x00t\x00"\x00:\x00"\x00\xe9\x00>\xd8\xe0\xdd"\x00}\x00\n\x00',
        [(1, "utf16", 0, "lossless", 1, 2)],
        b'{"role":"user","content":"\xc3\xa9\xf0\x9f\xa7\xa0"}\n',
        id="UTF-16 LE",
    ),
    pytest.param(
        b'\xfe\xff\x00{\x00"\x00r\x00o\x00l\x00e\x00"\x00:\x00"\x00u\x00s\x00e\x00r\x00"\x00,\x00"\x00c\x00o\x00n\x00t\x00e\x00n\x00t\x00"\x00:\x00"\x00a\x00"\x00}\x00\n\x00{\x00"\x00r\x00o\x00l\x00e\x00"\x00:\x00"\x00a\x00s\x00s\x00i\x00s\x00t\x00a\x00n\x00t\x00"\x00,\x00"\x00c\x00o\x00n\x00t\x00e\x00n\x00t\x00"\x00:\x00"\x00b\x00"\x00}\x00\n',
        [(1, "utf16", 0, "lossless", 2, 2)],
        A + b"\n" + B + b"\n",
        id="UTF-16 BE with mark",
    ),
    pytest.param(
        b'\x00{\x00"\x00r\x00o\x00l\x00e\x00"\x00:\x00"\x00u\x00s\x00e\x00r\x00"\x00,\x00"\x00c\x00o\x00n\x00t\x00e\x00n\x00t\x00"\x00:\x00"\x00\xe9\xd8>\xdd\xe0\x00"\x00}\x00\n',
        [(1, "utf16", 0, "offered", 1, 1)],
        None,
        id="UTF-16 BE",
    ),
    pytest.param(
        b'\xff\xfe\x00\x00{\x00\x00\x00"\x00\x00\x00r\x00\x00\x00o\x00\x00\x00l\x00\x00\x00e\x00\x00\x00"\x00\x00\x00:\x00\x00\x00"\x00\x00\x00u\x00\x00\x00s\x00\x00\x00e\x00\x00\x00r\x00\x00\x00"\x00\x00\x00,\x00\x00\x00"\x00\x00\x00c\x00\x00\x00o\x00\x00\x00n\x00\x00\x00t\x00\x00\x00e\x00\x00\x00n\x00\x00\x00t\x00\x00\x00"\x00\x00\x00:\x00\x00\x00"\x00\x00\x00a\x00\x00\x00"\x00\x00\x00}\x00\x00\x00\n\x00\x00\x00',
        [(1, "utf16", 0, "lossless", 1, 2)],
        A + b"\n",
        id="UTF-32",
    ),
    pytest.param(
        A
        + b'\n{\x00"\x00r\x00o\x00l\x00e\x00"\x00:\x00"\x00a\x00s\x00s\x00i\x00s\x00t\x00a\x00n\x00t\x00"\x00,\x00"\x00c\x00o\x00n\x00t\x00e\x00n\x00t\x00"\x00:\x00"\x00b\x00"\x00}\x00\r\x00\n\x00',
        [(2, "utf16", 0, "offered", 1, 2)],
        None,
        id="UTF-16 behind UTF-8",
    ),
    pytest.param(
        b'{\x00"\x00r\x00o\x00l\x00e\x00"\x00:\x00"\x00a\x00s\x00s\x00i\x00s\x00t\x00a\x00n\x00t\x00"\x00,\x00"\x00c\x00o\x00n\x00t\x00e\x00n\x00t\x00"\x00:\x00"\x00b\x00"\x00}\x00\n\x00'
        + A
        + b"\n"
        + A
        + b"\n",
        [(1, "utf16", 0, "lossless", 1, 1), (2, "nul-run", 0, "lossless", 1, 1)],
        B + b"\n" + A + b"\n" + A + b"\n",
        id="UTF-8 behind UTF-16",
    ),
    pytest.param(
        b'{\x00"\x00r\x00o\x00l\x00e\x00"\x00:\x00"\x00u\x00s\x00e\x00r\x00"\x00,\x00"\x00c\x00o\x00n\x00t\x00e\x00n\x00t\x00"\x00:\x00"\x00\n\n\n\x01"\x00}\x00\n\x00',
        [(1, "utf16", 0, "lossless", 1, 5)],
        b'{"role":"user","content":"\xe0\xa8\x8a\xc4\x8a"}\n',
        id="a newline's byte in UTF-16",
    ),
    pytest.param(
        b'{"role":"user","content":"a\tb"}\n',
        [(1, "raw-control", 27, "lossless", 1, 1)],
        b'{"role":"user","content":"a\\tb"}\n',
        id="raw tab",
    ),
    pytest.param(
        b'{"role":"user","content":"\x1b[31m"}\n',
        [(1, "raw-control", 26, "lossless", 1, 1)],
        b'{"role":"user","content":"\\u001b[31m"}\n',
        id="raw ESC",
    ),
    pytest.param(
        b'{"role":"user","content":"one\ntwo"}\n',
        [(1, "folded", 29, "offered", 1, 2)],
        None,
        id="raw newline, or folded at a width",
    ),
    pytest.param(
        b'{"role":"us\ner","conten\nt":"x"}\n' + A + b"\n",
        [(1, "folded", 11, "lossless", 1, 3)],
        b'{"role":"user","content":"x"}\n' + A + b"\n",
        id="folded in a role and a key",
    ),
    pytest.param(
        b'{"role":"us\r\ner","conten\r\nt":"x"}\r\n',
        [(1, "folded", 11, "lossless", 1, 3)],
        b'{"role":"user","content":"x"}\n',
        id="folded in a role and a key, with returns",
    ),
    pytest.param(
        b'{"role":"user","content":"\xe6\xbc\n\xa2x"}\n',
        [(1, "folded", 28, "lossless", 1, 2)],
        b'{"role":"user","content":"\xe6\xbc\xa2x"}\n',
        id="folded in a character",
    ),
    pytest.param(
        b'{"role":"user","content":"x\\\nny"}\n',
        [(1, "folded", 28, "lossless", 1, 2)],
        b'{"role":"user","content":"x\\ny"}\n',
        id="folded in an escape",
    ),
    pytest.param(
        b'{"role":"user","content":"he says \\\n"hi\\" to me"}\n',
        [(1, "folded", 35, "lossless", 1, 2)],
        b'{"role":"user","content":"he says \\"hi\\" to me"}\n',
        id="folded in an escaped quote",
    ),
    pytest.param(
        b'{"role":"us\ner","content":"longer than the first"}\n',
        [(1, "folded", 11, "offered", 1, 2)],
        None,
        id="broken in a role, and not at a width",
    ),
    pytest.param(
        b'[{"role":"user","content":"a"},{"role":"user","cont\nent":"b and more"}]\n',
        [(1, "folded", 51, "lossless", 2, 2)],
        b'{"role":"user","content":"a"}\n{"role":"user","content":"b and more"}\n',
        id="a list, folded",
    ),
    pytest.param(
        b'{"role":"user","content":"one and\ntwo\nthree"}\n',
        [(1, "split-record", 33, "lossless", 1, 3)],
        b'{"role":"user","content":"one and\\ntwo\\nthree"}\n',
        id="raw newlines that no fold explains",
    ),
    pytest.param(
        b'{"role":"user","content":"one\n\nthree"}\n' + A + b"\n",
        [(1, "split-record", 29, "lossless", 1, 3)],
        b'{"role":"user","content":"one\\n\\nthree"}\n' + A + b"\n",
        id="raw newlines, one line blank",
    ),
    pytest.param(
        b'{"role":"user","content":"one\ntwo\n' + A + b"\n",
        [(1, "torn", 29, "partial", 1, 1), (2, "torn", 0, "none", 0, 1)],
        None,
        id="raw newline, then a record",
    ),
    pytest.param(
        b'{\n  "role": "user",\n  "content": "x y"\n}\n{\n  "role": "user",\n  "content": "z"\n}\n',
        [(1, "pretty-printed", 1, "lossless", 2, 8)],
        b'{"role":"user","content":"x y"}\n{"role":"user","content":"z"}\n',
        id="pretty",
    ),
    pytest.param(
        b'{\n  "role": "user",\n  "n": [1.10,\n 2],\n  "content": "x"\n}\n',
        [(1, "pretty-printed", 1, "lossless", 1, 6)],
        b'{"role":"user","n":[1.10,2],"content":"x"}\n',
        id="pretty, a key more",
    ),
    pytest.param(
        b"[\n" + A + b",\n" + B + b"\n]\n",
        [(1, "array", 0, "lossless", 1, 2), (4, "array", 0, "lossless", 0, 1)],
        A + b"\n" + B + b"\n",
        id="list over lines",
    ),
    pytest.param(
        b"[" + A + b", " + B + b"]\n",
        [(1, "array", 0, "lossless", 2, 1)],
        A + b"\n" + B + b"\n",
        id="list on a line",
    ),
    pytest.param(
        b'[\n  {\n    "role": "user",\n    "content": "x"\n  },\n  {\n    "role": "user",\n    "content": "y"\n  }\n]\n',
        [(1, "array", 0, "lossless", 2, 10)],
        b'{"role":"user","content":"x"}\n{"role":"user","content":"y"}\n',
        id="pretty list",
    ),
    pytest.param(
        b'{"role":"user","content":"x \\ud83d"}\n',
        [(1, "lone-surrogate", 28, "partial", 1, 1)],
        None,
        id="high half",
    ),
    pytest.param(
        b'{"role":"user","content":"\\ude00"}\n',
        [(1, "lone-surrogate", 26, "partial", 1, 1)],
        None,
        id="low half",
    ),
    pytest.param(
        b'{"role":"user","content":"\\ude00\\ud83d"}\n',
        [(1, "lone-surrogate", 26, "partial", 1, 1)],
        None,
        id="halves swapped",
    ),
    pytest.param(
        b'{"role":"user","content":"x","\\ud83d":1}\n',
        [(1, "lone-surrogate", 30, "partial", 1, 1)],
        None,
        id="half in a key",
    ),
    pytest.param(
        b'{"role":"user","content":"a,}",}\n',
        [(1, "trailing-comma", 31, "lossless", 1, 1)],
        b'{"role":"user","content":"a,}"}\n',
        id="trailing comma",
    ),
    pytest.param(
        b"{'role': 'user', 'content': 'it\\'s\\n'}\n",
        [(1, "python-repr", 1, "offered", 1, 1)],
        None,
        id="Python",
    ),
    pytest.param(
        b'{"role":"user","content":None}\n',
        [(1, "python-repr", 1, "partial", 1, 1)],
        None,
        id="Python's None",
    ),
    pytest.param(
        A + b'\nntent":"older text"}\n' + B + b"\n",
        [(2, "stale-tail", 0, "none", 0, 1)],
        A + b"\n" + B + b"\n",
        id="stale tail",
    ),
    pytest.param(
        A + b'\nsistant","content":"older"}\n',
        [(2, "stale-tail", 0, "none", 0, 1)],
        None,
        id="stale tail of a role",
    ),
    pytest.param(
        A + b'ntent":"older text"}\n',
        [(1, "stale-tail", 29, "lossless", 1, 1)],
        A + b"\n",
        id="stale tail behind a record",
    ),
    pytest.param(
        b'{"role":"user","content":"x","score":NaN}\n',
        [(1, "non-finite", 37, "partial", 1, 1)],
        None,
        id="NaN",
    ),
    pytest.param(
        b'{"role":"user","content":"x","score":-Infinity}\n',
        [(1, "non-finite", 38, "partial", 1, 1)],
        None,
        id="Infinity",
    ),
    pytest.param(
        b'{"0":"h","1":"i","role":"user"}\n',
        [(1, "wrong-shape", 30, "offered", 1, 1)],
        None,
        id="exploded",
    ),
    pytest.param(
        b'"{\\"role\\":\\"user\\",\\"content\\":\\"x\\"}"\n',
        [(1, "wrong-shape", 0, "offered", 1, 1)],
        None,
        id="encoded twice",
    ),
    pytest.param(
        b'{"role":"user","content":[{"type":"text","text":"x"}]}\n',
        [(1, "wrong-shape", 25, "partial", 1, 1)],
        None,
        id="list of parts",
    ),
    pytest.param(
        b'{"role":"user","content":null}\n',
        [(1, "wrong-shape", 25, "partial", 1, 1)],
        None,
        id="content null",
    ),
    pytest.param(
        b'{"role":null,"content":"x"}\n',
        [(1, "wrong-shape", 8, "none", 0, 1)],
        None,
        id="role null",
    ),
    pytest.param(
        b'{"role":"user"}\n',
        [(1, "wrong-shape", 14, "none", 0, 1)],
        None,
        id="no content",
    ),
    pytest.param(
        b"{}\n",
        [(1, "wrong-shape", 1, "none", 0, 1)],
        None,
        id="empty object",
    ),
    pytest.param(
        b"null\n",
        [(1, "wrong-shape", 0, "none", 0, 1)],
        None,
        id="null",
    ),
    pytest.param(
        b"42\n",
        [(1, "wrong-shape", 0, "none", 0, 1)],
        None,
        id="a number",
    ),
    pytest.param(
        b'"text"\n',
        [(1, "wrong-shape", 0, "none", 0, 1)],
        None,
        id="a text",
    ),
    pytest.param(
        b"[]\n",
        [(1, "wrong-shape", 0, "none", 0, 1)],
        None,
        id="empty list",
    ),
    pytest.param(
        b'["user"]\n',
        [(1, "wrong-shape", 0, "none", 0, 1)],
        None,
        id="list of one",
    ),
    pytest.param(
        b"undefined\n",
        [(1, "foreign", 0, "none", 0, 1)],
        None,
        id="undefined",
    ),
    pytest.param(
        b"[object Object]\n",
        [(1, "foreign", 0, "none", 0, 1)],
        None,
        id="object Object",
    ),
    pytest.param(
        b'{"type":"marker","tool":"x"}\n',
        [(1, "foreign", 27, "none", 0, 1)],
        None,
        id="other program",
    ),
    pytest.param(
        b'{"role":"user","content":"a","content":"b"}\n',
        [(1, "duplicate-key", 29, "offered", 1, 1)],
        None,
        id="content twice",
    ),
    pytest.param(
        b"<<<<<<< HEAD\n" + A + b"\n||||||| base\n=======\n" + B + b"\n>>>>>>> laptop\n",
        [
            (1, "merge-marker", 0, "lossless", 0, 1),
            (3, "merge-marker", 0, "lossless", 0, 1),
            (4, "merge-marker", 0, "lossless", 0, 1),
            (6, "merge-marker", 0, "lossless", 0, 1),
        ],
        A + b"\n" + B + b"\n",
        id="merge",
    ),
    pytest.param(
        b"2026-03-16T12:23:18Z ERROR panicked\n" + A + b'\nTraceback (most recent call last):\n  File "x"\n',
        [(1, "log-text", 0, "none", 0, 1), (3, "log-text", 0, "none", 0, 1), (4, "log-text", 2, "none", 0, 1)],
        A + b"\n",
        id="log lines",
    ),
    pytest.param(
        b"WARN slow " + A + b"\n",
        [(1, "log-text", 0, "lossless", 1, 1)],
        A + b"\n",
        id="log in front",
    ),
    pytest.param(
        b"\x1b[0m" + A + b"\n",
        [(1, "log-text", 0, "lossless", 1, 1)],
        A + b"\n",
        id="a colour in front",
    ),
    pytest.param(
        b"messages: [" + A + b"]\n",
        [(1, "log-text", 0, "offered", 1, 1)],
        None,
        id="a list in text",
    ),
    pytest.param(
        b"<!DOCTYPE html>\n<p>\n</p>\n",
        [(1, "not-jsonl", 0, "none", 0, 3)],
        None,
        id="HTML",
    ),
    pytest.param(
        b"\x1f\x8b\x08\x00\x00\n\x00\x00",
        [(1, "not-jsonl", 0, "none", 0, 2)],
        None,
        id="gzip",
    ),
    pytest.param(
        b"(\xb5/\xfd\x00\n",
        [(1, "not-jsonl", 0, "none", 0, 1)],
        None,
        id="zstd",
    ),
    pytest.param(
        b"SQLite format 3\x00\x10\x00\n\n\x00",
        [(1, "not-jsonl", 0, "none", 0, 3)],
        None,
        id="SQLite",
    ),
    pytest.param(
        b"PK\x03\x04\n\n",
        [(1, "not-jsonl", 0, "none", 0, 2)],
        None,
        id="zip",
    ),
    pytest.param(
        b"<html>\n" + A + b"\n</html>\n",
        [(1, "not-jsonl", 0, "none", 0, 1), (3, "log-text", 0, "none", 0, 1)],
        b"<html>\n" + A + b"\n",
        id="HTML, then appended",
    ),
    pytest.param(
        b'{"role":"user","content":' + b"[" * 200 + b"]" * 200 + b"}\n",
        [(1, "deep-nesting", 25, "none", 0, 1)],
        None,
        id="deep content",
    ),
    pytest.param(
        b'{"role":"user","con' + B + b'\ntent":"a"}\n',
        [(1, "interleaved", 19, "lossless", 2, 2)],
        A + b"\n" + B + b"\n",
        id="interleaved",
    ),
    pytest.param(
        b'{"role":"user","con{"role":"assistant","content":"b"}\ntent":"a"}\n' * 2,
        [(1, "interleaved", 19, "lossless", 2, 2), (3, "interleaved", 19, "lossless", 2, 2)],
        A + b"\n" + B + b"\n" + A + b"\n" + B + b"\n",
        id="interleaved twice",
    ),
    pytest.param(
        b'{"role":"user","content":"x' + B + b'\none"}\ntwo"}\n',
        [(1, "interleaved", 27, "offered", 2, 3)],
        None,
        id="interleaved, two ends",
    ),
    pytest.param(
        b'{"role":"user","con' + B + b'tent":"a"}\n',
        [(1, "fused", 19, "offered", 1, 1)],
        None,
        id="woven on one line",
    ),
    pytest.param(
        b'{"role":"user","content":"a}{b"}\n',
        [],
        None,
        id="brace bait",
    ),
    pytest.param(
        b'{"role":"user","content":"a}{b"}' + A + b"\n",
        [(1, "glued", 32, "lossless", 2, 1)],
        b'{"role":"user","content":"a}{b"}\n' + A + b"\n",
        id="brace bait, glued",
    ),
    pytest.param(
        b'{"type":"user","message":{"role":"user","content":"hi"},"uuid":"12\n',
        [(1, "torn", 66, "none", 0, 1)],
        None,
        id="envelope torn",
    ),
    pytest.param(
        b'{"type":"user","message":{"role":"user","content":"hi"}\n',
        [(1, "torn", 55, "none", 0, 1)],
        None,
        id="envelope torn behind the nested one",
    ),
    pytest.param(
        b'{"type":"user","message":{"role":"user","content":"hi' + A + b"\n",
        [(1, "fused", 53, "lossless", 1, 1)],
        A + b"\n",
        id="envelope torn inside the nested one, fused",
    ),
    pytest.param(
        b'{"type":"user","message":{"role":"user","content":"hi"},"uuid":"1' + A + b"\n",
        [(1, "fused", 65, "lossless", 1, 1)],
        A + b"\n",
        id="envelope torn, fused",
    ),
    pytest.param(
        b'{"type":"a","m":{"role":"user","content":"hi"},"x":y z,"n":{"role":"user","content":"h"}\n',
        [(1, "fused", 59, "offered", 1, 1)],
        None,
        id="envelope with a raw control, torn",
    ),
    pytest.param(
        b'{"role":"user","content":{"role":"user","content":"x"}}\n',
        [(1, "wrong-shape", 25, "none", 0, 1)],
        None,
        id="nested in a wrong shape",
    ),
    pytest.param(
        b'{"messages":[' + A + b"]}\n",
        [(1, "foreign", 43, "none", 0, 1)],
        None,
        id="OpenAI",
    ),
    pytest.param(
        b'{"role":"user","content":"he said {"role":"x","content":"y"} ok"}\n',
        [(1, "malformed", 34, "offered", 1, 1)],
        None,
        id="unescaped quotes",
    ),
    pytest.param(
        b'{"role":"user","content":"\xe2\x80\xa8\xe2\x80\xa9\xc2\x85"}\n',
        [],
        None,
        id="separators inside",
    ),
    pytest.param(
        A + b"\r\n",
        [],
        None,
        id="CRLF",
    ),
    pytest.param(
        b"\n  \n\xc2\xa0\n",
        [],
        None,
        id="blank",
    ),
    pytest.param(
        A,
        [],
        None,
        id="no final newline",
    ),
    pytest.param(
        b'\xef\xbb\xbf{"role":"user","content":"a\tb",}\n',
        [(1, "raw-control", 30, "lossless", 1, 1)],
        b'{"role":"user","content":"a\\tb"}\n',
        id="BOM and a tab and a comma",
    ),
    pytest.param(
        A + b",\n",
        [(1, "array", 29, "lossless", 1, 1)],
        A + b"\n",
        id="a comma behind",
    ),
    pytest.param(
        b'{"role":"user","content":"a" b}\n',
        [(1, "malformed", 29, "partial", 1, 1)],
        None,
        id="broken in the middle",
    ),
    pytest.param(
        b"\x0b" + A + b"\x0c\n",
        [],
        None,
        id="VT and FF around",
    ),
    pytest.param(
        b'\xef\xbb\xbf{\n  "role": "user",\n  "content": "x"\n}\n',
        [(1, "pretty-printed", 4, "lossless", 1, 4)],
        b'{"role":"user","content":"x"}\n',
        id="BOM, then laid out",
    ),
    pytest.param(
        b'{\n  "role": "user",\n  "content": "x"\n}' + A + b"\n" + B + b"\n",
        [(1, "pretty-printed", 1, "lossless", 2, 4)],
        b'{"role":"user","content":"x"}\n' + A + b"\n" + B + b"\n",
        id="laid out, then glued",
    ),
    pytest.param(
        A + b'{\n  "role": "user",\n  "content": "x"\n}\n',
        [(1, "pretty-printed", 30, "lossless", 2, 4)],
        A + b'\n{"role":"user","content":"x"}\n',
        id="glued, then laid out",
    ),
    pytest.param(
        A + b'{"role":"user","content":"one\n\ntwo"}' + B + b"\n",
        [(1, "split-record", 58, "lossless", 3, 3)],
        A + b'\n{"role":"user","content":"one\\n\\ntwo"}\n' + B + b"\n",
        id="glued, then split",
    ),
    pytest.param(
        A + b'{"role":"user","content":"one\ntwo"}' + B + b"\n",
        [(1, "folded", 58, "offered", 3, 2)],
        None,
        id="glued, then split or folded",
    ),
    pytest.param(
        b'{"role":"user","content":"one\n\ntwo"} {"role":"user","content":"b",}\n',
        [(1, "split-record", 29, "lossless", 2, 3)],
        b'{"role":"user","content":"one\\n\\ntwo"}\n{"role":"user","content":"b"}\n',
        id="split, then a comma too many",
    ),
    pytest.param(
        b'{"role":"us{"role":"user","content":"one\n\ntwo"}\n',
        [(1, "fused", 40, "lossless", 1, 3)],
        b'{"role":"user","content":"one\\n\\ntwo"}\n',
        id="fused, then split",
    ),
    pytest.param(
        b'{\n  "role": "user",\n  "content": "x"\n}\x00\x00\n',
        [(1, "pretty-printed", 1, "lossless", 1, 4)],
        b'{"role":"user","content":"x"}\n',
        id="NULs behind laid out",
    ),
    pytest.param(
        b'{\n"role":"",\n,\n"content":""\n}',
        [
            (1, "torn", 1, "none", 0, 1),
            (2, "malformed", 0, "none", 0, 1),
            (3, "malformed", 0, "none", 0, 1),
            (4, "malformed", 0, "none", 0, 1),
            (5, "malformed", 0, "none", 0, 1),
        ],
        None,
        id="a comma between torn lines",
    ),
    pytest.param(
        b'{\n"role":"user",\n<<<<<<< HEAD\n"content":"x"\n=======\n"content":"y"\n>>>>>>> b\n}\n',
        [
            (1, "torn", 1, "none", 0, 1),
            (2, "malformed", 0, "none", 0, 1),
            (3, "merge-marker", 0, "none", 0, 1),
            (4, "malformed", 0, "none", 0, 1),
            (5, "merge-marker", 0, "none", 0, 1),
            (6, "malformed", 0, "none", 0, 1),
            (7, "merge-marker", 0, "none", 0, 1),
            (8, "malformed", 0, "none", 0, 1),
        ],
        None,
        id="a marker inside a laid-out record",
    ),
    pytest.param(
        A.decode()[:-2].encode("utf-16-le") + b"\n" + A[:-2],
        [(1, "utf16", 0, "partial", 1, 1), (2, "torn", len(A) - 2, "partial", 1, 1)],
        None,
        id="UTF-16-LE torn, then UTF-8 torn",
    ),
    pytest.param(
        A.decode()[:-2].encode("utf-16-le") + A + b"\n{",
        [(1, "fused", 2 * len(A) - 4, "offered", 1, 1), (2, "torn", 1, "none", 0, 1)],
        None,
        id="UTF-16-LE torn, a record in UTF-8 on its line",
    ),
    pytest.param(
        b'{\x00\x00\x00"\x00\x00\x00r\x00\x00\x00o\x00\x00\x00l\x00\x00\x00e\x00\x00\x00"\x00\x00\x00:\x00\x00\x00"\x00\x00\x00u\x00\x00\x00s\x00\x00\x00e\x00\x00\x00r\x00\x00\x00"\x00\x00\x00,\x00\x00\x00"\x00\x00\x00c\x00\x00\x00o\x00\x00\x00n\x00\x00\x00t\x00\x00\x00e\x00\x00\x00n\x00\x00\x00t\x00\x00\x00"\x00\x00\x00:\x00\x00\x00"\x00\x00\x00\xe9\x00\x00\x00"\x00\x00\x00}\x00\x00\x00\n<<x\n'
        + A,
        [(1, "utf16", 0, "lossless", 1, 1), (2, "log-text", 0, "none", 0, 1)],
        b'{"role":"user","content":"\xc3\xa9"}\n' + A,
        id="UTF-32, then UTF-8",
    ),
    pytest.param(
        b'\xff\xfe\x00\x00{\x00\x00\x00"\x00\x00\x00r\x00\x00\x00o\x00\x00\x00l\x00\x00\x00e\x00\x00\x00"\x00\x00\x00:\x00\x00\x00"\x00\x00\x00u\x00\x00\x00s\x00\x00\x00e\x00\x00\x00r\x00\x00\x00"\x00\x00\x00,\x00\x00\x00"\x00\x00\x00c\x00\x00\x00o\x00\x00\x00n\x00\x00\x00t\x00\x00\x00e\x00\x00\x00n\x00\x00\x00t\x00\x00\x00"\x00\x00\x00:\x00\x00\x00"\x00\x00\x00\xe9\x00\x00\x00"\x00\x00\x00}\x00\x00\x00\x00\n<<',
        [(1, "utf16", 0, "lossless", 1, 1), (2, "log-text", 0, "none", 0, 1)],
        b'{"role":"user","content":"\xc3\xa9"}\n',
        id="UTF-32 with a part of a character behind",
    ),
    pytest.param(
        b'\xff\xfe{\x00\x00\x00"\x00\x00\x00r\x00\x00\x00o\x00\x00\x00l\x00\x00\x00e\x00\x00\x00"\x00\x00\x00:\x00\x00\x00"\x00\x00\x00"\x00\x00\x00,\x00\x00\x00"\x00\x00\x00c\x00\x00\x00o\x00\x00\x00n\x00\x00\x00t\x00\x00\x00e\x00\x00\x00n\x00\x00\x00t\x00\x00\x00"\x00\x00\x00:\x00\x00\x00"\x00\x00\x00-\x00\xfd\xff\xfd\xff',
        [(1, "invalid-utf8", 0, "none", 0, 1)],
        None,
        id="UTF-16 with NULs that are no encoding",
    ),
    pytest.param(
        b'[{"role":"user","content":"\xed\xa0\xbd\xed\xb8\x80"}, {"role":"user","content":"a\tb",}]\n',
        [(1, "array", 0, "lossless", 2, 1)],
        b'{"role":"user","content":"\xf0\x9f\x98\x80"}\n{"role":"user","content":"a\\tb"}\n',
        id="list, each damaged",
    ),
    pytest.param(
        b'{"role":\xef\xbb\xbf' + A + b"\n",
        [(1, "fused", 8, "lossless", 1, 1)],
        A + b"\n",
        id="fused behind a colon, a BOM between",
    ),
    pytest.param(
        b'{"role":"user","cont\x00\x00\x00' + A + b"\n",
        [(1, "fused", 23, "lossless", 1, 1)],
        A + b"\n",
        id="fused in a key, NULs between",
    ),
    pytest.param(
        b'{"role":"user","content"\x00\x00\x00' + A + b"\n",
        [(1, "fused", 24, "lossless", 1, 1)],
        A + b"\n",
        id="torn behind a key, NULs between",
    ),
    pytest.param(
        b'{"role":"user","content":"see this one\n{\\"role\\":\\"user\\",\\"content\\":\\"x\\"}\nend\nit"}\n',
        [(1, "split-record", 38, "lossless", 1, 4)],
        b'{"role":"user","content":"see this one\\n{\\"role\\":\\"user\\",\\"content\\":\\"x\\"}\\nend\\nit"}\n',
        id="a record quoted in a split text",
    ),
    pytest.param(
        b'{"role":"user","content":"see\n' + A + b'\nend"}\n',
        [(1, "torn", 29, "partial", 1, 1), (3, "stale-tail", 0, "none", 0, 1)],
        b'{"role":"user","content":"see\n' + A + b"\n",
        id="a record in the middle of a split text",
    ),
    pytest.param(
        b'{"role":"user","content":"see\nthis"} and ' + A + b"\n",
        [(1, "torn", 29, "partial", 1, 1), (2, "log-text", 0, "offered", 1, 1)],
        None,
        id="a record behind a closed text",
    ),
    pytest.param(
        b'\xef\xbb\xbf{"role":"user","con' + B + b'\ntent":"a"}\n',
        [(1, "interleaved", 22, "lossless", 2, 2)],
        A + b"\n" + B + b"\n",
        id="woven, a BOM in front",
    ),
    pytest.param(
        A + b"\r" + B + b"\r" + A,
        [(1, "glued", 30, "lossless", 3, 1)],
        A + b"\n" + B + b"\n" + A + b"\n",
        id="old Mac",
    ),
    pytest.param(
        b'{\n"messages": [\n' + A + b"\n]\n}\n",
        [
            (1, "torn", 1, "none", 0, 1),
            (2, "malformed", 0, "none", 0, 1),
            (4, "array", 0, "lossless", 0, 1),
            (5, "malformed", 0, "none", 0, 1),
        ],
        b'{\n"messages": [\n' + A + b"\n}\n",
        id="OpenAI laid out",
    ),
    pytest.param(
        b'{"type":"x","message":\n{"role":"user","content":"hi"\n}}\n',
        [(1, "torn", 22, "none", 0, 1), (2, "torn", 29, "partial", 1, 1), (3, "malformed", 0, "none", 0, 1)],
        None,
        id="a nested record over lines",
    ),
    pytest.param(
        b"\\\x00" + A.decode().encode("utf-16-le"),
        [(1, "utf16", 0, "offered", 1, 1)],
        None,
        id="UTF-16 LE behind a character",
    ),
    pytest.param(
        rb"""b'{"role":"user","content":"two\\nlines"}'""" + b"\n" + A + b"\n",
        [(1, "literal", 0, "offered", 1, 1)],
        None,
        id="bytes of Python",
    ),
    pytest.param(
        b"DEBUG send '" + A + b"' to bob\n",
        [(1, "literal", 11, "offered", 1, 1)],
        None,
        id="a text of Python in a log",
    ),
    pytest.param(
        b'3,user,"{""role"":""user"",""content"":""a""}",x\n',
        [(1, "literal", 7, "offered", 1, 1)],
        None,
        id="a field of CSV",
    ),
    pytest.param(
        rb"{\"role\":\"user\",\"content\":\"a\"}" + b"\n",
        [(1, "escaped", 0, "offered", 1, 1)],
        None,
        id="escaped once too often",
    ),
    pytest.param(
        rb'{"role":"user","content":"say \\"hi\\" now"}' + b"\n",
        [(1, "escaped", 30, "offered", 1, 1)],
        None,
        id="a content escaped once too often",
    ),
    pytest.param(
        rb'{"log":"{\"role\":\"user\",\"content\":\"a\"}\n","stream":"stdout"}' + b"\n",
        [(1, "wrapped", 7, "offered", 1, 1)],
        None,
        id="docker",
    ),
    pytest.param(
        b'{"data":' + A + b"}\n",
        [(1, "wrapped", 8, "offered", 1, 1)],
        None,
        id="wrapped in one key",
    ),
    pytest.param(
        b'\x1b[1;39m{\x1b[0m"role":"user",\x1b[34m"content"\x1b[0m:"a"}\n',
        [(1, "coloured", 0, "offered", 1, 1)],
        None,
        id="coloured",
    ),
    pytest.param(
        rb'{"role":"user","content":"C:\Users\ann"}' + b"\n",
        [(1, "bare-backslash", 28, "offered", 1, 1)],
        None,
        id="a path on Windows",
    ),
    pytest.param(
        rb'{"role":"user","content":"C:\Users\new"}' + b"\n",
        [(1, "bare-backslash", 28, "partial", 1, 1)],
        None,
        id="a path on Windows, or a newline",
    ),
    pytest.param(
        "{“role”: “user”, “content”: “a”}\n".encode(),
        [(1, "typographic", 1, "offered", 1, 1)],
        None,
        id="printed quotes",
    ),
    pytest.param(
        "{“role”: “user”, “content”: “it’s”}\n".encode(),
        [(1, "typographic", 1, "partial", 1, 1)],
        None,
        id="printed quotes, one in the text",
    ),
]


@pytest.mark.parametrize(("data", "expected", "repaired"), ROWS)
def test_what_is_found_and_what_repair_makes_of_it(
    data: bytes, expected: list[tuple[int, str, int, str, int, int]], repaired: bytes | None
) -> None:
    found = list(faults(lines_of(data)))
    rows = [
        (fault.line, fault.id, fault.at, fault.salvage.value, fault.recovers, lines)
        for fault, lines in ((each, each.lines) for each in found)
    ]
    assert rows == expected
    assert {each.severity for each in found} <= {Severity.DAMAGE}
    assert all("; ZeroClaw drops " in each.reason for each in found)
    assert applied(data, salvage.plan(found)) == (data if repaired is None else repaired)
    assert b"".join(data[part.span.offset : part.span.stop] for part in account(data)) == data


def test_a_second_repair_changes_nothing() -> None:
    for data, _, repaired in (row.values for row in ROWS):
        once = data if repaired is None else repaired
        assert isinstance(once, bytes)
        assert applied(once, salvage.plan(faults(lines_of(once)))) == once


OF_THE_TABLE = {
    ("glued", "lossless"),
    ("fused", "lossless"),
    ("torn", "partial"),
    ("nul-run", "lossless"),
    ("nul-run", "none"),
    ("invalid-utf8", "lossless"),
    ("invalid-utf8", "partial"),
    ("invalid-utf8", "none"),
    ("bom", "lossless"),
    ("utf16", "lossless"),
    ("utf16", "offered"),
    ("raw-control", "lossless"),
    ("split-record", "lossless"),
    ("folded", "lossless"),
    ("folded", "offered"),
    ("pretty-printed", "lossless"),
    ("array", "lossless"),
    ("lone-surrogate", "partial"),
    ("trailing-comma", "lossless"),
    ("python-repr", "offered"),
    ("stale-tail", "none"),
    ("non-finite", "partial"),
    ("wrong-shape", "offered"),
    ("wrong-shape", "partial"),
    ("foreign", "none"),
    ("duplicate-key", "offered"),
    ("merge-marker", "lossless"),
    ("log-text", "none"),
    ("log-text", "lossless"),
    ("not-jsonl", "none"),
    ("deep-nesting", "none"),
    ("interleaved", "lossless"),
    ("interleaved", "offered"),
    ("literal", "offered"),
    ("escaped", "offered"),
    ("wrapped", "offered"),
    ("coloured", "offered"),
    ("bare-backslash", "offered"),
    ("bare-backslash", "partial"),
    ("typographic", "offered"),
    ("typographic", "partial"),
}
"""Each id of damage to lines, and how messages are had back; entries of a folder that are no files stand in
test_jsonl_trouble, what is only worth a note in test_diagnose_notes, and a line that is still being written below."""


def test_every_row_of_the_table_has_a_fixture() -> None:
    expected = [cast("list[tuple[int, str, int, str, int, int]]", param.values[1]) for param in ROWS]
    shown = {(id, salvage) for rows in expected for _, id, _, salvage, _, _ in rows}
    assert shown >= OF_THE_TABLE
    assert {id for id, _ in shown} - {id for id, _ in OF_THE_TABLE} == {"malformed"}


GUESSES = [
    pytest.param(
        A + b'\n{"role":"assistant","content":"Hello, I ca',
        None,
        A + b'\n{"role":"assistant","content":"Hello, I ca"}\n',
        id="torn in a text",
    ),
    pytest.param(
        A + b'\n{"role":"assistant","content":"caf\\u00',
        None,
        A + b'\n{"role":"assistant","content":"caf"}\n',
        id="torn in an escape",
    ),
    pytest.param(
        A + b'\n{"role":"assistant","content":"x\xe6\x87',
        None,
        A + b'\n{"role":"assistant","content":"x"}\n',
        id="torn in a character",
    ),
    pytest.param(
        b'{"role":"assistant","content":"Hello, I ca\n' + A + b"\n",
        None,
        b'{"role":"assistant","content":"Hello, I ca"}\n' + A + b"\n",
        id="torn inside the file",
    ),
    pytest.param(
        b'{"role":"user","content":"caf\xe9"}\n',
        None,
        b'{"role":"user","content":"caf\xc3\xa9"}\n',
        id="cp1252",
    ),
    pytest.param(
        b'\x00{\x00"\x00r\x00o\x00l\x00e\x00"\x00:\x00"\x00u\x00s\x00e\x00r\x00"\x00,\x00"\x00c\x00o\x00n\x00t\x00e\x00n\x00t\x00"\x00:\x00"\x00\xe9\xd8>\xdd\xe0\x00"\x00}\x00\n',
        b'{"role":"user","content":"\xc3\xa9\xf0\x9f\xa7\xa0"}\n',
        b'{"role":"user","content":"\xc3\xa9\xf0\x9f\xa7\xa0"}\n',
        id="UTF-16 BE",
    ),
    pytest.param(
        A
        + b'\n{\x00"\x00r\x00o\x00l\x00e\x00"\x00:\x00"\x00a\x00s\x00s\x00i\x00s\x00t\x00a\x00n\x00t\x00"\x00,\x00"\x00c\x00o\x00n\x00t\x00e\x00n\x00t\x00"\x00:\x00"\x00b\x00"\x00}\x00\r\x00\n\x00',
        A + b"\n" + B + b"\r\n",
        A + b"\n" + B + b"\r\n",
        id="UTF-16 behind UTF-8",
    ),
    pytest.param(
        b'{"role":"user","content":"one\ntwo\n' + A + b"\n",
        None,
        b'{"role":"user","content":"one"}\n' + A + b"\n",
        id="raw newline, then a record",
    ),
    pytest.param(
        b'{"role":"user","content":"x \\ud83d"}\n',
        None,
        b'{"role":"user","content":"x \\ufffd"}\n',
        id="high half",
    ),
    pytest.param(
        b'{"role":"user","content":"\\ude00"}\n',
        None,
        b'{"role":"user","content":"\\ufffd"}\n',
        id="low half",
    ),
    pytest.param(
        b'{"role":"user","content":"\\ude00\\ud83d"}\n',
        None,
        b'{"role":"user","content":"\\ufffd\\ufffd"}\n',
        id="halves swapped",
    ),
    pytest.param(
        b'{"role":"user","content":"x","\\ud83d":1}\n',
        None,
        b'{"role":"user","content":"x","\\ufffd":1}\n',
        id="half in a key",
    ),
    pytest.param(
        b"{'role': 'user', 'content': 'it\\'s\\n'}\n",
        b'{"role":"user","content":"it\'s\\n"}\n',
        b'{"role":"user","content":"it\'s\\n"}\n',
        id="Python",
    ),
    pytest.param(
        b'{"role":"user","content":None}\n',
        None,
        b'{"role":"user","content":""}\n',
        id="Python's None",
    ),
    pytest.param(
        b'{"role":"user","content":"x","score":NaN}\n',
        None,
        b'{"role":"user","content":"x","score":null}\n',
        id="NaN",
    ),
    pytest.param(
        b'{"role":"user","content":"x","score":-Infinity}\n',
        None,
        b'{"role":"user","content":"x","score":null}\n',
        id="Infinity",
    ),
    pytest.param(
        b'{"0":"h","1":"i","role":"user"}\n',
        b'{"role":"user","content":"hi"}\n',
        b'{"role":"user","content":"hi"}\n',
        id="exploded",
    ),
    pytest.param(
        b'"{\\"role\\":\\"user\\",\\"content\\":\\"x\\"}"\n',
        b'{"role":"user","content":"x"}\n',
        b'{"role":"user","content":"x"}\n',
        id="encoded twice",
    ),
    pytest.param(
        b'{"role":"user","content":[{"type":"text","text":"x"}]}\n',
        None,
        b'{"role":"user","content":"x"}\n',
        id="list of parts",
    ),
    pytest.param(
        b'{"role":"user","content":null}\n',
        None,
        b'{"role":"user","content":""}\n',
        id="content null",
    ),
    pytest.param(
        b'{"role":"user","content":"a","content":"b"}\n',
        b'{"role":"user","content":"b"}\n',
        b'{"role":"user","content":"b"}\n',
        id="content twice",
    ),
    pytest.param(
        b'{"role":"user","content":"x' + B + b'\none"}\ntwo"}\n',
        b'{"role":"user","content":"xone"}\n' + B + b"\n",
        b'{"role":"user","content":"xone"}\n' + B + b"\n",
        id="interleaved, two ends",
    ),
    pytest.param(
        b'{"role":"user","con' + B + b'tent":"a"}\n',
        B + b"\n",
        B + b"\n",
        id="woven on one line",
    ),
    pytest.param(
        b'{"type":"a","m":{"role":"user","content":"hi"},"x":y z,"n":{"role":"user","content":"h"}\n',
        b'{"role":"user","content":"h"}\n',
        b'{"role":"user","content":"h"}\n',
        id="envelope with a raw control, torn",
    ),
    pytest.param(
        b'{"role":"user","content":"he said {"role":"x","content":"y"} ok"}\n',
        b'{"role":"user","content":"he said {\\"role\\":\\"x\\",\\"content\\":\\"y\\"} ok"}\n',
        b'{"role":"user","content":"he said {\\"role\\":\\"x\\",\\"content\\":\\"y\\"} ok"}\n',
        id="unescaped quotes",
    ),
    pytest.param(
        b'{"role":"user","content":"a" b}\n',
        None,
        A + b"\n",
        id="broken in the middle",
    ),
    pytest.param(
        rb"""b'{"role":"user","content":"two\\nlines"}'""" + b"\n" + A + b"\n",
        b'{"role":"user","content":"two\\nlines"}\n' + A + b"\n",
        b'{"role":"user","content":"two\\nlines"}\n' + A + b"\n",
        id="bytes of Python",
    ),
    pytest.param(
        rb'{"log":"{\"role\":\"user\",\"content\":\"a\"}\n","stream":"stdout"}' + b"\n",
        A + b"\n",
        A + b"\n",
        id="docker",
    ),
    pytest.param(
        rb'{"role":"user","content":"C:\Users\new"}' + b"\n",
        rb'{"role":"user","content":"C:\\Users\\new"}' + b"\n",
        rb'{"role":"user","content":"C:\\Users\\new"}' + b"\n",
        id="a path on Windows, or a newline",
    ),
]


@pytest.mark.parametrize(("data", "marked", "partial"), GUESSES)
def test_what_is_only_made_when_asked_for(data: bytes, marked: bytes | None, partial: bytes | None) -> None:
    found = list(faults(lines_of(data)))
    anywhere = frozenset(each.line or 0 for each in found)
    assert applied(data, salvage.plan(found, Wish(marked=anywhere))) == (data if marked is None else marked)
    every = applied(data, salvage.plan(found, Wish(marked=anywhere, partial=True)))
    assert every == (data if partial is None else partial)
    assert all(zeroclaw.is_valid(record) for each in found for part in each.parts for record in part.records)


def test_a_last_line_may_still_be_being_written() -> None:
    data = A + b'\n{"role":"user","content":"I was sa'
    [found] = faults(lines_of(data), settled=False)
    assert (found.id, found.severity, found.line) == ("incomplete", Severity.INCOMPLETE, 2)
    [ended] = faults(lines_of(data + b"\n"), settled=False)
    assert (ended.id, ended.severity) == ("torn", Severity.DAMAGE)


def test_messages_come_back_in_order() -> None:
    data = b'{"role":"assi' + A + B + b"\n\xef\xbb\xbf" + B + b"\n" + A + b"\n"
    repaired = applied(data, salvage.plan(faults(lines_of(data))))
    a, b = Message("user", "a"), Message("assistant", "b")
    assert [zeroclaw.read(line) for line in repaired.splitlines()] == [a, b, b, a]


def test_a_fragment_is_named_by_its_bytes() -> None:
    data = A + b'\n{"role":"assi' + A + b'{"role":"us\n'
    [outcome] = salvage.plan(faults(lines_of(data)))
    assert [data[span.offset : span.stop] for span in outcome.fragments] == [b'{"role":"assi', b'{"role":"us']


def test_the_lines_of_a_torn_text_stay_with_it_or_are_kept_with_its_fragments() -> None:
    data = b'{"role":"user","content":"one\ntwo\n' + A + b"\n"
    found = list(faults(lines_of(data)))
    assert all(outcome.stays for outcome in salvage.plan(found))
    torn, text = salvage.plan(found, Wish(partial=True))
    assert torn.records == (b'{"role":"user","content":"one"}',)
    assert (text.stays, text.records, [data[span.offset : span.stop] for span in text.fragments]) == (
        False,
        (),
        [b"two"],
    )
