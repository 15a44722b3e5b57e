"""What happens to groups and to those who belong to them."""

from dataclasses import dataclass

from community.events import Event


@dataclass(frozen=True, kw_only=True)
class JoinAsked(Event):
    """A member asks to join; the group's teachers have something to answer."""

    group_id: int
    request_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True)
class JoinRequestAnswered(Event):
    """A teacher admitted somebody, or declined."""

    group_id: int
    request_id: int


@dataclass(frozen=True, kw_only=True)
class JoinRequestTakenBack(Event):
    """Nobody needs to answer any more: the member took the request back, or is in by another way."""

    group_id: int
    request_id: int


@dataclass(frozen=True, kw_only=True)
class MemberLeft(Event):
    """A member left or was removed: what they hear and read of the group ends now."""

    group_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True)
class TeacherReleased(Event):
    """A member teaches a group no more, whether they stay in it or not: what is for its teachers ends for them now."""

    group_id: int
    member_id: int
