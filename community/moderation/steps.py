"""Which decision is possible where, and what it does to the thing: one table."""

from community.groups.models import RequestState
from community.moderation.models import LogAct, ReasonKind, SubjectKind, Verdict
from community.threads.models import HeldFor, PostStatus

# What stands here for a thing that has gone by itself keeps the desk without dead ends: what members brought
# is still read, even when the post went away before that.
CASE_STEPS: dict[tuple[SubjectKind, str], tuple[Verdict, ...]] = {
    (SubjectKind.POST, PostStatus.HELD): (Verdict.LET_THROUGH, Verdict.RETURN),
    (SubjectKind.POST, PostStatus.VISIBLE): (Verdict.LEAVE, Verdict.RETURN, Verdict.HIDE),
    (SubjectKind.POST, PostStatus.HIDDEN): (Verdict.LEAVE, Verdict.RETURN),
    (SubjectKind.POST, PostStatus.RETURNED): (Verdict.LEAVE,),
    (SubjectKind.POST, PostStatus.WITHDRAWN): (Verdict.LEAVE,),
    (SubjectKind.JOIN_REQUEST, RequestState.OPEN): (Verdict.ADMIT, Verdict.DECLINE),
}
NEEDS_WORDS = frozenset({Verdict.RETURN, Verdict.HIDE, Verdict.DECLINE})
LOGGED_AS = {
    Verdict.LET_THROUGH: LogAct.LET_THROUGH,
    Verdict.RETURN: LogAct.RETURNED,
    Verdict.HIDE: LogAct.HID,
    Verdict.LEAVE: LogAct.LEFT,
    Verdict.ADMIT: LogAct.ADMITTED,
    Verdict.DECLINE: LogAct.DECLINED,
}
HELD_REASONS = {
    HeldFor.NEWCOMER: ReasonKind.HELD_NEWCOMER,
    HeldFor.EVERYTHING: ReasonKind.HELD_EVERYTHING,
}
FLAG_REASONS = (ReasonKind.FLAG_CLIENT, ReasonKind.FLAG_UNKIND, ReasonKind.FLAG_WORRIED, ReasonKind.FLAG_OTHER)


def steps_for(kind: SubjectKind, status: str) -> tuple[Verdict, ...]:
    """Give what may be decided on a thing as it stands; nothing where the table has no line."""
    return CASE_STEPS.get((kind, status), ())
