"""``python -m sessiontui`` and the command ``sessiontui``: the command line, and the browser that it may open.

The only place that joins the two front ends; the browser's room is loaded when it is opened, never before.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from sessiontui.store.detect import StoreLocation


def _browser(location: StoreLocation) -> int:
    gc.disable()  # until ``run`` has loaded what it needs
    from sessiontui.tui.app import run

    return run(location)


def _use_utf8() -> None:
    """Begin again in Python's UTF-8 mode where the locale has another encoding: names of session files are UTF-8
    whatever it is. What is printed and read keeps the locale's."""
    if sys.getfilesystemencoding() == "utf-8" or not sys.executable:
        return
    encoding = getattr(sys.stdout or sys.stderr, "encoding", None)
    if encoding:
        os.environ.setdefault("PYTHONIOENCODING", encoding)
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 - ourselves


def main() -> NoReturn:
    """Run the command line of this process."""
    _use_utf8()
    gc.disable()  # what is loaded first stays for good; whoever works collects again
    try:
        from sessiontui.cli.verbs import verbs
    except KeyboardInterrupt:
        sys.exit(130)
    verbs.main(obj=_browser)


if __name__ == "__main__":
    main()
