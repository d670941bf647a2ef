"""The wheel holds what the program needs, and no more: styles and the mark of types, not the tests."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

import sessiontui

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "sessiontui"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=100)
    (made,) = folder.glob("*.whl")
    return zipfile.ZipFile(made)


def _member(wheel: zipfile.ZipFile, name: str) -> str:
    (found,) = (each for each in wheel.namelist() if each.endswith(f".dist-info/{name}"))
    return wheel.read(found).decode()


def test_every_file_of_the_package_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and not {part for part in path.parts if part == "__pycache__" or part.endswith("_cache")}
    }
    assert "sessiontui/py.typed" in files
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == files


def test_every_style_sheet_that_is_named_is_there() -> None:
    for source in PACKAGE.rglob("*.py"):
        for line in source.read_text().splitlines():
            if "CSS_PATH" in line and '"' in line:
                named = line.split('"')[1]
                assert (source.parent / named).is_file(), f"{source}: {named}"


def test_the_version_comes_from_the_package(wheel: zipfile.ZipFile) -> None:
    headers = HeaderParser().parsestr(_member(wheel, "METADATA"))
    assert headers["Version"] == sessiontui.__version__
    assert headers["License-Expression"] == "MIT"


def test_the_command_is_installed(wheel: zipfile.ZipFile) -> None:
    assert "sessiontui = sessiontui.__main__:main" in _member(wheel, "entry_points.txt")


def test_nothing_is_required_that_is_not_declared(wheel: zipfile.ZipFile) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    required = HeaderParser().parsestr(_member(wheel, "METADATA")).get_all("Requires-Dist")
    assert required is not None
    assert len(required) == len(declared)
