"""Writing in one's own journal: sits that were sat, and pages of one's own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from community.db import announce, insert_into, session
from community.errors import Conflict, Invalid, NotFound
from community.journal.arrivals import log_sit
from community.journal.facts import PageErased
from community.journal.models import JournalEntry, JournalSit
from community.journal.page import MOST, STEP, CannotBeOpened, Page, Systems, WrittenMeanwhile, close, opened
from community.members.models import Member
from community.permissions import Act, require
from community.practices.library import Practice
from community.sits.sit import Sit
from community.text import tidy

WORDS_MOST = 10_000  # of each of the three
WRITE_KEY_MOST = 64
ALONE_MOST = timedelta(hours=24)


@dataclass(frozen=True)
class NotOpen:
    """A practice that somebody sat with, and may not read any more: by its own words it says nothing here."""

    key: str
    version: int
    title: str = "A practice"


def log_sit_alone(
    *, by: Member, practice: Practice | NotOpen, began_at: datetime, ended_at: datetime, write_key: str, at: datetime
) -> JournalSit:
    """Keep that a member sat alone, as their browser tells; the same key again is fine and keeps the first.

    Where its clock runs before ours, the sit ends now, as long as it was: nothing that was sat is still to come.
    """
    require(by, Act.KEEP_JOURNAL, at=at)
    if not 0 < len(write_key) <= WRITE_KEY_MOST or not write_key.isascii() or not write_key.isprintable():
        raise Invalid("This sit has no name to keep it by. Open the practice again, and sit once more.")
    if ended_at < began_at:
        raise Invalid("This sit ends before it begins. Is the clock of this device right?")
    if ended_at - began_at > ALONE_MOST:
        raise Invalid("This is longer than a day, so it is not kept as one sit.")
    ahead = max(ended_at - at, timedelta(0))
    began_at, ended_at = began_at - ahead, ended_at - ahead
    length = ended_at - began_at if isinstance(practice, NotOpen) else timedelta(seconds=practice.plan.total_s)
    session().execute(
        insert_into(JournalSit)
        .values(
            member_id=by.id,
            began_at=began_at,
            closing_at=began_at + length,
            ended_at=ended_at,
            practice_key=practice.key,
            practice_version=practice.version,
            title=practice.title,
            write_key=write_key,
        )
        .on_conflict_do_nothing(index_elements=[JournalSit.member_id, JournalSit.write_key])
    )
    asked = sa.select(JournalSit).where(JournalSit.member_id == by.id, JournalSit.write_key == write_key)
    return session().scalars(asked).one()


def log_sit_in_room(*, by: Member, sit: Sit, at: datetime) -> JournalSit:
    """Give the sit of a member's log in whose room they are; whoever has no script has no seat, and yet they sit."""
    require(by, Act.KEEP_JOURNAL, at=at)
    asked = sa.select(JournalSit).where(
        JournalSit.member_id == by.id,
        JournalSit.series_id == sit.series.id,
        JournalSit.planned_at == sit.planned_at,
    )
    found = session().scalar(asked)
    if found is not None:
        return found
    require(by, Act.JOIN_SIT, sit, at=at)
    if not sit.is_open(at):
        raise Conflict("The room of this sit is closed. What you sat there stands in your journal, if you did.")
    log_sit(sit, member_id=by.id, at=at)
    return session().scalars(asked).one()


def write_page(
    *,
    by: Member,
    sit: JournalSit | None = None,
    entry: JournalEntry | None = None,
    module: str | None = None,
    before: Systems | None = None,
    after: Systems | None = None,
    body: str | None = None,
    feeling: str | None = None,
    thought: str | None = None,
    adds: bool = False,
    version: str | None = None,
    write_key: str | None = None,
    at: datetime,
) -> JournalEntry:
    """Write a page, or write on at the one that there is of this sit; what is None stays as it was.

    With ``adds`` nothing that stands goes, see ``_added``. ``version`` is the one that was read ("" of a page that
    was to be new), and ``write_key`` names a page: the same again changes nothing. Raises WrittenMeanwhile where
    something else stands by then, Invalid where nothing would, and CannotBeOpened, which leaves the page as it is.
    """
    require(by, Act.WRITE_PAGE, entry or sit, at=at)
    if sit is not None and sit.member_id != by.id:
        raise NotFound
    said = _said(before, after, {"body": body, "feeling": feeling, "thought": thought})
    kept = _held(entry) if entry else _begun(by, sit, write_key, at)
    is_new = not kept.key_id
    page = opened(kept, sit)
    whole = _whole(page, said, adds=adds)
    if not is_new and whole == page.said:
        return kept
    if not is_new and version is not None and version != page.version:
        raise WrittenMeanwhile
    if not any(whole.values()):
        raise Invalid("Nothing stands on this page yet. Move a slider or write a word, or leave it for another day.")
    close(kept, whole)
    kept.module, kept.edited_at = module or kept.module, None if is_new else at
    session().flush()
    return kept


