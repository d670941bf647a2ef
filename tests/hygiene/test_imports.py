"""What a verb loads, in a fresh interpreter: never the browser's libraries, and nothing that it has no use for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.matrices import thinned, third

ROOT = Path(__file__).parent.parent.parent

SCRIPT = """
import sys
from sessiontui.cli.verbs import verbs
try:
    verbs.main(sys.argv[1:])
except SystemExit as end:
    print("code", end.code, file=sys.stderr)
print("loaded", *sorted(sys.modules), file=sys.stderr)
"""

COMMANDS = {
    "stores": ["stores"],
    "list": ["list"],
    "show": ["show", "a"],
    "search": ["search", "x"],
    "check": ["check"],
    "append": ["append", "a", "--role", "user", "x"],
    "pop": ["pop", "a"],
    "compact": ["compact", "--all"],
    "repair": ["repair", "--all"],
    "report": ["report", "a"],
    "migrate": ["migrate"],
    "cleanup": ["cleanup", "--ttl-hours", "1"],
    "delete": ["delete", "a"],
    "about": ["about", "a"],
    "undo": ["undo", "--list"],
    "journal": ["journal"],
    "demo --no-open": ["demo", "demo", "--no-open"],
    "browse --help": ["browse", "--help"],
    "--help": ["--help"],
}


def loaded(folder: Path, arguments: list[str]) -> set[str]:
    """The modules that are loaded after a command line, which must do what it was asked."""
    sessions = folder / "sessions"
    sessions.mkdir(exist_ok=True)
    (sessions / "a.jsonl").write_bytes(b'{"role":"user","content":"x"}\n')
    command = [sys.executable, "-c", SCRIPT, *arguments]
    ran = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"PYTHONPATH": str(ROOT), "HOME": str(folder), "SESSIONTUI_STORE": str(sessions), "PATH": ""},
    )
    *_, code, modules = ran.stderr.splitlines()
    assert code in ("code 0", "code None"), ran.stderr
    return set(modules.split())


@pytest.mark.parametrize("name", thinned(COMMANDS, third))
def test_no_verb_loads_the_browser(tmp_path: Path, name: str) -> None:
    modules = loaded(tmp_path, COMMANDS[name])
    assert "sessiontui.cli.verbs" in modules
    assert not {module for module in modules if module.split(".")[0] in ("textual", "rich")}
    assert not {module for module in modules if module.startswith("sessiontui.tui")}


def test_a_list_loads_no_matcher_but_a_filtered_one_does(tmp_path: Path) -> None:
    matcher = "sessiontui.query.fuzzy"
    assert matcher not in loaded(tmp_path, ["list"])
    assert matcher in loaded(tmp_path, ["list", "--filter", "a"])
    assert matcher not in loaded(tmp_path, ["show", "a"])


def test_a_verb_loads_only_itself(tmp_path: Path) -> None:
    modules = loaded(tmp_path, ["show", "a"])
    assert "sessiontui.cli.show" in modules
    assert not {"sessiontui.cli.undo", "sessiontui.cli.migrate", "sessiontui.changes.verbs.migrate"} & modules


def test_reading_a_store_without_a_journal_loads_none(tmp_path: Path) -> None:
    read, changed = (loaded(tmp_path, [name, "a"]) for name in ("show", "pop"))
    assert "sessiontui.changes.store_access" in read
    assert "sessiontui.changes.history" not in read
    assert "sessiontui.changes.history" in changed
