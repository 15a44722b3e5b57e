"""Who is who: members, sign-ins, and the links that let somebody in. Read only."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar

import sqlalchemy as sa

from community.db import session
from community.errors import NotFound
from community.members.emails import kept_email
from community.members.models import (
    Invitation,
    Joining,
    Member,
    MemberStatus,
    PasswordReset,
    SignIn,
)
from community.members.tokens import token_hash
from community.permissions import Act, may

IDLE = timedelta(days=14)
ADMIN_LASTS = timedelta(hours=8)

Mark = Callable[[Any], sa.ColumnElement[bool]]
_marks: dict[str, Mark] = {}


class LinkEnded(NotFound):
    """A link that was never made, has been used, or is over: one answer for all."""

    sentence = "This link is not open any more. Ask for a new one from the person or page that gave it to you."


@dataclass(eq=False)
class SignedIn:
    """The person behind a session token, with the marks that every page shows."""

    is_authenticated: ClassVar[bool] = True  # what the HTTP door's Flask-Login asks of a person
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    member: Member
    sign_in_id: int
    marks: dict[str, bool]


def add_mark(name: str, mark: Mark) -> None:
    """Let a slice above answer a yes-or-no question about every viewer inside the one session statement.

    ``mark`` takes the member's id column and gives an SQL expression (an EXISTS).
    """
    _marks[name] = mark
    _by_token.cache_clear()
    _by_sign_in.cache_clear()


def signed_in_by_token(token: str, at: datetime) -> SignedIn | None:
    """Give the person behind a token: one statement, whoever asks."""
    return _signed_in(_by_token(), {"token_hash": token_hash(token)}, at)


def signed_in_by_id(sign_in_id: int, at: datetime) -> SignedIn | None:
    """Give the person behind a sign-in, as a socket asks before every command."""
    return _signed_in(_by_sign_in(), {"sign_in_id": sign_in_id}, at)


def standing_sign_ins(sign_in_ids: Iterable[int], at: datetime) -> set[int]:
    """Give those of the sign-ins that still stand."""
    wanted = list(sign_in_ids)
    if not wanted:
        return set()
    statement = sa.select(SignIn.id).join(Member).where(SignIn.id.in_(wanted), *_stands())
    return set(session().scalars(statement, _moments(at)))


def _signed_in(statement: sa.Select[*tuple[Any, ...]], which: dict[str, Any], at: datetime) -> SignedIn | None:
    row = session().execute(statement, {**which, **_moments(at)}).one_or_none()
    if row is None:
        return None
    return SignedIn(row[1], row[0], dict(zip(_marks, map(bool, row[2:]), strict=True)))


# Asked before every page and every command, so built once: to put it together costs four times what it costs to run.


@cache
def _by_token() -> sa.Select[*tuple[Any, ...]]:
    return _people().where(SignIn.token_hash == sa.bindparam("token_hash"))


@cache
def _by_sign_in() -> sa.Select[*tuple[Any, ...]]:
    return _people().where(SignIn.id == sa.bindparam("sign_in_id"))


def _people() -> sa.Select[*tuple[Any, ...]]:
    marks = [mark(Member.id).label(name) for name, mark in _marks.items()]
    return sa.select(SignIn.id, Member, *marks).join(Member).where(*_stands())


def _stands() -> tuple[sa.ColumnElement[bool], ...]:
    """A sign-in ends by itself: idle for 14 days, 30 days old, or an admin's after 8 hours. See ``_moments``."""
    return (
        SignIn.ended_at.is_(None),
        SignIn.expires_at > sa.bindparam("at"),
        SignIn.last_seen_at > sa.bindparam("idle_since"),
        Member.status == MemberStatus.ACTIVE,
        sa.or_(Member.is_admin.is_(False), SignIn.created_at > sa.bindparam("admin_since")),
    )


def _moments(at: datetime) -> dict[str, datetime]:
    return {"at": at, "idle_since": at - IDLE, "admin_since": at - ADMIN_LASTS}


def member_by_id(member_id: int) -> Member:
    """Give a member; raises NotFound."""
    member = session().get(Member, member_id)
    if member is None:
        raise NotFound
    return member


def id_and_hash(email: str) -> tuple[int, str] | None:
    """Give what a sign-in needs to know of an address."""
    row = session().execute(sa.select(Member.id, Member.password_hash).where(Member.email == email)).one_or_none()
    return (row[0], row[1]) if row else None


def member_by_email(email: str) -> Member | None:
    """Give the member with an address, however it is spelt."""
    return session().scalar(sa.select(Member).where(Member.email == kept_email(email)))


def invitation_by_token(token: str, *, at: datetime) -> Invitation:
    """Give an open invitation; raises LinkEnded."""
    invitation = session().scalar(sa.select(Invitation).where(Invitation.token_hash == token_hash(token)))
    if invitation is None or not invitation.open_at(at) or not invitation.made_by.is_active:
        raise LinkEnded
    return invitation


def invitation_by_id(invitation_id: int) -> Invitation:
    """Give an invitation; raises NotFound."""
    invitation = session().get(Invitation, invitation_id)
    if invitation is None:
        raise NotFound
    return invitation


def invitation_to_revoke(viewer: Member, invitation_id: int, *, at: datetime) -> Invitation:
    """Give an invitation to somebody who may close it; raises NotFound, so that nobody counts the others."""
    invitation = invitation_by_id(invitation_id)
    if not may(viewer, Act.REVOKE_INVITATION, invitation, at=at):
        raise NotFound
    return invitation


def open_invitations(*, group_id: int | None, at: datetime) -> list[Invitation]:
    """Give the open invitations to a group, or to the community alone."""
    bound = Invitation.group_id == group_id if group_id is not None else Invitation.group_id.is_(None)
    statement = (
        sa.select(Invitation)
        .where(bound, Invitation.revoked_at.is_(None), Invitation.places_left > 0, Invitation.expires_at > at)
        .order_by(Invitation.id.desc())
        .limit(100)
    )
    return list(session().scalars(statement))


def joining_by_token(token: str, *, at: datetime) -> Joining:
    """Give the way in behind a letter; raises LinkEnded."""
    joining = session().scalar(sa.select(Joining).where(Joining.token_hash == token_hash(token)))
    if joining is None or joining.used_at is not None or joining.expires_at <= at:
        raise LinkEnded
    if not joining.invitation.made_by.is_active:
        raise LinkEnded
    return joining


def reset_by_token(token: str, *, at: datetime) -> PasswordReset:
    """Give an open reset; raises LinkEnded."""
    reset = session().scalar(sa.select(PasswordReset).where(PasswordReset.token_hash == token_hash(token)))
    if reset is None or reset.used_at is not None or reset.expires_at <= at or reset.member is None:
        raise LinkEnded
    return reset


def resets_to_look_up() -> list[PasswordReset]:
    """Give the reset requests whose address nobody has looked up yet."""
    statement = sa.select(PasswordReset).where(PasswordReset.looked_up_at.is_(None)).order_by(PasswordReset.id)
    return list(session().scalars(statement.limit(50).with_for_update(skip_locked=True)))