def erase_page(*, by: Member, entry: JournalEntry, at: datetime) -> None:
    """Erase a page for good; the sit that it was of stays in the log."""
    require(by, Act.ERASE_PAGE, entry, at=at)
    held = _held(entry)
    announce(PageErased(member_id=held.member_id, entry_id=held.id))
    session().delete(held)
    session().flush()


def erase_sit(*, by: Member, sit: JournalSit, at: datetime) -> None:
    """Take a sit out of its member's log; a page that was written of it stays."""
    require(by, Act.ERASE_SIT, sit, at=at)
    session().delete(sit)
    session().flush()


def _said(before: Systems | None, after: Systems | None, words: dict[str, str | None]) -> dict[str, str]:
    """Give what was said, as it is sealed, by column; raises Invalid for what does not fit on a page."""
    said = {}
    for name, moved in (("before", before), ("after", after)):
        if moved is not None:
            if any(each is not None and (not 0 <= each <= MOST or each % STEP) for each in moved.values()):
                raise Invalid("A slider goes from one end to the other, in steps of five.", field=name)
            said[f"sealed_{name}"] = moved.written() if moved else ""
    for name, text in words.items():
        if text is not None:
            said[f"sealed_{name}"] = tidy(_fitting(text, name)).strip()
    return said


def _whole(page: Page, said: dict[str, str], *, adds: bool) -> dict[str, str]:
    """Give all that would stand on a page; raises CannotBeOpened where what stands there cannot be read."""
    if not page.is_open:
        raise CannotBeOpened
    return {**page.said, **(_added(page, said) if adds else said)}


def _added(page: Page, said: dict[str, str]) -> dict[str, str]:
    """Give what a page says with more put on it: a slider that was moved moves, words stand below those there are."""
    for name, stood in (("sealed_before", page.before), ("sealed_after", page.after)):
        if name in said:
            moved = Systems.read(said[name]).over(stood)
            said[name] = moved.written() if moved else ""
    for name in ("body", "feeling", "thought"):
        column, stands = f"sealed_{name}", getattr(page, name)
        words = said.get(column, "")
        if not words or f"\n\n{stands}".endswith(f"\n\n{words}"):  # nothing, or the same once more
            said[column] = stands
        elif stands:
            said[column] = _fitting(f"{stands}\n\n{words}", name)
    return said


def _fitting(text: str, name: str) -> str:
    """Give a text that fits on a page; raises Invalid."""
    if len(text) > WORDS_MOST:
        raise Invalid(f"Up to {WORDS_MOST:,} letters fit here. The rest may have its own page.", field=name)
    return text


def _held(entry: JournalEntry) -> JournalEntry:
    """Read a page anew and hold it: a new key may be sealing it just now."""
    held = session().get(JournalEntry, entry.id, with_for_update=True, populate_existing=True)
    if held is None:
        raise NotFound
    return held


def _begun(by: Member, sit: JournalSit | None, write_key: str | None, at: datetime) -> JournalEntry:
    """Begin a page, whose row must be there before anything is bound to it; of a sit and of a key there is one."""
    begun = insert_into(JournalEntry).values(
        member_id=by.id, sit_id=sit.id if sit else None, write_key=write_key, key_id="", written_at=at
    )
    made = session().scalar(begun.on_conflict_do_nothing().returning(JournalEntry.id))
    found = [JournalEntry.id == made]
    if made is None:
        found = [sa.and_(JournalEntry.member_id == by.id, JournalEntry.write_key == write_key)] if write_key else []
        found += [JournalEntry.sit_id == sit.id] if sit else []
    rows = (session().scalar(sa.select(JournalEntry).where(each).with_for_update()) for each in found)
    return next(row for row in rows if row is not None)
