"""What happens to members and their sign-ins."""

from dataclasses import dataclass

from community.events import Event


@dataclass(frozen=True, kw_only=True)
class InvitationAccepted(Event):
    """A person came in by a link; ``group_id`` is set where it was bound to a group."""

    invitation_id: int
    group_id: int | None
    member_id: int
    made_by_id: int


@dataclass(frozen=True, kw_only=True)
class SignInsEnded(Event):
    """These browsers are signed out, so their sockets must close."""

    sign_in_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class MemberSeenAnew(Event):
    """A member changed their name or how they are seen, so a seat they hold looks otherwise."""

    member_id: int


@dataclass(frozen=True, kw_only=True)
class LettersWaiting(Event):
    """The outbox or the list of reset requests has something to do."""
