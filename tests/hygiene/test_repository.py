"""What is in the repository: nothing of the machine it was written on, every dependency with its reason, one version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import sessiontui

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "tests/requirements.lock")
FOREIGN = [
    "py" + "pi.org",
    "python" + "hosted",
    "/wo" + "rk/main",
    "/wo" + "rk/shared",
    "../sha" + "red/",
    "/opt/" + "pypi",
    "/ro" + "ot/",
    "/tmp/" + "venv",
    "sub" + "agent",
]
"""Registry hosts and folders of whoever wrote a line; put together here, so that this file doesn't hold them."""


def _tracked() -> list[str]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git repository")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, timeout=60).stdout
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower().replace("_", "-")


@pytest.mark.parametrize("word", FOREIGN)
def test_nothing_names_the_machine_it_was_written_on(word: str) -> None:
    naming = [name for name in _tracked() if (ROOT / name).is_file() and word.encode() in (ROOT / name).read_bytes()]
    assert naming == []


def test_nothing_large_is_tracked() -> None:
    large = [name for name in _tracked() if (ROOT / name).is_file() and (ROOT / name).stat().st_size > 2_500_000]
    assert large == []


def test_nothing_made_is_tracked() -> None:
    made = re.compile(r"(^|/)(__pycache__|dist|build|[^/]*_cache|\.venv)/|\.pyc$|\.egg-info|snapshot_report")
    assert [name for name in _tracked() if made.search(name)] == []


def test_every_requirement_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    requirements = [line for line in lines if re.match(r'(    |requires = \[)"[\w-]+ ?[<>=]=?', line)]
    assert len(requirements) >= 17
    assert [line for line in requirements if not re.search(r'["\]],?  # \S+ \S+', line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pinned_package_has_its_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    pinned = [entry for entry in entries if not entry.startswith("#")]
    assert len(pinned) >= 10
    assert [entry.split()[0] for entry in pinned if "==" not in entry or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(("lock", "groups"), [(LOCKS[0], []), (LOCKS[1], ["test", "lint"])])
def test_every_requirement_is_pinned(lock: str, groups: list[str]) -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*pyproject["project"]["dependencies"]]
    for group in groups:
        wanted += pyproject["dependency-groups"][group]
    pinned = {_name(line) for line in (ROOT / lock).read_text().splitlines() if re.match(r"\w", line)}
    assert {_name(each) for each in wanted} - pinned == set()


def test_the_changelog_begins_with_what_is_not_released() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert sections[0] == "[Unreleased]"
    assert re.search(r"^- \S", text.split("## [Unreleased]")[1], re.MULTILINE)


def test_the_version_stands_in_one_place() -> None:
    saying = re.compile(rf"(?<![\d.]){re.escape(sessiontui.__version__)}(?![\d.])")
    locations = [
        name
        for name in _tracked()
        if name.endswith((".py", ".toml", ".cfg", ".yml")) and saying.search((ROOT / name).read_text(errors="replace"))
    ]
    assert locations == ["sessiontui/__init__.py"]


def test_ci_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_actions_are_pinned_to_a_commit() -> None:
    workflows = "".join(path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    used = re.findall(r"uses: (\S+)", workflows)
    assert used
    assert [each for each in used if not re.fullmatch(r"[\w/.-]+@[0-9a-f]{40}", each)] == []


def test_every_room_has_its_place_among_the_layers() -> None:
    """A room that no contract names could import anything."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    placed = set(re.findall(r"sessiontui\.(\w+)", " ".join(contracts[0]["layers"])))
    rooms = {path.stem for path in (ROOT / "sessiontui").iterdir() if path.suffix == ".py" or path.is_dir()}
    rooms = {room for room in rooms if room != "__init__" and not re.fullmatch(r"__pycache__|\..*", room)}
    assert rooms - placed == set()
    headless = rooms - {"__main__", "tui"}
    assert {each.removeprefix("sessiontui.") for each in contracts[1]["source_modules"]} == headless
