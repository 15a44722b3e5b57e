"""Coming in, signing in and out, and looking after one's own account."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from community.clock import zones
from community.db import announce, session
from community.errors import Conflict, Invalid
from community.mail import post_mail
from community.members import passwords, queries
from community.members.emails import kept_email
from community.members.facts import InvitationAccepted, LettersWaiting, MemberSeenAnew, SignInsEnded
from community.members.letters import Letterhead
from community.members.models import (
    NAME_LENGTH,
    PROFESSION_LENGTH,
    PRONOUNS_LENGTH,
    Invitation,
    Joining,
    Member,
    MemberStatus,
    PasswordReset,
    SeenAs,
    SignIn,
    Theme,
)
from community.members.tokens import new_token
from community.permissions import Act, require
from community.text import is_link_like, one_line

if TYPE_CHECKING:
    from community.groups.models import Group

SIGNED_IN_FOR = timedelta(days=30)
JOINING_LASTS = timedelta(days=3)
RESET_LASTS = timedelta(minutes=30)
KEPT_FOR = timedelta(days=7)  # what is over stays for a week, for whoever looks into something odd


def clean_email(text: str) -> str:
    """Give an address as we keep it, lower case; raises Invalid."""
    email = kept_email(text)
    if email is None:
        raise Invalid("That does not look like an email address: name@place.org is the shape.", field="email")
    return email


def clean_name(text: str) -> str:
    """Give a name as we keep it; raises Invalid for an empty one, a long one, or one that is a link."""
    name = one_line(text, limit=NAME_LENGTH, field="name", what="name")
    if is_link_like(name):
        raise Invalid("A name is what people call you, not an address on the web.", field="name")
    return name


def clean_zone(text: str) -> str:
    """Give a time zone that exists; raises Invalid."""
    if text not in zones():
        raise Invalid("Choose the time zone of a city near you.", field="zone")
    return text


def make_member(
    *, email: str, name: str, password_hash: str, zone: str, at: datetime, is_admin: bool = False
) -> Member:
    """Add a member; raises Conflict where the address has one already."""
    email, name, zone = clean_email(email), clean_name(name), clean_zone(zone)
    here_already = Conflict("Somebody with that address is a member already.")
    if queries.id_and_hash(email) is not None:
        raise here_already
    member = Member(email=email, name=name, password_hash=password_hash, zone=zone, is_admin=is_admin, created_at=at)
    session().add(member)
    try:
        session().flush()
    except IntegrityError as same_moment:  # PostgreSQL lets two look before either writes
        raise here_already from same_moment
    return member


def make_invitation(
    *, by: Member, group: "Group | None", days: int, places: int, at: datetime
) -> tuple[Invitation, str]:
    """Make a link that lets ``places`` people in for ``days``; gives the row and the token, shown once."""
    require(by, Act.INVITE_TO_GROUP if group else Act.INVITE_TO_COMMUNITY, group, at=at)
    if not (1 <= days <= 30 and 1 <= places <= 30):  # noqa: PLR2004
        raise Invalid("An invitation is open for 1 to 30 days and 1 to 30 people.")
    token, kept = new_token()
    invitation = Invitation(
        token_hash=kept,
        made_by_id=by.id,
        group_id=group.id if group else None,
        places_left=places,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    session().add(invitation)
    session().flush()
    return invitation, token


def revoke_invitation(*, by: Member, invitation: Invitation, at: datetime) -> Invitation:
    """Close an invitation; closing it twice is fine."""
    require(by, Act.REVOKE_INVITATION, invitation, at=at)
    invitation.revoked_at = invitation.revoked_at or at
    return invitation


def ask_in(
    *, token: str, name: str, email: str, password_hash: str, zone: str, letterhead: Letterhead, at: datetime
) -> Joining:
    """Take in what somebody with an invitation gave, and send the letter that decides.

    A known address gets another letter and the same answer here, so that nobody learns who is a member.
    """
    invitation = queries.invitation_by_token(token, at=at)
    email, name, zone = clean_email(email), clean_name(name), clean_zone(zone)
    secret, kept = new_token()
    until = min(at + JOINING_LASTS, invitation.expires_at)
    joining = Joining(
        token_hash=kept,
        invitation_id=invitation.id,
        email=email,
        name=name,
        zone=zone,
        password_hash=password_hash,
        created_at=at,
        expires_at=until,
    )
    session().add(joining)
    known = queries.id_and_hash(email) is not None
    subject, body = letterhead.here_already() if known else letterhead.confirm(secret, until=until, zone=zone)
    post_mail(to=email, subject=subject, body=body, at=at)
    announce(LettersWaiting())
    return joining


def come_in(*, token: str, at: datetime) -> Member:
    """Make a member of somebody who opened their letter; raises LinkEnded, or Conflict if nothing is free."""
    joining = queries.joining_by_token(token, at=at)
    # Spent by the database itself: two who hold the same letter may both have read it unspent.
    spent = session().scalar(
        sa.update(Joining)
        .where(Joining.id == joining.id, Joining.used_at.is_(None))
        .values(used_at=at)
        .returning(Joining.id),
        execution_options={"synchronize_session": False},
    )
    if spent is None:
        raise queries.LinkEnded
    member = make_member(
        email=joining.email, name=joining.name, password_hash=joining.password_hash, zone=joining.zone, at=at
    )
    _take_place(joining.invitation, member, at=at)
    return member


def accept_invitation(*, by: Member, token: str, at: datetime) -> Invitation:
    """Let a member use an invitation to a group; raises LinkEnded, or Conflict for one into the community alone."""
    invitation = queries.invitation_by_token(token, at=at)
    if invitation.group_id is None:
        raise Conflict("You are a member already, so this link stays open for somebody else.")
    _take_place(invitation, by, at=at)
    return invitation


def _take_place(invitation: Invitation, member: Member, *, at: datetime) -> None:
    """Count one place down in the database itself, so that two people never take the last one."""
    taken = session().execute(
        sa.update(Invitation)
        .where(
            Invitation.id == invitation.id,
            Invitation.places_left > 0,
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > at,
        )
        .values(places_left=Invitation.places_left - 1)
        .returning(Invitation.id),
        execution_options={"synchronize_session": False},
    )
    if taken.scalar_one_or_none() is None:
        raise queries.LinkEnded
    announce(
        InvitationAccepted(
            invitation_id=invitation.id,
            group_id=invitation.group_id,
            member_id=member.id,
            made_by_id=invitation.made_by_id,
        )
    )


def sign_in(*, member_id: int, at: datetime, new_hash: str | None = None) -> tuple[SignIn, str]:
    """Begin a sign-in for somebody whose password was right; gives the row and the token for the cookie."""
    token, hash_ = new_token()
    row = SignIn(
        token_hash=hash_,
        member_id=member_id,
        created_at=at,
        last_seen_at=at,
        expires_at=at + SIGNED_IN_FOR,
    )
    session().add(row)
    if new_hash:
        session().execute(sa.update(Member).where(Member.id == member_id).values(password_hash=new_hash))
    session().flush()
    return row, token


def sign_out(*, sign_in_id: int, at: datetime) -> None:
    """End one browser's sign-in; its sockets close."""
    _end(sa.and_(SignIn.id == sign_in_id), at=at)


