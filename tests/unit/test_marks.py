"""Whether the names role and content are found in bytes, however they are quoted, escaped, coloured or broken."""

from __future__ import annotations

import pytest

from sessiontui.damage import marks

QUOTED = [
    '"role"', "'role'", "`content`", '""role""', r"\"content\"", r"\\\"role\\\"", "“role”", "‘content’", "„role“", "«role»", "＂role＂",
    "&quot;role&quot;", "&#34;content&#34;", "&#x27;role&#x27;", "%22role%22", "=22content=22", r"\u0022role\u0022",
    r"\x22role\x22", r'"r\u006fle"', r'"\u0063ontent"', '\x1b[34;1m"role"\x1b[0m', '"\x1b[1mrole\x1b[0m"', '"\x1b[38:5:1mcon\x1b[mtent"',
    '"ro\nle"', '"con\r\ntent"', '"r\0o\0l\0e\0"\0', '{role:"user"', "{ content : 'x'", "Message(role='user'", "a,content=1",
]  # fmt: skip
BARE = ["role: user", "- content: hello", "level=info role=user", "content = x"]
NONE = [
    "role", "the role of content", '"roles"', '"contents"', "controle: 1", "my-role: x", "Content-Type: text", '"Role"',
    '"ro le"', "subcontent=1", "“the role”", "role user",
]  # fmt: skip


@pytest.mark.parametrize("text", QUOTED)
def test_a_name_in_quotes_of_any_kind_is_a_mark(text: str) -> None:
    assert (marks.is_marked(text.encode()), marks.is_named(text.encode())) == (True, True)


@pytest.mark.parametrize("text", BARE)
def test_a_bare_name_before_a_colon_or_an_equals_sign_is_named_alone(text: str) -> None:
    assert (marks.is_marked(text.encode()), marks.is_named(text.encode())) == (False, True)


@pytest.mark.parametrize("text", NONE)
def test_other_words_are_no_marks(text: str) -> None:
    assert (marks.is_marked(text.encode()), marks.is_named(text.encode())) == (False, False)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "cp1252"])
def test_a_name_in_another_encoding_is_a_mark(encoding: str) -> None:
    assert marks.is_marked('x “role”: "role"'.encode(encoding))
