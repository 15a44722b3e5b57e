"""Reminders of sits: what a member wants to hear and when, and telling them once, so long before the first bell.

Which reminders are due follows from a sit's moment and from how far the clock's duty was done before, both kept in the
database: a restart leaves none out and repeats none, and a change of the clocks moves none.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from community.db import insert_into, session
from community.errors import NotFound
from community.groups.models import Belonging, Group, Membership
from community.groups.queries import AgreementNeeded
from community.mail import post_mail, take_back
from community.members.letters import Letterhead
from community.members.models import Member, MemberStatus
from community.notifications.actions import forget_earlier, notify
from community.notifications.models import Notice, NoticeKind
from community.sits import queries
from community.sits.intentions import intentions_of, means_to_come, meant_since
from community.sits.letters import change_letter, reminder_letter
from community.sits.models import (
    LEADS_MINUTES,
    ClockMark,
    Intention,
    Reminding,
    RemindOf,
    SentReminder,
    SitSeries,
    SitWishes,
)
from community.sits.notices import readable_series
from community.sits.plan import DOORS_S
from community.sits.recurrence import sit_key
from community.sits.sit import Sit, sit_of

DUTY = "reminders"
LONGEST = timedelta(days=1)
FIRST_LOOK = timedelta(minutes=1)  # what a house that never reminded anybody looks back on
LOOK_BACK = timedelta(minutes=9)  # a process that was down for a while still tells, while the doors are open
AT_ONCE = timedelta(minutes=1)  # more than any transaction lasts that was open when this was done before
DOORS = timedelta(seconds=DOORS_S)
DOORS_LEAD = DOORS_S // 60
KEPT_FOR = timedelta(days=2)
ASKS, ASKS_OF_CHANGE = "reminder", "sit_changed"  # by which the post office knows whom to ask about a letter

BY_APP = (Reminding.APP, Reminding.BOTH)
BY_MAIL = (Reminding.MAIL, Reminding.BOTH)

# What somebody wants who has never said so.
_reminding = sa.func.coalesce(SitWishes.reminding, Reminding.APP.value)
_remind_of = sa.func.coalesce(SitWishes.remind_of, RemindOf.INTENDED.value)
_lead = sa.func.coalesce(SitWishes.lead_minutes, DOORS_LEAD)


class Due(NamedTuple):
    """A sit of which members are to be told, so many minutes before it; without a lead, that its doors are open."""

    key: str
    lead: int | None


class _Told(NamedTuple):
    member_id: int
    email: str
    zone: str
    reminding: str


def wishes_of(member: Member) -> SitWishes:
    """Give what a member wants to be told of sits."""
    return session().get(SitWishes, member.id) or SitWishes(
        member_id=member.id,
        reminding=Reminding.APP,
        remind_of=RemindOf.INTENDED,
        lead_minutes=DOORS_LEAD,
        hears_of_sit_now=False,
    )


def choose_reminders(
    *, by: Member, reminding: Reminding, remind_of: RemindOf, lead_minutes: int, hears_of_sit_now: bool
) -> SitWishes:
    """Keep how, of what and how long before a member wants to be reminded, and whether to hear of rooms opened now.

    Twice at once is fine: it is one statement, and the later one stands.
    """
    wanted = {
        "reminding": reminding,
        "remind_of": remind_of,
        "lead_minutes": lead_minutes,
        "hears_of_sit_now": hears_of_sit_now,
    }
    row = insert_into(SitWishes).values(member_id=by.id, **wanted)
    kept: SitWishes = (
        session()
        .scalars(
            row.on_conflict_do_update(index_elements=[SitWishes.member_id], set_=wanted).returning(SitWishes),
            execution_options={"populate_existing": True},
        )
        .one()
    )
    return kept


def due(*, at: datetime) -> list[Due]:
    """Say what there is to tell now, by one reading of all sits of the coming day and without the writer's lock.

    A reminder is due whose moment came since this was done before, the house closed or not, unless the sit has begun;
    and one of a sit that was planned, changed or meant since, for which the moment had passed by then.
    """
    since = _done_until(at)
    sits = queries.doors_opening(after=at - DOORS, until=at + LONGEST - DOORS)
    lately = since - AT_ONCE
    meant = meant_since({sit.series.id for sit in sits}, lately)
    found = []
    for sit in sits:
        fresh = _came_about(sit) > lately or (sit.series.id, sit.planned_at) in meant
        for lead in LEADS_MINUTES:
            moment = sit.starts_at - timedelta(minutes=lead)
            if moment <= at < sit.starts_at and (fresh or moment > since) and _members(sit, *_want(sit, lead), limit=1):
                found.append(Due(sit.key, lead))
        if _opened_just_now(sit, at) and _members(sit, *_hear_of_doors(sit), limit=1):
            found.append(Due(sit.key, None))
    return found


def remind(*, told: Due, letterhead: Letterhead, at: datetime) -> int:
    """Tell of one sit what is due, as it stands now; gives how many letters lie in the outbox. Each is told once."""
    sit = queries.sit_by_key(told.key)
    if sit is None or sit.is_called_off or sit.group.is_archived:
        return 0
    if told.lead is None:
        if _opened_just_now(sit, at):
            _notify_of_doors(sit, _members(sit, *_hear_of_doors(sit)), at=at)
        return 0
    if not sit.starts_at - timedelta(minutes=told.lead) <= at < sit.starts_at:
        return 0
    return _remind_of_sit(sit, told.lead, letterhead=letterhead, at=at)


def keep_done(*, at: datetime) -> None:
    """Write down that all that was due by then is told."""
    mark = insert_into(ClockMark).values(duty=DUTY, done_until=at)
    session().execute(
        mark.on_conflict_do_update(
            index_elements=[ClockMark.duty], set_={"done_until": at}, where=ClockMark.done_until < at
        )
    )


def tell_of_change(
    *, series: SitSeries, starts_at: datetime, was_at: datetime, was_off: bool, letterhead: Letterhead, at: datetime
) -> None:
    """Tell those who meant to come to a sit that it was moved, or does not take place, or does after all.

    Nobody is told where only the teacher's words are others.
    """
    sit = sit_of(series, starts_at)
    if sit is None or (sit.starts_at, sit.is_called_off) == (was_at, was_off):
        return
    for start, member_ids in intentions_of(series, planned_at=starts_at, at=at):
        _notify_of_change(series, start, member_ids, event=f"{sit.key}:{sit.version}", at=at)
        _write_of_change(dict.fromkeys(member_ids, (sit.key, was_at)), letterhead=letterhead, at=at)


def tell_of_end(*, series: SitSeries, letterhead: Letterhead, at: datetime) -> None:
    """Tell those who meant to come to sits of a series that it has ended: each once, of the first of their sits."""
    told: dict[int, tuple[str, datetime]] = {}
    changes = {each.planned_at: each for each in series.changes}
    for start, member_ids in intentions_of(series, planned_at=None, at=at):
        sit = Sit(series, start, changes.get(start))
        fresh = [] if sit.is_called_off else [member_id for member_id in member_ids if member_id not in told]
        told.update(dict.fromkeys(fresh, (sit.key, sit.starts_at)))
        _notify_of_change(series, start, fresh, event=f"{series.id}:ended", at=at)
    _write_of_change(told, letterhead=letterhead, at=at)


def change_still_wanted(about: str, at: datetime) -> bool:  # noqa: ARG001 - the post office asks all alike
    """Say, when a letter about a change is about to leave, whether its reader still belongs and wants letters."""
    whose, key = about.split(" ")
    member = session().get(Member, int(whose))
    wants = member is not None and member.is_active and wishes_of(member).reminding in BY_MAIL
    return member is not None and wants and bool(readable_series(member, [key]))


def still_wanted(about: str, at: datetime) -> bool:
    """Say, when a letter is about to leave, whether its reader may still come to the sit and wants to be reminded."""
    whose, key, moment = about.split(" ")
    member = session().get(Member, int(whose))
    if member is None or not member.is_active or wishes_of(member).reminding not in BY_MAIL:
        return False
    try:
        sit = queries.sit_visible_to(member, key)
    except (NotFound, AgreementNeeded):
        return False
    wanted = wishes_of(member).remind_of is RemindOf.GROUPS or means_to_come(member, sit)
    stands = sit.starts_at == datetime.fromisoformat(moment) and not sit.is_called_off and not sit.group.is_archived
    return wanted and stands and at < sit.starts_at


def forget_old_reminders(*, at: datetime) -> None:
    """Let go of whom we reminded of sits that are over."""
    session().execute(
        sa.delete(SentReminder).where(SentReminder.starts_at < at - KEPT_FOR),
        execution_options={"synchronize_session": False},
    )


def _notify_of_change(series: SitSeries, start: datetime, member_ids: list[int], *, event: str, at: datetime) -> None:
    kind, subject, event_key = NoticeKind.SIT_CHANGED, sit_key(series.id, start), f"sit_changed:{event}"
    forget_earlier(member_ids=member_ids, kind=kind, subject=subject, but=event_key)
    notify(member_ids=member_ids, kind=kind, subject=subject, group_id=series.group_id, event_key=event_key, at=at)


def _write_of_change(told: dict[int, tuple[str, datetime]], *, letterhead: Letterhead, at: datetime) -> None:
    """Write to those of them who want letters: of which sit, and when it was to be.

    A letter of the same sit that still waits is taken back. Its words stay, since they name the time that is known.
    """
    by_mail = (
        sa.select(Member.id, Member.email, Member.zone)
        .join(SitWishes, SitWishes.member_id == Member.id)
        .where(Member.id.in_(told), SitWishes.reminding.in_(BY_MAIL))
    )
    found = {f"{ASKS_OF_CHANGE} {row.id} {told[row.id][0]}": row for row in session().execute(by_mail)}
    waited = take_back(list(found))
    for asks, (member_id, email, zone) in found.items():
        key, was = told[member_id]
        subject, body = change_letter(letterhead, key, zone=zone, was=was)
        post_mail(to=email, subject=subject, body=waited.get(asks, body), asks=asks, at=at)


def _done_until(at: datetime) -> datetime:
    """Give the moment up to which all is told."""
    mark = session().scalar(sa.select(ClockMark.done_until).where(ClockMark.duty == DUTY))
    return max(mark or at - FIRST_LOOK, at - LONGEST)


def _came_about(sit: Sit) -> datetime:
    """Give the moment at which it was planned, or changed last."""
    return max(sit.series.created_at, sit.change.changed_at) if sit.change else sit.series.created_at


def _opened_just_now(sit: Sit, at: datetime) -> bool:
    return at - LOOK_BACK < sit.doors_at <= at


def _want(sit: Sit, lead: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Say who wants to be reminded of a sit so long before, and has not been so late or later."""
    meant = sa.exists().where(
        Intention.series_id == sit.series.id,
        Intention.starts_at == sit.planned_at,
        Intention.member_id == Member.id,
    )
    reminded = sa.exists().where(
        SentReminder.member_id == Member.id,
        SentReminder.series_id == sit.series.id,
        SentReminder.starts_at == sit.starts_at,
        SentReminder.lead_minutes <= lead,
    )
    wanting = sa.or_(_remind_of == RemindOf.GROUPS.value, meant)
    return (_lead == lead, _reminding != Reminding.NONE.value, wanting, ~reminded)


