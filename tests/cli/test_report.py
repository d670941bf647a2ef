"""``report``: what a maintainer needs to know of a session, and nothing that a person would not paste in public."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from sessiontui.cli.demo import write_sample
from sessiontui.cli.masked_session import LINES, MOST, REACH, WINDOW, file_system
from tests.cli.conftest import Runner, tree
from tests.support.capabilities import need_any_name

FUSED = b'{"role":"assistant","content":"Zoe went to Pet{"role":"user","content":"hello Zoe"}\n'
FORMAL = re.compile(
    r"role|content|text|system|user|assistant|tool|null|true|NaN|undefined|None"
    r'|\\(?:u00[01][0-9a-f]|ud83d|ude42|x[0-9a-f]{2}|[nrtqxu"\\])'
)
"""What of a masked line says nothing."""


@pytest.fixture
def fused(store: Path) -> Path:
    path = store / "zoe_private.jsonl"
    path.write_bytes(b'{"role":"user","content":"one"}\n' + FUSED)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def test_a_damaged_session_for_people(run: Runner, fused: Path) -> None:
    said = run("report", "zoe_private").text
    assert said.startswith("# sessiontui report\n\nText is masked: ")
    assert re.search(r"\| sessiontui \| \d+\.\d+", said)
    assert "| key | `xxx*xxxxxxx` |\n| bytes | 116 |\n| lines | 2 |\n| messages | 1 |\n| damaged lines | 1 |\n" in said
    assert said.endswith(
        """
| fault | severity | how many |
| --- | --- | --- |
| `fused` | damage | 1 |

## 1: fused

- damage; line 2, offset 32, length 83, wrong at byte 46
- salvage lossless, recovers 1 message
- a whole record stands on the line of a torn one: a program died or the disk was full while it wrote, and a later \
record went on there; ZeroClaw drops the whole line
- the masked bytes alone have the same fault

Masked:

