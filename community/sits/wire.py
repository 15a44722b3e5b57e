"""What a sit looks like on the wire: plain data for the page and for the socket, as each person chose to be seen."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from community.groups.models import Group
from community.members.models import Member, SeenAs
from community.sits.plan import Plan, bells, edges, timeline
from community.sits.presence import Diff
from community.sits.seats import Seat, Sitter, Snapshot
from community.sits.sit import Sit
from community.spelled import Spelled

DRAWN = 220  # seats in a snapshot at the most; the rest is a number, and the whole list goes by HTTP


def room_data(sit: Sit, at: datetime) -> dict[str, Any]:
    """Give what a browser needs to ring every bell by itself; all times are epoch milliseconds."""
    return {"sit": sit.key, "now_ms": _ms(at), **course_data(sit.plan, sit.starts_at)}


def course_data(plan: Plan, start: datetime) -> dict[str, Any]:
    """Give the course of a sit that begins at a moment; all times are epoch milliseconds."""
    return {
        "starts_ms": _ms(start),
        "bells": [
            {"at_ms": _ms(bell.at), "strokes": bell.strokes, "kind": bell.kind.value} for bell in bells(plan, start)
        ],
        "edges": [_ms(edge) for edge in edges(plan, start)],
        "phases": [
            {"phase": phase.name.value, "from_ms": _ms(phase.since) if phase.since else 0, "segment": phase.segment}
            for phase in timeline(plan, start)
        ],
        "plan": plan.to_json(),
    }


def sitter(member: Member, group: Group) -> Sitter:
    """Give who takes a seat, holding only what the others may know."""
    seen = member.seen_as or SeenAs.INITIALS
    return Sitter(
        member.id,
        {
            "name": member.name if seen is SeenAs.NAME else None,
            "initials": None if seen is SeenAs.ONE_MORE else member.initials,
            "teacher": group.taught_by(member) and seen is not SeenAs.ONE_MORE,
        },
    )


@lru_cache(maxsize=16_384)
def seat_id(secret: str, key: str, member_id: int) -> str:
    """Name a seat so that nobody can tell who keeps it, nor find the same person in the next sit."""
    return hmac.new(secret.encode(), f"seat:{key}:{member_id}".encode(), hashlib.sha256).hexdigest()[:16]


def seat_on_wire(secret: str, key: str, seat: Seat) -> dict[str, Any]:
    """Give one seat as others see it."""
    return {"id": seat_id(secret, key, seat.member_id), **seat.sitter.info, "away": seat.away, "order": seat.order}


def snapshot_on_wire(secret: str, key: str, snapshot: Snapshot, viewer_id: int) -> dict[str, Any]:
    """Give a bounded picture of a room, with the number from which differences follow on."""
    return {
        "seq": snapshot.seq,
        "here": _spelled(secret, key, snapshot.seats),
        "others": snapshot.total - len(snapshot.seats),
        "you": seat_id(secret, key, viewer_id),
    }


def _spelled(secret: str, key: str, seats: Iterable[Seat]) -> Spelled:
    """Put seats into letters, each but once: everybody who arrives is sent up to some two hundred."""
    return Spelled("[" + ",".join([_seat_spelled(secret, key, seat) for seat in seats]) + "]")


@lru_cache(maxsize=16_384)
def _seat_spelled(secret: str, key: str, seat: Seat) -> str:
    return json.dumps(seat_on_wire(secret, key, seat), separators=(",", ":"))


def difference_on_wire(secret: str, key: str, diff: Diff) -> dict[str, Any]:
    """Give what changed since the difference numbered ``from_seq``; in a large room newcomers are only counted.

    ``total`` is everybody: a browser holds at most the seats that it was told of, and knows the rest as a number.
    """
    joined = diff.joined[: max(0, DRAWN - (diff.total - len(diff.joined)))]
    return {
        "sit": key,
        "from_seq": diff.from_seq,
        "seq": diff.seq,
        "joined": [seat_on_wire(secret, key, seat) for seat in joined],
        "gone": [seat_id(secret, key, each) for each in diff.gone],
        "away": [seat_id(secret, key, each) for each in diff.away],
        "back": [seat_id(secret, key, each) for each in diff.back],
        "total": diff.total,
    }


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