def sign_out_everywhere(*, by: Member, at: datetime, but: int | None = None) -> None:
    """End all of one's sign-ins, or all but this one."""
    _end(sa.and_(SignIn.member_id == by.id, SignIn.id != (but or 0)), at=at)


def _end(which: sa.ColumnElement[bool], *, at: datetime) -> None:
    ended = session().scalars(
        sa.update(SignIn).where(which, SignIn.ended_at.is_(None)).values(ended_at=at).returning(SignIn.id),
        execution_options={"synchronize_session": False},
    )
    announce(SignInsEnded(sign_in_ids=tuple(ended)))


def close_door(*, member: Member, at: datetime) -> Member:
    """Suspend a member: every browser of theirs is signed out, its sockets closed. Twice is fine."""
    member.status = MemberStatus.SUSPENDED
    sign_out_everywhere(by=member, at=at)
    return member


def open_door(*, member: Member) -> Member:
    """Let a suspended member come in again. Twice is fine."""
    member.status = MemberStatus.ACTIVE
    return member


def note_seen(*, seen: dict[int, datetime]) -> None:
    """Write down, in one batch, when browsers were last here."""
    for sign_in_id, at in seen.items():
        session().execute(sa.update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=at))


def forget_old(*, at: datetime) -> None:
    """Delete what is over: sign-ins and resets a week after their end, ways in with what they held at once."""
    ago = at - KEPT_FOR
    idle = SignIn.last_seen_at <= ago - queries.IDLE
    for model, over in (
        (SignIn, sa.or_(SignIn.ended_at <= ago, SignIn.expires_at <= ago, idle)),
        (Joining, sa.or_(Joining.used_at.is_not(None), Joining.expires_at <= at)),
        (PasswordReset, PasswordReset.expires_at <= ago),
    ):
        session().execute(sa.delete(model).where(over), execution_options={"synchronize_session": False})


