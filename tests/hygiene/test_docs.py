"""What README says is so: its commands work, it names every verb and every key, its links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sessiontui.cli.verbs import VERBS
from sessiontui.damage import catalogue

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text()
INSTALL = "python3 -m venv .venv && .venv/bin/pip install -q --require-hashes -r"
COMMANDS = re.findall(r"^\$ (.+)$", README, re.MULTILINE)
EXIT = re.compile(r"# exit (\d+)")
CHANGES = re.compile(r"sessiontui (append|pop|repair|compact|migrate|cleanup|delete|undo)\b")
"""Commands to which README has ``--no-lease`` added where there are no leases."""


def test_there_are_two_commands_and_what_they_install_is_there() -> None:
    lines = [line for line in README.splitlines() if line.startswith("python3 ")]
    assert lines == [
        f"{INSTALL} requirements.lock && .venv/bin/python -m sessiontui demo",
        f"{INSTALL} tests/requirements.lock && .venv/bin/python -m pytest -q",
    ]
    assert (ROOT / "requirements.lock").is_file()
    assert (ROOT / "tests" / "requirements.lock").is_file()


def test_the_picture_stands_before_the_first_section() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README.split("\n## ")[0])
    assert len(pictures) == 1
    assert (ROOT / pictures[0]).is_file()


def test_every_verb_is_named() -> None:
    assert [verb for verb in VERBS if f"sessiontui {verb}" not in README] == []


def test_every_kind_of_damage_is_named() -> None:
    damage = README.split("\n## Damage\n")[1].split("\n## ")[0]
    assert [
        id for id, kind in catalogue.KINDS.items() if kind.cause and f"`{id}`" not in damage and f"*{id}*" not in damage
    ] == []


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with the command ``sessiontui`` on its path, and a home of its own."""
    home = tmp_path_factory.mktemp("reader")
    command = home / "sessiontui"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sessiontui "$@"\n')
    command.chmod(0o755)
    keep = {name: value for name, value in os.environ.items() if name in ("LANG", "LC_ALL", "TERM")}
    path = f"{home}:{os.environ['PATH']}"
    return home, {**keep, "HOME": str(home), "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}


def test_every_command_works_in_the_order_in_which_it_stands(shell: tuple[Path, dict[str, str]]) -> None:
    home, env = shell
    said: dict[str, int] = {}
    for command in COMMANDS:
        if export := re.fullmatch(r"export (\w+)=(\S+)", command):
            env[export[1]] = export[2]
            continue
        if sys.platform != "linux" and CHANGES.match(command):
            command += " --no-lease"
        done = subprocess.run(["sh", "-c", command], check=False, cwd=home, env=env, capture_output=True, timeout=60)
        expected = int(match[1]) if (match := EXIT.search(command)) else 0
        assert done.returncode == expected, f"{command}\n{done.stderr.decode()}"
        assert b"Traceback" not in done.stderr
        said[command] = len(done.stdout)
    assert len(said) >= 15
    assert [command for command, length in said.items() if not length] == []


def _targets(text: str) -> list[str]:
    return [each for each in re.findall(r"\]\(([^)#]+)\)", text) if not each.startswith("https://")]


@pytest.mark.parametrize("target", _targets(README))
def test_links_of_the_readme_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_exit_codes_are_those_of_the_errors() -> None:
    from sessiontui import errors

    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    raised = {each.exit_code for each in vars(errors).values() if isinstance(each, type) and hasattr(each, "exit_code")}
    assert documented == {0, 1, *raised}


def test_the_rooms_in_the_readme_are_the_rooms() -> None:
    tree = README.split("```\nsessiontui/\n")[1].split("```")[0]
    rooms = {path.name for path in (ROOT / "sessiontui").iterdir() if (path / "__init__.py").is_file()}
    assert set(re.findall(r"^  (\w+)/", tree, re.MULTILINE)) == rooms
    alone = {path.stem for path in (ROOT / "sessiontui").glob("*.py")} - {"__init__", "__main__"}
    assert set(tree.strip().splitlines()[-1].split()) == alone


@pytest.mark.parametrize("command", [".ci/run", "python -m tests.bench", "lint-imports", "--snapshot-update"])
def test_contributing_names_the_loop(command: str) -> None:
    assert command in CONTRIBUTING


def test_every_key_of_the_browser_is_named() -> None:
    from textual.binding import Binding

    from sessiontui.tui.browser.screen import BrowserScreen
    from sessiontui.tui.key_bindings import shown

    named = set(re.findall(r"`([^` ]+)`|(?<=[| ])(Ctrl\+\w|Esc|Enter|Space|F\d|Shift\+F\d|Tab)(?=[ |,])", README))
    keys = {quoted or plain for quoted, plain in named}
    for binding in (each for kind in BrowserScreen.__mro__ for each in getattr(kind, "BINDINGS", ())):
        if isinstance(binding, Binding) and binding.id:
            for key in binding.key.split(","):
                assert shown(key) in keys, f"{shown(key)} ({binding.id})"