def _hear_of_doors(sit: Sit) -> tuple[sa.ColumnElement[bool], ...]:
    """Say who is told in the app that the doors of a sit are open, and has not been."""
    told = sa.exists().where(Notice.member_id == Member.id, Notice.event_key == _doors_event(sit))
    return (_reminding.in_(BY_APP), ~told)


def _remind_of_sit(sit: Sit, lead: int, *, letterhead: Letterhead, at: datetime) -> int:
    told = _members(sit, *_want(sit, lead))
    fresh = _put_down(sit, lead, [each.member_id for each in told])
    told = [each for each in told if each.member_id in fresh]
    _notify(sit, lead, [each for each in told if each.reminding in BY_APP], at=at)
    by_mail = [each for each in told if each.reminding in BY_MAIL]
    for each in by_mail:
        subject, body = reminder_letter(letterhead, sit.key, zone=each.zone, starts_at=sit.starts_at)
        about = f"{ASKS} {each.member_id} {sit.key} {sit.starts_at.isoformat()}"
        post_mail(to=each.email, subject=subject, body=body, asks=about, at=at)
    return len(by_mail)


def _members(sit: Sit, *which: sa.ColumnElement[bool], limit: int | None = None) -> list[_Told]:
    """Give those of a sit's people for whom this holds."""
    statement = (
        sa.select(Member.id, Member.email, Member.zone, _reminding)
        .join(Membership, Membership.member_id == Member.id)
        .join(Group, Group.id == Membership.group_id)
        .outerjoin(SitWishes, SitWishes.member_id == Member.id)
        .where(
            Membership.group_id == sit.group.id,
            Membership.status == Belonging.ACTIVE,
            Membership.agreed_version >= Group.agreement_version,
            Member.status == MemberStatus.ACTIVE,
            *which,
        )
        .order_by(Member.id)
        .limit(limit)
    )
    return [_Told(*row) for row in session().execute(statement)]


