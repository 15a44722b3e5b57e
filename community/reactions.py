"""The map of everything that happens "because of": fact, what joins its transaction, what follows its commit.

Read it top to bottom. ``within`` rows stand or fall with the act; ``after`` are packets, jobs and closed sockets.
"""

from community import clock, live, post_office
from community.db import session
from community.events import after, within
from community.groups import arrivals as groups
from community.groups import facts as group_facts
from community.journal import arrivals as journal
from community.journal import facts as journal_facts
from community.members import facts as member_facts
from community.members import jobs as members
from community.moderation import arrivals as desk
from community.notifications import actions as notices
from community.notifications import facts as notice_facts
from community.notifications import live as notices_live
from community.passages import arrivals as passages
from community.passages import facts as passage_facts
from community.passages import live as passages_live
from community.sits import actions as sits
from community.sits import facts as sit_facts
from community.sits import intentions, reminders
from community.sits import live as sits_live
from community.sits.jobs import letterhead
from community.sits.models import SitSeries
from community.threads import facts as thread_facts
from community.threads import live as threads_live


def connect() -> None:
    """Connect the table."""
    within(member_facts.InvitationAccepted, groups.on_invitation_accepted)
    after(member_facts.SignInsEnded, _close_sockets)
    after(member_facts.LettersWaiting, _send_letters)

    after(member_facts.MemberSeenAnew, sits_live.on_seen_anew)
    within(sit_facts.SitChanged, _tell_who_meant_to_come_then)
    after(sit_facts.SitChanged, sits_live.on_sit_changed)
    within(sit_facts.SeriesEnded, _tell_who_meant_to_come)
    after(sit_facts.SeriesEnded, sits_live.on_series_ended)

    within(sit_facts.SeatTaken, journal.on_seat_taken)
    within(sit_facts.SeatsLeft, journal.on_seats_left)

    within(group_facts.JoinAsked, desk.on_join_asked)
    within(group_facts.JoinRequestAnswered, desk.on_request_over)
    within(group_facts.JoinRequestTakenBack, desk.on_request_over)
    within(group_facts.MemberLeft, _forget_notices, _forget_leader, _forget_intentions, passages.on_member_left)
    after(group_facts.MemberLeft, _turn_out)
    within(group_facts.TeacherReleased, passages.on_teacher_released)

    within(thread_facts.PostHeld, desk.on_post_held)
    within(thread_facts.PostEditedUnread, desk.on_post_edited)
    within(thread_facts.PostWithdrawn, desk.on_post_withdrawn, passages.on_first_post_gone)
    within(thread_facts.PostReturned, passages.on_first_post_gone)
    within(thread_facts.PostChanged, desk.on_post_changed)
    after(thread_facts.PostWritten, threads_live.on_post_written)
    after(thread_facts.PostChanged, threads_live.on_post_changed)

    within(journal_facts.PageErased, passages.on_page_erased)
    within(journal_facts.JournalErased, passages.on_journal_erased)
    after(passage_facts.PassageChanged, passages_live.on_passage_changed)

    after(notice_facts.NoticesMade, notices_live.on_notices_made)


def _close_sockets(fact: member_facts.SignInsEnded) -> None:
    live.close_sockets_of(sign_in_ids=fact.sign_in_ids)


def _send_letters(_fact: member_facts.LettersWaiting) -> None:
    members.look_up_resets()
    post_office.send_waiting()


def _forget_notices(fact: group_facts.MemberLeft) -> None:
    notices.forget(member_id=fact.member_id, group_id=fact.group_id)


def _forget_leader(fact: group_facts.MemberLeft) -> None:
    sits.forget_leader(member_id=fact.member_id, group_id=fact.group_id)


def _forget_intentions(fact: group_facts.MemberLeft) -> None:
    intentions.forget_intentions(member_id=fact.member_id, group_id=fact.group_id)


def _tell_who_meant_to_come_then(fact: sit_facts.SitChanged) -> None:
    series = session().get_one(SitSeries, fact.series_id)
    reminders.tell_of_change(
        series=series,
        starts_at=fact.starts_at,
        was_at=fact.was_at,
        was_off=fact.was_off,
        letterhead=letterhead(),
        at=clock.now(),
    )


def _tell_who_meant_to_come(fact: sit_facts.SeriesEnded) -> None:
    # A fact holds ids only, so the moment is asked for here, as in a door.
    series = session().get_one(SitSeries, fact.series_id)
    reminders.tell_of_end(series=series, letterhead=letterhead(), at=clock.now())


def _turn_out(fact: group_facts.MemberLeft) -> None:
    """Free the seats and close the rooms of the group: the socket outlives the right."""
    live.turn_out(member_id=fact.member_id, group_id=fact.group_id)
