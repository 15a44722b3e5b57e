"""What everybody is answered at every door, written by hand from the brief: who, where, in which state of the thing.

A row of the table names an address by its route and says who gets in. The rest follows from three sentences: who is
not signed in is asked to come in; who belongs to a group without having agreed is led to its agreement; to all who
may not know of a thing it is absent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from tests.security.scene import ACTORS, KINDS, OUTSIDERS, READERS, SIGNED_IN, TEACHERS

IN, DOOR, AGREE, NO, ABSENT, LATE = "in", "at the door", "agree first", "no", "absent", "too late"

People = frozenset[str]
Answers = dict[str, str]
NONE: People = frozenset()
EVERYBODY = frozenset(ACTORS)
ADMIN = frozenset({"ada"})
AUTHOR = frozenset({"jonah"})
NEW = frozenset({"nuno"})
LOUD = READERS - {"mila"}
KEPT_GROUPS = frozenset(KINDS) - {"archived"}


@dataclass(frozen=True)
class Row:
    """One address in one state, and what each actor is answered. Names that begin with @ stand in the scene."""

    answers: Answers
    args: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


def answers(may: People, *, others: str = NO, out: str = NO, new: str = NO, nobody: str = DOOR) -> Answers:
    """Say what each actor is answered: those who may get in; readers, outsiders and Nuno are named apart."""
    said = dict.fromkeys(READERS, others) | dict.fromkeys(OUTSIDERS, out) | dict.fromkeys(NEW, new)
    said |= dict.fromkeys(EVERYBODY - SIGNED_IN, nobody)
    return said | dict.fromkeys(may, IN)


def alike(may: People, *, others: str = NO, nobody: str = DOOR, **more: Mapping[str, str]) -> list[Row]:
    """One row: these get in, everybody else who is signed in is answered alike."""
    return [Row(answers(may, others=others, out=others, new=others, nobody=nobody), **more)]


def groups(
    may: People,
    *,
    archived: People | None = None,
    out: str = NO,
    new: str = AGREE,
    others: str = NO,
    but: Mapping[str, Answers] | None = None,
    **more: Mapping[str, str],
) -> list[Row]:
    """Give a row for each kind of group; a hidden one is absent for outsiders. ``but`` changes single answers."""
    rows = []
    for kind in KINDS:
        inside = archived if kind == "archived" and archived is not None else may
        outside = ABSENT if kind == "hidden" else out
        said = answers(inside, others=others, out=outside, new=new) | (but or {}).get(kind, {})
        args = {"slug": f"@{kind}", **more.get("args", {})}
        named = {name: value.replace("KIND", kind) for name, value in args.items()}
        rows.append(Row(said, named, more.get("fields", {}), more.get("query", {})))
    return rows


# Posts and threads: who sees the thing at all, in each state; the others are answered as if it never was.
ASIDE = TEACHERS | AUTHOR
POSTS: dict[str, People] = {
    "post:visible": READERS,
    "post:hidden": READERS,  # its place, not its words
    "post:withdrawn": READERS,
    "post:returned": READERS,
    "post:held": AUTHOR,
    "post:never placed": NONE,
    "opening:held": ASIDE,
    "opening:hidden": ASIDE,
    "opening:withdrawn": NONE,
    "opening:returned": NONE,
    "archived:post": READERS,
}
THREADS: dict[str, People] = {
    "thread:of posts": READERS,
    "thread:held": ASIDE,
    "thread:hidden": ASIDE,
    "thread:withdrawn": NONE,
    "thread:returned": NONE,
    "archived:thread": READERS,
}
VISIBLE, HELD, HIDDEN = (
    ("post:visible", "archived:post"),
    ("post:held", "opening:held"),
    ("post:hidden", "opening:hidden"),
)


def things(seen: Mapping[str, People], name: str, may: Mapping[str, People], **more: Mapping[str, str]) -> list[Row]:
    """Give a row for each state of a post or thread; ``may`` says who of those who see it get in."""
    late: Mapping[str, str] = more.pop("late", {})
    rows = []
    for state, sees in seen.items():
        allowed = may.get(state, NONE) & sees
        said = answers(allowed, others=ABSENT, out=ABSENT, new=AGREE if sees == READERS else ABSENT)
        said |= dict.fromkeys(sees - allowed, NO)
        said |= dict.fromkeys(TEACHERS & sees, late[state]) if state in late else {}
        args = {name: f"@{state}"} if name else {}
        query = {key: value.replace("THREAD", f"@{state}") for key, value in more.get("query", {}).items()}
        rows.append(Row(said, args, more.get("fields", {}), query))
    return rows


def posts(may: Mapping[str, People], **more: Mapping[str, str]) -> list[Row]:
    """Give a row for each state of a post."""
    return things(POSTS, "post_id", may, **more)


def threads(may: Mapping[str, People], **more: Mapping[str, str]) -> list[Row]:
    """Give a row for each state of a thread."""
    return things(THREADS, "thread_id", may, **more)


def where(states: tuple[str, ...], who: People) -> dict[str, People]:
    """Let some people in, in some states."""
    return dict.fromkeys(states, who)


def cases(*, fields: Mapping[str, Mapping[str, str]] | None = None, over: str = IN) -> list[Row]:
    """Give a row for each case: for those who teach its group, and are not the one whom it is about."""
    about_maren = frozenset({"tomasz"})
    rows = []
    for name in ("held", "flagged", "request", "hidden", "maren's", "decided", "closed"):
        may = about_maren if name == "maren's" else TEACHERS
        said = answers(may, others=ABSENT, out=ABSENT, new=ABSENT)
        said |= dict.fromkeys(may, over) if name in {"decided", "closed"} else {}
        rows.append(Row(said, {"case_id": f"@case:{name}"}, (fields or {}).get(name, {})))
    return rows


def sits(may: People, *, archived: People | None = None, fields: Mapping[str, str] | None = None) -> list[Row]:
    """Give the rows of a sit that is open, in each kind of group; and of an ended one and a stranger to the group."""
    rows = groups(may, archived=archived, args={"key": "@KIND:sit:now"}, fields=fields or {})
    gone = answers(NONE, others=ABSENT, out=NO, new=AGREE)
    for key in ("@open:sit:ended", "@hidden:sit:now"):
        rows.append(Row(gone, {"slug": "@open", "key": key}, fields or {}))
    return rows


def sits_too_early(may: People, *, archived: People) -> list[Row]:
    """Give the rows of what waits for the closing bell, of a sit whose doors are open: who may is told to wait."""
    return late(sits(may, archived=archived))


def late(rows: list[Row]) -> list[Row]:
    """Give rows in which whoever may is told that something else came before."""
    return [
        replace(row, answers={who: LATE if said == IN else said for who, said in row.answers.items()}) for row in rows
    ]


def sits_to_come(may: People, *, archived: People | None = None, fields: Mapping[str, str] | None = None) -> list[Row]:
    """Give the rows of a sit of tomorrow, in each kind of group; and of a stranger to the group."""
    gone = answers(NONE, others=ABSENT, out=NO, new=AGREE)
    strange = Row(gone, {"slug": "@open", "key": "@hidden:sit:later"}, fields or {})
    return [*groups(may, archived=archived, args={"key": "@KIND:sit:later"}, fields=fields or {}), strange]


def practices(
    may: People, *, archived: People | None = None, args: Mapping[str, str] | None = None, **more: Mapping[str, str]
) -> list[Row]:
    """Give a row for the practice of each kind of group; for all but its people it is absent, whatever the group."""
    rows = []
    for kind in KINDS:
        inside = archived if kind == "archived" and archived is not None else may
        named = {"key": f"@{kind}:practice", **(args or {})}
        rows.append(Row(answers(inside, out=ABSENT, new=AGREE), named, more.get("fields", {}), more.get("query", {})))
    return rows


def links(said: Mapping[str, Answers]) -> list[Row]:
    """Give a row for each state of an invitation; one that is over is absent for everybody."""
    gone = dict.fromkeys(EVERYBODY, ABSENT)
    over = dict.fromkeys(("revoked", "expired", "used up", "suspended"), gone)
    form = {
        "name": "Somebody New",
        "email": "somebody.new@example.org",
        "password": "seven herons a kettle",
        "zone": "UTC",
    }
    return [Row(each, {"token": f"@invitation:{name}"}, form) for name, each in {**said, **over}.items()]


def tokens(kind: str, fields: Mapping[str, str] | None = None) -> list[Row]:
    """Give the rows of a link in a letter: the token itself is the right, once and for a while."""
    states = {"open": IN, "used": ABSENT, "expired": ABSENT}
    return [
        Row(dict.fromkeys(EVERYBODY, said), {"token": f"@{kind}:{state}"}, fields or {})
        for state, said in states.items()
    ]


def all_rows(table: Mapping[str, list[Row]]) -> Iterator[tuple[str, Row]]:
    """Give every row with its route."""
    return ((route, row) for route, rows in table.items() for row in rows)
