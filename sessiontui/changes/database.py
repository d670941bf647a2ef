"""stub"""

from __future__ import annotations
from pathlib import Path
from datetime import datetime
from sessiontui.changes.record import Record
from sessiontui.model import Address, Message
from sessiontui.store.protocol import Store


def known(store: Store, key: str) -> bool:
    raise NotImplementedError


def has_receipts(path: Path) -> bool:
    return False


def append(record: Record, name: str, key: str, message: Message) -> Address:
    raise NotImplementedError


def pop(record: Record, name: str, key: str, address: Address) -> None:
    raise NotImplementedError


def remove_stale(record: Record, name: str, key: str, before: datetime) -> None:
    raise NotImplementedError