```text
{"role":"assistant","content":"Xxx xxxx xx Xxx{"role":"user","content":"xxxxx Xxx"}
```
"""
    )


def test_a_damaged_session_for_programs(run: Runner, fused: Path) -> None:
    head, row = run("report", "zoe_private", "--json").rows
    assert {"sessiontui", "python", "sqlite", "os", "file_system"} <= head.keys()
    assert (head["key"], head["bytes"], head["lines"], head["messages"]) == ("xxx*xxxxxxx", 116, 2, 1)
    assert head["kinds"] == [{"fault": "fused", "severity": "damage", "faults": 1}]
    assert (head["faults"], head["shown"]) == (1, 1)
    told = {name: row[name] for name in ("line", "offset", "length", "fault", "at", "salvage", "recovers", "same")}
    assert told == {
        "line": 2,
        "offset": 32,
        "length": 83,
        "fault": "fused",
        "at": 46,
        "salvage": "lossless",
        "recovers": 1,
        "same": True,
    }
    assert row["masked"] == ['{"role":"assistant","content":"Xxx xxxx xx Xxx{"role":"user","content":"xxxxx Xxx"}']
    assert row["hex"] == ""


def test_a_healthy_session_is_structure_alone(run: Runner) -> None:
    said = run("report", "alice").text
    assert "| messages | 2 |" in said
    assert said.endswith("Nothing is wrong with it.\n")
    assert len(run("report", "alice", "--json").rows) == 1


def test_notes_are_counted_and_not_shown(run: Runner, store: Path) -> None:
    (store / "noted.jsonl").write_bytes(b'\n{"role":"user","content":"one"}\n')
    (first,) = run("report", "noted", "--json").rows
    assert first["kinds"] == [{"fault": "blank", "severity": "info", "faults": 1}]
    assert (first["faults"], first["shown"]) == (0, 0)


def test_a_mask_is_told_from_a_fault_that_it_changed(run: Runner, store: Path) -> None:
    (store / "zip.jsonl").write_bytes(b"PK\x03\x04 secret.txt and more\n")
    _, row = run("report", "zip", "--json").rows
    assert (row["fault"], row["masked"], row["hex"], row["reason"]) == ("not-jsonl", [], "50 4b 03 04", None)


def test_bytes_that_are_no_text_stand_in_hexadecimal(run: Runner, store: Path) -> None:
    (store / "cafe.jsonl").write_bytes(b'{"role":"user","content":"the caf\xe9 is open today"}\n')
    said = run("report", "cafe").text
    assert '"content":"xxx xxx\\xe9 xx xxxx xxxxx"' in said
    assert said.endswith(
        "Masked, in hexadecimal:\n\n```text\n"
        "      17  6f 6e 74 65 6e 74 22 3a 22 78 78 78 20 78 78 78\n"
        "      33  e9 20 78 78 20 78 78 78 78 20 78 78 78 78 78 22\n```\n"
    )


def test_no_word_of_the_sample_gets_out(tmp_path: Path) -> None:
    run = Runner(write_sample(tmp_path / "private-name") / "sessions")
    run.store = tmp_path / "private-name"
    keys = [row["key"] for row in run("list", "--backend", "jsonl", "--json").rows]
    assert len(keys) > 20
    for key in keys:
        head, *rows = run("report", key, "--backend", "jsonl", "--json").rows
        assert set(head["key"]) <= set("xX9*[]\x1b語é")
        for row in rows:
            for line in row["masked"] if not row["codec"] else ():  # where letters stand for halves of characters
                letters = set(re.sub(r"[^a-zA-Z]", "", FORMAL.sub("", line.replace("\0", ""))))
                assert letters <= set("xX"), (key, line)
        said = run("report", key, "--backend", "jsonl").text
        assert "private-name" not in said
        assert key not in said


def test_where_a_link_leads_is_not_told(run: Runner, store: Path) -> None:
    (store / "link.jsonl").symlink_to("/home/zoe/secret.jsonl")
    said = run("report", "link").text
    assert "## 1: dangling\n\n- damage; the whole file\n" in said
    assert "zoe" not in said
    assert b"zoe" not in run("report", "link", "--json").out


def test_an_odd_name_is_told_and_not_shown(run: Runner, store: Path) -> None:
    (store / "zoe.secret.jsonl").write_bytes(b"")
    said = run("report", "zoe.secret").text
    assert "| `odd-name` | info | 1 |" in said
    assert "zoe" not in said
    need_any_name(store)
    (store / os.fsdecode(b"zoe\xff.jsonl")).write_bytes(b"")
    said = run("report", "zoe\\xff").text
    assert "| `odd-name` | damage | 1 |" in said
    assert "## 1: odd-name\n\n- damage; the whole file\n" in said
    assert "zoe" not in said


def test_only_the_first_faults_are_shown(run: Runner, store: Path) -> None:
    (store / "many.jsonl").write_bytes(b'{"role":"user","content":"a",}\n' * (MOST + 50))
    head, *rows = run("report", "many", "--json").rows
    assert (len(rows), head["faults"], head["shown"]) == (MOST, MOST + 50, MOST)
    assert rows[-1]["line"] == MOST
    assert run("report", "many").text.endswith("And 50 more: only the first 100 are shown.\n")


@pytest.mark.parametrize("size", [1000, REACH + 1000, 9 << 20])
def test_of_a_long_line_a_window_is_shown(run: Runner, store: Path, size: int) -> None:
    line = b'{"role":"user","content":"' + b"secret " * (size // 7) + b'" hidden}'
    (store / "long.jsonl").write_bytes(line + b"\n")
    _, row = run("report", "long", "--json").rows
    assert row["length"] == len(line)
    at = row["at"] - row["begins"]
    assert 0 <= at <= len(row["masked"][0]) <= WINDOW
    assert "xxxxxx xxxxxx" in row["masked"][0]
    assert "secret" not in str(row)
    assert row["same"] is (True if size < REACH else None)


def test_of_many_lines_the_first_are_shown(run: Runner, store: Path) -> None:
    pretty = b'{\n "role": "user",\n' + b' "n": 1,\n' * 30 + b' "content": "Zoe"\n}\n'
    (store / "pretty.jsonl").write_bytes(pretty)
    _, row = run("report", "pretty", "--json").rows
    assert (row["fault"], row["lines"]) == ("pretty-printed", 34)
    assert row["masked"] == ["{", ' "role": "user",', *[' "x": 9,'] * (LINES - 2)]


def test_a_database_is_told_without_its_rows(database: Path) -> None:
    run = Runner(database)
    key = run("list", "--json").rows[0]["key"]
    (head,) = run("report", key, "--json").rows
    assert (head["backend"], head["full_text_index"]) == ("sqlite", True)
    assert head["messages"] == run("list", "--json").rows[0]["messages"]
    assert set(head["key"]) <= set("xX9* \t\n")


# ---- into a file


def test_a_file_is_private_and_holds_what_is_printed(run: Runner, fused: Path, tmp_path: Path) -> None:
    file = tmp_path / "bundle.md"
    ran = run("report", "zoe_private", "-o", str(file))
    assert ran.out == b""
    assert file.read_bytes() == run("report", "zoe_private").out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_is_there_stays_unless_forced(run: Runner, fused: Path, tmp_path: Path) -> None:
    file = tmp_path / "bundle.md"
    file.write_bytes(b"mine")
    ran = run("report", "zoe_private", "-o", str(file), code=4)
    assert "is there already" in ran.err
    assert file.read_bytes() == b"mine"
    run("report", "zoe_private", "-o", str(file), "--force")
    assert file.read_bytes().startswith(b"# sessiontui report")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".sessiontui-*")) == []


def test_a_folder_that_is_not_there_is_said(run: Runner, fused: Path, tmp_path: Path) -> None:
    ran = run("report", "zoe_private", "-o", str(tmp_path / "no" / "bundle.md"), code=3)
    assert "can't be written: No such file or directory" in ran.err


def test_nothing_is_changed(run: Runner, fused: Path) -> None:
    before = tree(fused.parent)
    run("report", "zoe_private")
    assert tree(fused.parent) == before


def test_an_unknown_key(run: Runner) -> None:
    run("report", "nobody", code=2)


# ---- the kind of file system


def test_the_innermost_mount_counts(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    escaped = str(tmp_path / "a b").replace(" ", r"\040")
    mounts.write_text(
        "1 0 8:1 / / rw,relatime shared:1 - ext4 /dev/secret rw\n"
        f"2 1 0:5 / {tmp_path} rw - tmpfs tmpfs rw\n"
        f"3 1 0:6 / {escaped} rw master:2 - fuse.private user@host rw\n"
    )
    (tmp_path / "a b").mkdir()
    assert file_system(tmp_path / "a b" / "x", mounts) == "fuse"
    assert file_system(tmp_path / "a", mounts) == "tmpfs"
    assert file_system(Path("/elsewhere"), mounts) == "ext4"
    assert file_system(tmp_path, tmp_path / "missing") is None
