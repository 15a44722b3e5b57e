"""What teachers do with their group's practices: write, change, withdraw, restore.

Texts arrive rendered (``said.practice_text``), since rendering is slow and a transaction is short.
"""

from datetime import datetime

import sqlalchemy as sa

from community.db import session
from community.errors import Conflict, Invalid
from community.groups.models import Group
from community.members.models import Member
from community.permissions import Act, require
from community.practices.models import PracticeStatus, PracticeVersion, WrittenPractice
from community.practices.said import PracticeText, said_to_change

A_GROUPS_PRACTICES = 200
A_PRACTICES_VERSIONS = 500


class WrittenMeanwhile(Conflict):
    """Another version came between what was read and what is sent."""

    sentence = (
        "Another teacher kept a new version while you were writing. Both are here: theirs stands, yours is below. "
        "Keeping yours puts it after theirs."
    )


def write_practice(*, by: Member, group: Group, said: PracticeText, at: datetime) -> WrittenPractice:
    """Write a practice for a group, as its first version."""
    require(by, Act.WRITE_PRACTICE, group, at=at)
    ours = sa.select(sa.func.count()).select_from(WrittenPractice).where(WrittenPractice.group_id == group.id)
    if (session().scalar(ours) or 0) >= A_GROUPS_PRACTICES:
        raise Invalid(f"A group keeps {A_GROUPS_PRACTICES} practices at most. Change one of those that are there.")
    practice = WrittenPractice(group_id=group.id, version=1, created_at=at)
    session().add(practice)
    session().flush()
    _keep(practice, said, version=1, changed="", by=by, at=at)
    return practice


def edit_practice(
    *, by: Member, practice: WrittenPractice, said: PracticeText, version: int, changed: str, at: datetime
) -> WrittenPractice:
    """Put a new version after ``version``; saying the same again changes nothing.

    Earlier versions stay as they are, for the sits that use them. Raises WrittenMeanwhile where ``version`` is not the
    one that stands.
    """
    require(by, Act.WRITE_PRACTICE, practice, at=at)
    if practice.version != version:
        raise WrittenMeanwhile
    stands = session().get_one(PracticeVersion, (practice.id, version))
    if _same(stands, said, practice.key):
        return practice
    told = said_to_change(changed)
    if version >= A_PRACTICES_VERSIONS:
        raise Invalid("This practice has been changed very often. Copy it, and go on from there.")
    won = sa.update(WrittenPractice).where(WrittenPractice.id == practice.id, WrittenPractice.version == version)
    if not session().execute(won.values(version=version + 1)).rowcount:  # type: ignore[attr-defined]
        raise WrittenMeanwhile
    session().refresh(practice)
    _keep(practice, said, version=version + 1, changed=told, by=by, at=at)
    return practice


def withdraw_practice(*, by: Member, practice: WrittenPractice, at: datetime) -> WrittenPractice:
    """Offer a practice no longer; sits that were planned with it keep theirs. Twice is fine."""
    require(by, Act.WRITE_PRACTICE, practice, at=at)
    practice.status = PracticeStatus.WITHDRAWN
    return practice


def restore_practice(*, by: Member, practice: WrittenPractice, at: datetime) -> WrittenPractice:
    """Offer a practice again. Twice is fine."""
    require(by, Act.WRITE_PRACTICE, practice, at=at)
    practice.status = PracticeStatus.STANDING
    return practice


def _same(stands: PracticeVersion, said: PracticeText, key: str) -> bool:
    now_says = (stands.title, stands.lead, stands.nourishes, list(stands.meets), stands.teacher_led, stands.about)
    would = (said.title, said.lead, said.nourishes, [each.value for each in said.meets], said.teacher_led, said.about)
    return now_says == would and stands.plan == said.plan_of(key, stands.version)


def _keep(
    practice: WrittenPractice, said: PracticeText, *, version: int, changed: str, by: Member, at: datetime
) -> None:
    session().add(
        PracticeVersion(
            practice_id=practice.id,
            version=version,
            title=said.title,
            lead=said.lead,
            plan=said.plan_of(practice.key, version),
            nourishes=said.nourishes,
            meets=[each.value for each in said.meets],
            teacher_led=said.teacher_led,
            about=said.about,
            about_html=said.about_html,
            changed=changed,
            written_by_id=by.id,
            written_at=at,
        )
    )
    session().flush()
