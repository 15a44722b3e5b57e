"""Facts: frozen, past tense, ids only; and the two moments at which something may react to one.

``within`` listeners run at once, inside the transaction that announced the fact: rows that stand or fall
with it. ``after`` listeners run when the commit is through, in order, each guarded from the others: packets.
Only ``community.reactions`` connects listeners, so its table is the map of everything that happens
"because of".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

log = structlog.get_logger("community.events")

Listeners = dict[type["Event"], list[Callable[[Any], None]]]


@dataclass(frozen=True, kw_only=True)
class Event:
    """The base of every fact."""


_within: Listeners = {}
_after: Listeners = {}


def within(event_type: type[Event], *listeners: Callable[[Any], None]) -> None:
    """Run the listeners inside the announcing transaction; an error there undoes the whole act."""
    _within.setdefault(event_type, []).extend(listeners)


def after(event_type: type[Event], *listeners: Callable[[Any], None]) -> None:
    """Run the listeners once the commit is through; an error there is logged and kept from the others."""
    _after.setdefault(event_type, []).extend(listeners)


def forget_listeners() -> None:
    """Drop every connection, so that a second application in one process starts clean."""
    _within.clear()
    _after.clear()


def react_within(event: Event) -> None:
    """Call the listeners that belong to the transaction."""
    for listener in _within.get(type(event), ()):
        listener(event)


def publish(event: Event) -> None:
    """Call the listeners that wait for the commit."""
    for listener in _after.get(type(event), ()):
        try:
            listener(event)
        except Exception:
            log.exception("listener_failed", fact=type(event).__name__, listener=listener.__qualname__)
