"""Toolong, a log viewer for large files, in an environment of its own: it needs an older Textual than ours.

``command(FOLDER)`` gives the program, installed below FOLDER when it is first asked for.
"""

import os
import subprocess
import sys
from pathlib import Path


def command(folder: Path) -> Path:
    """The program; ``$SESSIONTUI_BENCH_TOOLONG`` names one that is there already."""
    if named := os.environ.get("SESSIONTUI_BENCH_TOOLONG"):
        return Path(named)
    home = folder / "toolong"
    program = home / "bin" / "tl"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([home / "bin" / "pip", "install", "-q", "toolong==1.5.0"], check=True)
    return program