def ask_for_reset(*, email: str, at: datetime) -> PasswordReset:
    """Write down that somebody asked; a job looks the address up, so known and unknown take the same time."""
    reset = PasswordReset(email=clean_email(email), created_at=at, expires_at=at + RESET_LASTS)
    session().add(reset)
    announce(LettersWaiting())
    return reset


def look_up_resets(*, letterhead: Letterhead, at: datetime) -> int:
    """Send a link to each address that belongs to a member; gives how many were looked up."""
    waiting = queries.resets_to_look_up()
    for reset in waiting:
        reset.looked_up_at = at
        member = queries.member_by_email(reset.email)
        if member is None or not member.is_active or reset.expires_at <= at:
            continue
        token, reset.token_hash = new_token()
        reset.member_id, reset.expires_at = member.id, at + RESET_LASTS  # counted from the letter, as it says
        subject, body = letterhead.reset(token)
        post_mail(to=member.email, subject=subject, body=body, at=at)
    return len(waiting)


def set_password_by_reset(*, token: str, password_hash: str, letterhead: Letterhead, at: datetime) -> Member:
    """Set a new password with the link from a letter; every other link and every browser of theirs ends."""
    reset = queries.reset_by_token(token, at=at)
    member = reset.member
    if member is None:
        raise queries.LinkEnded
    if reset.id not in _set_password(member, password_hash, letterhead=letterhead, at=at):
        raise queries.LinkEnded  # somebody else has just used it
    sign_out_everywhere(by=member, at=at)
    return member


def change_password(*, by: Member, password_hash: str, sign_in_id: int, letterhead: Letterhead, at: datetime) -> Member:
    """Set a new password for oneself; the other browsers are signed out. The caller checked the old one."""
    _set_password(by, password_hash, letterhead=letterhead, at=at)
    sign_out_everywhere(by=by, at=at, but=sign_in_id)
    return by


def _set_password(member: Member, password_hash: str, *, letterhead: Letterhead, at: datetime) -> set[int]:
    """Set it and spend every open link; gives those that were open until now."""
    member.password_hash = password_hash
    session().flush()  # the member's row first, so that two who do this at once wait for each other here
    spend = (
        sa.update(PasswordReset)
        .where(PasswordReset.member_id == member.id, PasswordReset.used_at.is_(None))
        .values(used_at=at)
        .returning(PasswordReset.id)
    )
    open_until_now = set(session().scalars(spend, execution_options={"synchronize_session": False}))
    subject, body = letterhead.password_changed()
    post_mail(to=member.email, subject=subject, body=body, at=at)
    announce(LettersWaiting())
    return open_until_now


def edit_profile(*, by: Member, name: str, pronouns: str, profession: str, zone: str, seen_as: SeenAs | None) -> Member:
    """Change what the others read about one, and how one is seen in a sit."""
    by.name, by.zone, by.seen_as = clean_name(name), clean_zone(zone), seen_as
    by.pronouns = _optional(pronouns, PRONOUNS_LENGTH, "pronouns")
    by.profession = _optional(profession, PROFESSION_LENGTH, "profession")
    announce(MemberSeenAnew(member_id=by.id))
    return by


def go_in(*, by: Member, seen_as: SeenAs, at: datetime) -> Member:
    """Have read what may come up in a sit, and say how the others in it see one; the first time is kept."""
    by.seen_as, by.briefed_at = seen_as, by.briefed_at or at
    announce(MemberSeenAnew(member_id=by.id))
    return by


def choose_theme(*, by: Member, theme: Theme) -> Member:
    """Choose the light of the pages."""
    by.theme = theme
    return by


def _optional(text: str, limit: int, what: str) -> str:
    return one_line(text, limit=limit, field=what, what=what) if text.strip() else ""


def password_hash_for(password: str, *, about: tuple[str, ...]) -> str:
    """Check and hash a new password; slow on purpose, so never inside a transaction; raises Invalid."""
    passwords.check_strength(password, about=about)
    return passwords.hashed(password)
