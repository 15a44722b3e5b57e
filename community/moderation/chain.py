"""The chain of a log: each entry's hash covers all that it says and the hash before it. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from community.moderation.models import FIRST_HASH, LogEntry

HASHED = tuple(column.name for column in LogEntry.__table__.columns if column.name != "hash")


def hash_of(said: Mapping[Any, Any]) -> str:
    """Hash one entry: every column but the hash itself, as one canonical piece of JSON.

    Moments are written in UTC to the microsecond, words as they are, keys in order, so that any program can
    do the sum again from the rows alone.
    """
    plain = {name: _plain(said[name]) for name in HASHED}
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def faults_in(entries: Iterable[Mapping[Any, Any]], *, number: int, head: str) -> list[str]:
    """Go along one group's entries in order of number; say where the chain does not hold.

    ``number`` and ``head`` are where the log is said to stand, kept apart from it: they show a cut-off end.
    """
    faults = []
    expected, before = 1, FIRST_HASH
    for entry in entries:
        if entry["number"] != expected:
            faults.append(f"entry {expected} is missing")
        if entry["before_hash"] != before:
            faults.append(f"entry {entry['number']} does not follow the one before it")
        if entry["hash"] != hash_of(entry):
            faults.append(f"entry {entry['number']} was changed")
        expected, before = entry["number"] + 1, entry["hash"]
    if (expected - 1, before) != (number, head):
        faults.append(f"the log ends at entry {expected - 1} and should end at entry {number}")
    return faults


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value
