"""JSON with parts that were spelled before: what many are sent is spelled once, and put into each packet as it is."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

loads = json.loads
_MARK = f"spelled before: {secrets.token_hex(16)}"  # nobody can send it, since nobody knows it


@dataclass(frozen=True, slots=True)
class Spelled:
    """A piece of JSON as it will stand in the packet."""

    text: str


def dumps(content: Any, **options: Any) -> str:
    """Spell content whose parts may have been spelled before."""
    parts: list[str] = []

    def place(part: Any) -> str:
        if not isinstance(part, Spelled):
            raise TypeError(f"{type(part).__name__} is no JSON")
        parts.append(part.text)
        return _MARK

    pieces = json.dumps(content, default=place, **options).split(f'"{_MARK}"')
    return "".join(piece for pair in zip(pieces, [*parts, ""], strict=True) for piece in pair)
