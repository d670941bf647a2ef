"""Where things live on this machine. Names paths; looks at no disk and makes nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

_ERAS = ("data", "workspace")
"""The folder that holds ``sessions/``: of the newer ZeroClaw, and of the older."""


def cache_folder() -> Path:
    """The person's cache folder for us; everything in it can be thrown away."""
    return platformdirs.user_cache_path("sessiontui", appauthor=False)


def state_folder() -> Path:
    """The person's folder for what we remember of how they work."""
    return platformdirs.user_state_path("sessiontui", appauthor=False)


def known_folders(env: Mapping[str, str]) -> list[Path]:
    """The sessions folders that ZeroClaw may use, those of its environment first; each once."""
    roots: list[Path] = []
    if config := env.get("ZEROCLAW_CONFIG_DIR"):
        roots += [expanded(config) / era for era in _ERAS]
    for variable in ("ZEROCLAW_DATA_DIR", "ZEROCLAW_WORKSPACE"):
        if folder := env.get(variable):
            roots.append(expanded(folder))
    home = Path(env["HOME"]) if env.get("HOME") else Path.home()
    roots += [home / ".zeroclaw" / era for era in _ERAS]
    folders = [Path(os.path.abspath(home / "sessions")) for home in roots]
    return list(dict.fromkeys(folders))


def shortened(path: str) -> str:
    """A path for a person: ``~`` for the folder of the person."""
    user_folder = os.path.expanduser("~")
    return "~" + path.removeprefix(user_folder) if path.startswith(user_folder + "/") else path


def expanded(path: str) -> Path:
    """A leading ``~`` is the person's home: a variable set in a service file or by quotes still has it."""
    return Path(path).expanduser() if path.startswith("~") else Path(path)