def _put_down(sit: Sit, lead: int, member_ids: list[int]) -> set[int]:
    """Write that they are reminded; gives those who had not been."""
    if not member_ids:
        return set()
    which = {"series_id": sit.series.id, "starts_at": sit.starts_at, "lead_minutes": lead}
    rows = [{"member_id": member_id, **which} for member_id in member_ids]
    insert = insert_into(SentReminder).values(rows).on_conflict_do_nothing().returning(SentReminder.member_id)
    return set(session().scalars(insert))


def _notify(sit: Sit, lead: int, told: list[_Told], *, at: datetime) -> None:
    if lead == DOORS_LEAD:  # that is when the doors open, and one event is told once
        _notify_of_doors(sit, told, at=at)
        return
    notify(
        member_ids=[each.member_id for each in told],
        kind=NoticeKind.REMINDER,
        subject=sit.key,
        group_id=sit.group.id,
        event_key=f"reminder:{lead}:{sit.key}:{sit.starts_at.isoformat()}",
        at=at,
    )


def _notify_of_doors(sit: Sit, told: Iterable[_Told], *, at: datetime) -> None:
    notify(
        member_ids=[each.member_id for each in told],
        kind=NoticeKind.SIT_BEGINS,
        subject=sit.key,
        group_id=sit.group.id,
        event_key=_doors_event(sit),
        at=at,
    )


def _doors_event(sit: Sit) -> str:
    """Name the opening of a sit's doors: one that was moved is another, and one with other words to it is not."""
    return f"sit:{sit.key}" + (f":{sit.starts_at.isoformat()}" if sit.is_moved else "")
