"""What is said on the desk, in the record and to the person concerned: one voice for all three."""

from datetime import datetime
from zoneinfo import ZoneInfo

from community.groups.models import RequestState
from community.moderation.models import LogAct, ReasonKind, Verdict
from community.moderation.steps import NEEDS_WORDS
from community.threads.models import PostStatus

# A case's title: people first, then the strongest reason.
TITLES = {
    ReasonKind.JOIN: "Would like to join",
    ReasonKind.FLAG_WORRIED: "Somebody is worried about the writer",
    ReasonKind.FLAG_CLIENT: "This may identify a client",
    ReasonKind.FLAG_UNKIND: "This may be unkind or unsafe",
    ReasonKind.FLAG_OTHER: "A member asks you to read this",
    ReasonKind.HELD_NEWCOMER: "A first post, waiting for a welcome",
    ReasonKind.HELD_EVERYTHING: "A post, waiting for a reading",
}
CHANGED = "A post that was changed, waiting for a reading"
FLAGS = {
    ReasonKind.FLAG_CLIENT: "It could identify a client",
    ReasonKind.FLAG_UNKIND: "It is unkind or unsafe",
    ReasonKind.FLAG_WORRIED: "I am worried about the writer",
    ReasonKind.FLAG_OTHER: "Something else",
}
BUTTONS = {
    Verdict.LET_THROUGH: "Let it through",
    Verdict.RETURN: "Return it to the writer",
    Verdict.HIDE: "Hide for now",
    Verdict.LEAVE: "Leave as it is",
    Verdict.ADMIT: "Welcome them in",
    Verdict.DECLINE: "Not now",
}
# Above the field for the teacher's words: who reads them.
WHY = {
    Verdict.RETURN: "{name} gets the post back as a draft, under these words. They also stand in the group’s record.",
    Verdict.HIDE: "{name} reads why. It also stands in the group’s record.",
    Verdict.DECLINE: "{name} reads this as your answer, and may ask again.",
}
WITH_A_WORD = {
    Verdict.LET_THROUGH: "{name} reads this. It also stands in the group’s record.",
    Verdict.LEAVE: "The other teachers read this in the record. {name} is not told of it.",
}
LEAVING = {
    PostStatus.HIDDEN: "Leave it hidden",
    PostStatus.RETURNED: "I have read this",
    PostStatus.WITHDRAWN: "I have read this",
}
# What is said once, after a decision, to the teacher who made it.
DONE = {
    Verdict.LET_THROUGH: "It stands in the thread now, and its writer is told.",
    Verdict.RETURN: "It went back to its writer as a draft, with your words.",
    Verdict.HIDE: "It is hidden from the group, and its writer is told why.",
    Verdict.LEAVE: "It stays as it is. Whoever brought something is told that a teacher has read it.",
    Verdict.ADMIT: "They belong to the group now, and are told.",
    Verdict.DECLINE: "They are told, in your words.",
}
STATES = {
    PostStatus.HELD: "It waits for a reading; only its writer and you can see it.",
    PostStatus.VISIBLE: "It stands in the thread.",
    PostStatus.HIDDEN: "It is hidden for now.",
    PostStatus.RETURNED: "It is back with its writer, as a draft.",
    PostStatus.WITHDRAWN: "Its writer has taken it back since.",
}
# What a colleague did, after their name.
DID = {
    LogAct.LET_THROUGH: "let a post through",
    LogAct.RETURNED: "returned a post to its writer",
    LogAct.HID: "hid a post for now",
    LogAct.LEFT: "read a post, and left it as it is",
    LogAct.RESTORED: "put a hidden post back",
    LogAct.ADMITTED: "welcomed a new member",
    LogAct.DECLINED: "answered somebody who asked to join: not now",
    LogAct.MUTED: "asked a member to write nothing for a time",
    LogAct.UNMUTED: "let a member write again before the time was over",
    LogAct.REMOVED: "removed a member from the group",
}
DECIDED = {
    Verdict.LET_THROUGH: "let it through",
    Verdict.RETURN: "returned it to the writer",
    Verdict.HIDE: "hid it for now",
    Verdict.LEAVE: "left it as it is",
    Verdict.ADMIT: "welcomed them in",
    Verdict.DECLINE: "answered: not now",
}
PUT_BACK = "put it back"
# What the person concerned is told.
TO_WRITER = {
    LogAct.LET_THROUGH: "Your post in {place} stands in the thread now",
    LogAct.RETURNED: "Your post in {place} came back to you as a draft",
    LogAct.HID: "A teacher has hidden your post in {place} for now",
    LogAct.RESTORED: "Your post in {place} can be read again",
}
WAITS = "Your post in {place} waits for a teacher’s reading"
OPENING_RETURNED = "What you began in {group} came back to you as a draft"
TO_MEMBER = {
    LogAct.MUTED: "A teacher asks you to write nothing in {group} until {until}. You may read and sit as before",
    LogAct.UNMUTED: "You may write in {group} again",
    LogAct.REMOVED: "A teacher has ended your belonging to {group}",
}


def title_of(reasons: list[ReasonKind]) -> str:
    """Give a case its title: the reason that asks most."""
    return next((said for kind, said in TITLES.items() if kind in reasons), "Waiting for a reading")


def button(verdict: Verdict, status: PostStatus | RequestState) -> str:
    """Name a decision by what it does to the thing as it stands."""
    if verdict is Verdict.LEAVE and isinstance(status, PostStatus):
        return LEAVING.get(status, BUTTONS[verdict])
    return BUTTONS[verdict]


def needs_words(verdict: Verdict) -> bool:
    """Whether a teacher says why."""
    return verdict in NEEDS_WORDS


def listed(names: list[str]) -> str:
    """Say who, as one would: "Maren", "Maren and Tomasz", "Maren, Tomasz and you"."""
    *others, last = names
    said = f"{', '.join(others)} and {last}" if others else last
    return said[0].upper() + said[1:]


def place(title: str | None, group: str) -> str:
    """Name a thread to somebody who was told of something in it: by its title only while they may read that."""
    return f"“{title}”" if title is not None else f"a thread of {group}"


def until(moment: datetime, zone: str) -> str:
    """Say a moment to come, in a member's own zone: "Friday 27 November, 19:30"."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"
